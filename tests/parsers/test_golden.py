"""Golden examples, all in our own words: tests/examples/<source>/<yyyy-mm-dd>-<slug>.{html.gz,txt} with a .json beside it.

A missing .json is written and the test fails once, so that somebody reads it before it is kept.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import parsers
from flows.sources import load

EXAMPLES = Path(__file__).parent.parent / "examples"
SOURCES = Path(__file__).parent.parent.parent / "sources"
PAGES = sorted([*EXAMPLES.glob("*/*.html.gz"), *EXAMPLES.glob("*/*.txt")])


def record_of(page: Path) -> Any:
    """What today's parsers make of an example, as plain JSON values."""
    content = gzip.decompress(page.read_bytes()) if page.suffix == ".gz" else page.read_bytes()
    definitions = (page.parent / "source.toml", SOURCES / f"{page.parent.name}.toml")
    profile = next((load(path).profile for path in definitions if path.exists()), parsers.Profile())
    kind = "text/html" if page.suffix == ".gz" else "text/plain"
    url = re.search(rb"<!-- example-url: (\S+) -->", content)
    day = datetime.fromisoformat(page.name[:10])
    result = parsers.parse(parsers.Page(content, url[1].decode() if url else None, kind, day), profile)
    found = asdict(result) if isinstance(result, parsers.Rejected) else [asdict(article) for article in result]
    return json.loads(json.dumps(found, default=str))


def test_there_are_examples():
    assert len(PAGES) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.name}")
def test_the_record_is_the_golden_one(page: Path):
    golden = page.with_name(page.name.removesuffix(".html.gz").removesuffix(".txt") + ".json")
    record = record_of(page)
    if not golden.exists():
        golden.write_text(json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        pytest.fail(f"{golden} was not there and has been written: read it, and keep it if it is right.")
    assert record == json.loads(golden.read_text(encoding="utf-8"))


def test_every_golden_has_its_page():
    stems = {page.name.removesuffix(".html.gz").removesuffix(".txt") for page in PAGES}
    assert {golden.stem for golden in EXAMPLES.glob("*/*.json")} == stems
