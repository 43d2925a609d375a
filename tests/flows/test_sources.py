"""Source files: what they become, and how their mistakes are named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from flows.source_keys import FIND, KINDS, SECTIONS, TOP
from flows.sources import SourceDefinition, SourceError, load, load_each
from flows.toml_lines import lines_of_keys

ROOT = Path(__file__).parent.parent.parent
LEAST = """\
name = "Harbour Post"
home = "https://post.example.org/"

[[find]]
kind = "feed"
url  = "https://post.example.org/feed.xml"
"""
FULL = """\
name = "Harbour Post"            # a comment
home = "https://post.example.org/"
language = "pt-BR"
timezone = "America/New_York"
schedule = "17 */2 * * *"
lookback = "2w"

[[find]]
kind = "index"
url  = "https://post.example.org/news"
links = "h2 > a"
date = "time"
next = "a[rel=next]"
max_pages = 3
from = 2017-09-22

[[find]]
kind = "list"
file = "old.csv"

[article]
url = '/(?P<year>\\d{4})/'
hosts = ["Archive.Example.org"]

[pace]
delay = "1.5s"
attempts = 3

[access]
allow = ["127.0.0.1:8000"]
robots_basis = "It is our own server."

[revisit]
ages = ["15m", "1h30m", "7d"]

[parse]
info_source = "hp"
dateline = ["place date tag"]
furniture = ["Back to top"]
container = "#body"

[expect]
silence = "4d"
articles = { per = "week", min = 3, max = 200 }
filled = { headline = 1.0, dateline = 0.9 }

[keep]
raw = "90d"
"""


def write(folder: Path, text: str, name: str = "post.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, text: str) -> str:
    with pytest.raises(SourceError) as caught:
        load(write(folder, text))
    return str(caught.value)


def test_the_shortest_file_has_every_default(tmp_path: Path) -> None:
    source = load(write(tmp_path, LEAST))
    assert (source.source_id, source.timezone, source.schedule) == ("post", "UTC", None)
    assert (source.delay, source.lookback, source.max_attempts) == (timedelta(seconds=5), timedelta(days=7), 5)
    assert source.revisit_ages == tuple(timedelta(hours=hours) for hours in (1, 6, 24, 168))
    assert source.profile.source_id == "post"
    assert source.allow == frozenset()


def test_every_key_arrives(tmp_path: Path) -> None:
    source = load(write(tmp_path, FULL))
    index, listed = source.finders
    assert (index.links, index.date_selector, index.next_selector) == ("h2 > a", "time", "a[rel=next]")
    assert (index.first_day, index.max_pages) == (date(2017, 9, 22), 3)
    assert listed.file == (tmp_path / "old.csv").resolve()
    assert source.hosts == {"archive.example.org"}
    assert source.delay == timedelta(seconds=1.5)
    assert source.allow == {"127.0.0.1:8000"}
    assert source.robots_basis == "It is our own server."
    assert source.revisit_ages[1] == timedelta(minutes=90)
    assert (source.profile.info_source, source.profile.container) == ("hp", "#body")
    assert source.profile.url_pattern == r"/(?P<year>\d{4})/"
    assert (source.expect.per, source.expect.least, source.expect.most) == ("week", 3, 200)
    assert dict(source.expect.filled) == {"headline": 1.0, "dateline": 0.9}
    assert source.keep == "90d"


def test_the_hash_is_of_the_values_and_not_of_the_layout(tmp_path: Path) -> None:
    def hash_of(text: str) -> str:
        return load(write(tmp_path, text)).definition_hash

    assert hash_of(FULL) == hash_of("# moved\n\n" + FULL.replace("   # a comment", ""))
    assert hash_of(FULL) != hash_of(FULL.replace("1.5s", "2s"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('delay = "1.5s"', 'dely = "1.5s"', ["`pace.dely`", "Did you mean `delay`?"]),
        ('delay = "1.5s"', 'delay = "5 sec"', ["`pace.delay`", '"5s"']),
        ('delay = "1.5s"', "delay = 5", ["`pace.delay`"]),
        ("[pace]", "[pacce]", ["`pacce`", "Did you mean `pace`?"]),
        ('kind = "index"', 'kind = "idnex"', ["`find.kind`", "Did you mean `index`?"]),
        ('file = "old.csv"', 'file = "old.csv"\nlinks = "a"', ["`find.links`", "'list'"]),
        ("max_pages = 3", 'max_pages = "3"', ["`find.max_pages`", "whole number"]),
        ("from = 2017-09-22", 'from = "2017-09-22"', ["`find.from`", "without quotes"]),
        ('links = "h2 > a"', 'links = "h2 >> a["', ["`find.links`", "CSS selector"]),
        ("(?P<year>", "(?P<year", ["`article.url`", "regular expression"]),
        ('"America/New_York"', '"America/New_Yorck"', ["`timezone`", "America/New_Yorck"]),
        ('"17 */2 * * *"', '"61 * * * *"', ["`schedule`", "cron"]),
        ('"17 */2 * * *"', '"@hourly"', ["`schedule`", "cron"]),
        ('"17 */2 * * *"', '"0 9 * * 5L"', ["`schedule`", "Prefect takes", "5L"]),
        ('"17 */2 * * *"', '"0 9 LW * *"', ["`schedule`", "Prefect takes", "LW"]),
        ('"2w"', '"2h"', ["`lookback`", "at least"]),
        ('"pt-BR"', '"Portuguese (Brazil)"', ["`language`", "language code"]),
        ('"https://post.example.org/"', '"post.example.org"', ["`home`", "http"]),
        ('"127.0.0.1:8000"', '"127.0.0.1"', ["`access.allow`", "port"]),
        ('dateline = ["place date tag"]', 'dateline = "place date tag"', ["`parse.dateline`", "list"]),
        ('container = "#body"', 'container = "div:not(.a, .b)"', ["`parse.container`", "lxml", "'div:not(.a, .b)'"]),
        ('container = "#body"', 'container = "svg|rect"', ["`parse.container`", "namespace"]),
        ('container = "#body"', 'container = "a::text"', ["`parse.container`", "Pseudo-elements"]),
        ('per = "week"', 'per = "weak"', ["`expect.articles`", '"week"']),
        ('"place date tag"', '"place, date, tag"', ["`parse.dateline`", "'place date tag'"]),
        ("headline = 1.0", "headlin = 1.0", ["`expect.filled`", "'headline'"]),
        ("headline = 1.0", "headline = 100", ["headline", "share"]),
        ("min = 3", 'min = "three"', ["`expect.articles`", "whole numbers"]),
        ("min = 3", "minn = 3", ["`expect.articles.minn`", "Did you mean `min`?"]),
        ('raw = "90d"', 'raw = "some"', ["`keep.raw`", '"versions"']),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    before, found, _ = FULL.partition(old)
    assert found
    line = before.count("\n") + 1 + new.count("\n")  # a key added below `old` is the one at fault
    message = fault(tmp_path, FULL.replace(old, new, 1))
    assert f"post.toml, line {line}, the key" in message
    assert all(word in message for word in words), message
    assert message.endswith((".", "?"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('name = "x\n"', ["not valid TOML", "line 1"]),
        (LEAST.replace('kind = "feed"', ""), ["line 4", "`find.kind`", "is missing"]),
        (LEAST.replace("url ", "# url"), ["line 4", "`find.url`", "'feed' needs it"]),
        (LEAST.replace("[[find]]", "[find]"), ["line 4", "[[find]]"]),
        ('name = "x"\nhome = "https://x.example.org/"\n', ["`find`", "is missing"]),
        ('pace = "5s"\n' + LEAST, ["line 1", "`pace`", "[pace]"]),
        (LEAST.replace("feed.xml", "{year}").replace('"feed"', '"template"').replace("{year}", ""), ["{year}"]),
        (LEAST.replace('"feed"', '"index"') + 'pages = "https://post.example.org/p"\n', ["`find.pages`", "{page}"]),
        ("", ["`name`", "is missing"]),
    ],
)
def test_files_that_are_wrong_as_a_whole(tmp_path: Path, text: str, words: list[str]) -> None:
    message = fault(tmp_path, text)
    assert all(word in message for word in words), message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"gone\.toml cannot be read"):
        load(tmp_path / "gone.toml")
    bad = tmp_path / "bytes.toml"
    bad.write_bytes(b'name = "\xff"')
    with pytest.raises(SourceError, match="cannot be read"):
        load(bad)
    with pytest.raises(SourceError, match="small letters"):
        load(write(tmp_path, LEAST, "My Source.toml"))


def test_all_files_of_a_folder_are_checked_together(tmp_path: Path) -> None:
    write(tmp_path, LEAST, "b.toml")
    write(tmp_path, LEAST, "a.toml")
    write(tmp_path, LEAST.replace("kind", "kindd"), "c.toml")
    write(tmp_path, "x", "d.toml")
    sources, faults = load_each(tmp_path)
    assert [source.source_id for source in sources] == ["a", "b"]
    assert [path.name for path in faults] == ["c.toml", "d.toml"]


def test_lines_are_found_past_texts_of_several_lines() -> None:
    text = 'a = """\nb = 1\n"""\nb = 2\n[[t]]\nc = 1\n[[t]]\n"c" = 2\n[u.v]\nd.e = 1\n'
    assert lines_of_keys(text) == {
        ("a",): 1,
        ("b",): 4,
        ("t", 0): 5,
        ("t", 0, "c"): 6,
        ("t", 1): 7,
        ("t", 1, "c"): 8,
        ("u", "v"): 9,
        ("u", "v", "d", "e"): 10,
    }


@pytest.mark.parametrize("path", sorted((ROOT / "sources").glob("*.toml")), ids=lambda path: path.stem)
def test_the_ready_sources_are_fine(path: Path) -> None:
    source: SourceDefinition = load(path)
    assert source.profile.language
    assert source.schedule
    assert source.profile.url_pattern


def test_the_manual_names_every_key() -> None:
    manual = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    for section, keys in {"": TOP, "find": FIND, **SECTIONS}.items():
        if section:
            assert f"## `[{section}]`" in manual or f"## `[[{section}]]`" in manual
        for key in keys:
            assert f"| `{key.name}` |" in manual, f"docs/sources.md does not explain {section}.{key.name}"
            assert key.help.split(";")[0].split(":")[0].rstrip(".") in manual
    assert all(f"### {kind}" in manual for kind in KINDS)


def test_the_example_of_the_manual_is_a_source(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    example = manual.partition("```toml\n")[2].partition("```")[0]
    assert load(write(tmp_path, example)).name == "Example City Press Office"
    mistake = manual.partition("```text\n")[2].partition("```")[0].strip()
    assert mistake.partition(", the key ")[2] in fault(tmp_path, example + '[pace]\ndely = "5s"\n')


def test_every_key_of_a_finder_belongs_to_a_kind() -> None:
    assert {key.name for key in FIND} == set().union(*(known for known, _ in KINDS.values()))
