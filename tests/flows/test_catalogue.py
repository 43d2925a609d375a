"""The ready-made outlets: every file is sound, honest about what was not checked, and has three pages of its own."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from flows.ready_made import entries
from flows.sources import load
from flows.workspace import catalogue
from parsers import urls

EXAMPLES = Path(__file__).parent.parent / "examples"
INVENTED = {"press-office"}  # a general example to copy: no outlet, hence no pages
REAL = sorted(path.stem for path in catalogue().glob("*.toml") if path.stem not in INVENTED)


def test_six_outlets_of_different_kinds_and_languages():
    real = [entry for entry in entries() if entry.source in REAL]
    assert len(real) >= 6
    assert {kind for entry in real for kind in entry.finders.split(", ")} >= {"feed", "sitemap", "index", "template"}
    assert {entry.language.partition("-")[0] for entry in real} >= {"en", "de", "fr", "es", "pt"}
    assert all(entry.what.endswith(".") for entry in entries())


@pytest.mark.parametrize("name", REAL)
def test_a_file_says_what_was_not_checked_and_expects_something(name: str):
    source = load(catalogue() / f"{name}.toml")
    text = source.path.read_text(encoding="utf-8")
    assert "without the live site. Not checked there:" in text
    assert source.schedule is not None
    assert source.expect.silence is not None
    assert source.expect.filled
    assert source.profile.url_pattern is not None
    assert all(urls.same_site(spec.url, source.home) for spec in source.finders if spec.url)


@pytest.mark.parametrize("name", REAL)
def test_three_pages_are_read_as_articles(name: str):
    goldens = sorted((EXAMPLES / name).glob("*.json"))
    assert len(goldens) >= 3
    for golden in goldens:
        record = json.loads(golden.read_text(encoding="utf-8"))[0]
        assert record["headline"]
        assert len(record["body"].split()) >= 40
        assert record["published"]["day"] == golden.name[:10]


@pytest.mark.parametrize("name", REAL)
def test_the_pattern_fits_the_addresses_of_the_pages(name: str):
    source = load(catalogue() / f"{name}.toml")
    pattern = source.profile.url_pattern
    pages = [gzip.decompress(page.read_bytes()) for page in (EXAMPLES / name).glob("*.html.gz")]
    found = [re.search(rb"<!-- example-url: (\S+) -->", page)[1].decode() for page in pages]
    assert found
    for url in found:
        assert re.search(pattern, url), url
        assert urls.same_site(url, source.home)
    assert not re.search(pattern, source.home)
