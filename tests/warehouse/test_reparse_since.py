"""From which day on pages are read anew: that of their address, else that of the capture, in the source's time zone."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.warehouse.facts import SOURCE, START, fetched, found, key
from tests.warehouse.tables import write
from warehouse import loader, proposals, rows
from warehouse.folders import Folders
from warehouse.reparsing import Comparison

MIDNIGHT = -12.0
"""Hours from START to 2026-03-01 00:00 UTC: seven in the evening of the last day of February in New York."""


@pytest.mark.parametrize(
    ("zone", "since", "names"),
    [
        ("UTC", date(2026, 3, 1), {"undated"}),
        ("America/New_York", date(2026, 3, 1), set()),
        ("America/New_York", date(2026, 2, 28), {"undated"}),
        ("Pacific/Kiritimati", date(2026, 3, 1), {"undated"}),
        ("Pacific/Kiritimati", date(2026, 3, 2), set()),
        ("America/New_York", date(2026, 2, 1), {"undated", "dated"}),
    ],
)
def test_the_day_of_a_capture_is_the_source_s(tmp_path: Path, zone: str, since: date, names: set[str]):
    folders = Folders(tmp_path / "data")
    segment = rows.Segment(key("segment"), SOURCE, "paper/1.warc.gz", "open", 100, None, START)
    write(folders, segment, found("dated", day=date(2026, 2, 5)), fetched("dated"),
          found("undated", day=None, day_basis=None), fetched("undated", hours=MIDNIGHT))  # fmt: skip
    assert loader.drain(folders, publish_now=True).problems == []
    proposal, _ = proposals.begun(folders, SOURCE, key("reader"), datetime(2026, 3, 3))
    with Comparison(folders, SOURCE) as comparison:
        comparison.plan(proposal, since=since, zone=zone, everything=False, most=None)
        chosen = {page.url_key for pages in comparison.pages(10) for page in pages}
    assert chosen == {key(name) for name in names}
