"""What lets a subscriber in goes to the source's own hosts, and is seen nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from rawserver import answer, fetcher, says, served

from flows.fetching import BadCredentials, Credentials, cookie_file, header_lines
from flows.fetching.addresses import house

NETSCAPE = "# Netscape HTTP Cookie File\n"
SECRET = "tell-nobody"


def jar(folder: Path, *lines: str):
    path = folder / "cookies.txt"
    path.write_text(NETSCAPE + "".join("\t".join(line.split("|")) + "\n" for line in lines))
    return cookie_file(path)


def test_they_go_to_the_own_host_and_not_behind_a_redirect(tmp_path: Path):
    with served({"/page": says(answer())}) as (other, seen):
        site = {"/page": says(answer()), "/go": says(answer(b"", "302 Found", f"Location: http://{other}/page"))}
        with served(site) as (host, log):
            own = Credentials(
                frozenset({house(f"http://{host}/")}),
                plainly=True,
                headers=(("X-Subscriber", SECRET),),
                cookies=jar(tmp_path, f"127.0.0.1|FALSE|/|FALSE|0|session|{SECRET}"),
            )
            with fetcher(tmp_path, host, other, credentials=own) as fetch:
                exchanges = [fetch.get(f"http://{host}/{name}") for name in ("page", "go")]
    assert [exchange.outcome for exchange in exchanges] == ["fetched", "fetched"]
    for _, request in log:
        told = SECRET.encode() in request
        assert told == (b"/page" in request or b"/go" in request)  # not with robots.txt
        assert (f"Cookie: session={SECRET}".encode() in request) == told
    assert not any(SECRET.encode() in request for _, request in seen)
    assert SECRET not in f"{exchanges} {own}"


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://x.example/a", True),
        ("https://x.example:443/a", True),
        ("https://X.EXAMPLE./a", True),
        ("http://x.example/a", False),
        ("https://y.example/a", False),
        ("https://sub.x.example/a", False),
        ("https://x.example.y.example/a", False),
        ("https://x.example:8443/a", False),
    ],
)
def test_whom_they_are_shown(url: str, sent: bool):
    own = Credentials(frozenset({"x.example"}), headers=(("Authorization", SECRET),))
    assert bool(own.of(url)) == sent


def test_cookies_keep_to_their_own_rules(tmp_path: Path):
    cookies = jar(
        tmp_path,
        "x.example|FALSE|/|TRUE|0|secure|1",
        "x.example|FALSE|/members|FALSE|0|path|2",
        "x.example|FALSE|/|FALSE|1000|old|3",
        ".x.example|TRUE|/|FALSE|4000000000|domain|4",
        ".y.example|TRUE|/|FALSE|0|foreign|5",
        "#HttpOnly_x.example|FALSE|/|FALSE|0|hidden|6",
    )
    own = Credentials(frozenset({"x.example"}), plainly=True, cookies=cookies)
    sent = {part.split("=")[0] for part in own.of("https://x.example/")["Cookie"].split("; ")}
    assert sent == {"secure", "domain", "hidden"}
    assert "secure" not in own.of("http://x.example/members/")["Cookie"]
    assert "path" in own.of("http://x.example/members/")["Cookie"]
    assert not own.expired


def test_expired_cookies_are_known_to_be(tmp_path: Path):
    assert Credentials(cookies=jar(tmp_path, "x.example|FALSE|/|FALSE|1000|old|3")).expired


@pytest.mark.parametrize(
    "text", ["no colon", "Bad name: 1", "X: ", "X: a\x01b", "X: größe", "Host: x", "content-length: 4", "If-None-Match: x"]
)  # fmt: skip
def test_headers_that_cannot_be_sent_are_refused_without_showing_them(text: str):
    with pytest.raises(BadCredentials) as problem:
        header_lines(f"X-Fine: {SECRET}\n{text}")
    assert "line 2" in str(problem.value)
    assert SECRET not in str(problem.value)


@pytest.mark.parametrize("content", [b"", b"session=1\n", b"\xff\xfe\x00", NETSCAPE.encode()])
def test_files_that_are_no_cookies_are_refused(content: bytes, tmp_path: Path):
    path = tmp_path / "cookies.txt"
    path.write_bytes(content)
    with pytest.raises(BadCredentials, match=r"cookies\.txt"):
        cookie_file(path)


def test_a_missing_file_is_said(tmp_path: Path):
    with pytest.raises(BadCredentials, match="FileNotFoundError"):
        cookie_file(tmp_path / "cookies.txt")
