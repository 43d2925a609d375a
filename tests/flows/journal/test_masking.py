"""What a log line must not show: passwords, tokens, cookies, and whatever `.env` keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.journal.masking import MASK, Mask, mask_of

HIDDEN = [
    ("https://ann:hunter22@paper.example/a", "hunter22"),
    ("postgresql+asyncpg://ann:hunter22@db.example/x", "hunter22"),
    ("https://paper.example/a?page=2&access_token=s3cr3t-value&lang=en", "s3cr3t-value"),
    ("https://paper.example/a?X-Amz-Signature=deadbeef01", "deadbeef01"),
    ("https://paper.example/a?apiKey=abc123xyz", "abc123xyz"),
    ("https://paper.example/cb#sessionid=abc123xyz", "abc123xyz"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("asked with {'Cookie': 'sid=abc123; theme=dark'}", "abc123"),
    ("the header was bearer AbCdEf123456", "AbCdEf123456"),
    ("sent Basic dXNlcjpwYXNz to it", "dXNlcjpwYXNz"),
]


@pytest.mark.parametrize(("text", "secret"), HIDDEN, ids=[text[:40] for text, _ in HIDDEN])
def test_a_secret_of_a_known_shape_is_masked(text: str, secret: str):
    shown = Mask()(text)
    assert secret not in shown
    assert MASK in shown


PLAIN = [
    "https://paper.example/pr/2017/170922_slug.html?page=2&keyword=harbour&sidebar=1",
    "https://paper.example/key/monkey=business",
    "The feed https://paper.example/rss lists nothing.",
    "A basic income for a bearer of bad news",
    "Basic education bill passes; Bearer responsibilities grow",
    "Cookie: a dog's tale of two cities",
    "fog@sea.example wrote to https://paper.example/@ann/post",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str):
    assert Mask()(text) == text


@pytest.mark.parametrize("piece", ["a_", "a.", "?a-", "token", "=", "x://", "cookie:", "basic ", "aA"])
def test_a_text_that_is_made_to_take_long_does_not(piece: str):
    assert Mask()(piece * 50_000)


def test_an_address_keeps_what_is_no_secret_in_it():
    masked = Mask()("https://ann:pw@paper.example/a?page=2&token=zzz#top")
    assert masked == f"https://{MASK}@paper.example/a?page=2&token={MASK}#top"


ENV = """\
WIREROOM_CONTACT=desk@paper.example
WIREROOM_PAPER_HEADERS="Authorization: Bearer wonderful-words
X-Reader: reader-4711"
WIREROOM_PAPER_COOKIES=cookies.txt
WIREROOM_WEBHOOK=https://hooks.example/services/T0/B1/zzzzzz
PREFECT_API_AUTH_STRING=admin:correct-horse
"""
COOKIES = "# Netscape HTTP Cookie File\n.paper.example\tTRUE\t/\tTRUE\t4102444800\tsid\tc00kie-value\n"


@pytest.fixture
def mask(tmp_path: Path) -> Mask:
    (tmp_path / ".env").write_text(ENV)
    (tmp_path / "cookies.txt").write_text(COOKIES)
    return mask_of(tmp_path, {"WIREROOM_SMTP_PASSWORD": "from-outside", "HOME": "/home/ann", "API_KEY": "not-ours"})


@pytest.mark.parametrize(
    "secret",
    [
        "wonderful-words",
        "reader-4711",
        "c00kie-value",
        "services/T0/B1/zzzzzz",
        "admin:correct-horse",
        "correct-horse",
        "YWRtaW46Y29ycmVjdC1ob3JzZQ==",
        "from-outside",
    ],
)
def test_what_the_workspace_keeps_secret_is_masked_wherever_it_stands(mask: Mask, secret: str):
    assert secret not in mask(f"the outlet echoed >{secret}< in its page")


def test_the_contact_is_no_secret_and_foreign_settings_are_not_ours(mask: Mask):
    assert mask("desk@paper.example /home/ann not-ours") == "desk@paper.example /home/ann not-ours"


def test_a_broken_cookies_file_does_not_hinder_the_log(tmp_path: Path):
    (tmp_path / ".env").write_text("WIREROOM_PAPER_COOKIES=missing.txt\nWIREROOM_PAPER_HEADERS='X-Key: abcdef'\n")
    assert mask_of(tmp_path, {})("abcdef") == MASK


def test_a_workspace_without_settings_masks_by_shape(tmp_path: Path):
    assert mask_of(tmp_path, {})("?token=abc") == f"?token={MASK}"
    assert mask_of(None, {})("?token=abc") == f"?token={MASK}"
