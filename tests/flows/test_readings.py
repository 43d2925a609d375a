"""What counts as another text, and which addresses a page is believed to name."""

from __future__ import annotations

from datetime import datetime

import pytest

from flows import readings
from parsers.parsing import parse
from parsers.records import Page, Profile
from warehouse.archive.captures import Capture

MOMENT = datetime(2026, 3, 1, 12)
PAGE = """<!doctype html><html lang="en"><head><title>{headline}</title>
<link rel="canonical" href="{canonical}"></head><body><header><a href="/">The Paper</a></header>
<aside class="advertisement">{advertisement}</aside>
<article><h1>{headline}</h1>
<p>OSLO, March 1, 2026 (AP) {dash} The harbour was closed on Monday after {quote}fog{unquote} had covered the{blank}coast, the
pilots said, and no ferry left the quay before noon for the third day in a row.</p>
<p>The harbour master{apostrophe}s office expects the first ships to sail on Wednesday{hidden}, when a wind from the west will
clear the fjord, as it did in each of the last five years at this time.</p>
<p>Nobody was hurt when a barge ran aground near the {range} shoals, and its crew waited for the tide.</p>{more}</article>
<footer>Copyright 2026</footer></body></html>"""
PLAIN = {"headline": "Fog closes the harbour", "canonical": "https://paper.example/2026/fog", "advertisement": "Buy boots",
         "dash": "-", "quote": '"', "unquote": '"', "blank": " ", "apostrophe": "'", "hidden": "", "range": "2-3", "more": ""}  # fmt: skip


def hashes(**change: str) -> tuple[str | None, str | None]:
    """The content hash and the canonical key of the page with something changed."""
    page = PAGE.format(**(PLAIN | change)).encode()
    capture = Capture(
        fetch_id="f", source_id="paper", url_key="k", role="article", requested_url="https://paper.example/2026/fog.amp",
        observed_at=MOMENT, outcome="fetched", run_id="r", wire=page,
    )  # fmt: skip
    profile = Profile(url_pattern=r"paper\.example/\d{4}/")
    result = parse(Page(page, url=capture.requested_url, observed_at=MOMENT), profile)
    (row,) = readings.rows(capture, result, profile=profile, reader="r", read_at=MOMENT)
    assert row.reject_reason is None, row.reject_message
    return row.content_hash, row.canonical_key


@pytest.mark.parametrize(
    "change",
    [
        {"advertisement": "Subscribe now for a week at no cost"},
        {"quote": "“", "unquote": "”"},
        {"quote": "«", "unquote": "»"},
        {"apostrophe": "’"},
        {"blank": "\u00a0"},
        {"blank": "\n\n   \t"},
        {"hidden": "\u200b"},
        {"range": "2–3"},
        {"range": "2\u20113"},
        {"headline": "Fog closes\u00a0the harbour"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_new_version(change: dict[str, str]):
    assert hashes(**change)[0] == hashes()[0]


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "Fog shuts the harbour"},
        {"range": "4-5"},
        {"more": "<p>Correction: an earlier version of this article named another fjord, which is further north.</p>"},
    ],
    ids=str,
)
def test_what_is_one(change: dict[str, str]):
    assert hashes(**change)[0] != hashes()[0]


@pytest.mark.parametrize(
    ("canonical", "is_believed"),
    [
        ("https://paper.example/2026/fog", True),
        ("https://www.paper.example/2026/fog", True),
        ("https://paper.example/", False),  # the home page, as on every page of some outlets
        ("https://paper.example/section/weather", False),  # no article by the source's own pattern
        ("https://elsewhere.example/2026/fog", False),
        ("https://paper.example/2026/fog.amp", True),
    ],
)
def test_which_canonical_address_is_believed(canonical: str, is_believed: bool):
    key = hashes(canonical=canonical)[1]
    assert (key is not None) == is_believed
