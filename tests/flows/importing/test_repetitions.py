"""Records that say `as before` (revisit) of a page that an earlier import or a look has brought, as repeated crawls leave them."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.importing import Options, Report, bring
from flows.importing.warcs import LOST
from flows.workspace import Workspace
from tests.flows.importing.recorded import MOMENT, Recorded, chunked, page, url
from tests.flows.importing.tables import asked, headlines
from tests.flows.importing.test_warc_files import seen_live
from warehouse.archive import verifying

LATER = MOMENT + timedelta(days=1)
PROFILE = "http://netpreserve.org/warc/1.0/revisit/identical-payload-digest"
FIRST = "<urn:uuid:09a3b8d8-4b87-4a0c-9f0b-ebb17b080fd4>"
OBSERVED = "SELECT requested_url, observed_at FROM fetches ORDER BY ALL"


def sha1(body: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(body).digest()).decode()


def repeats(name: str, body: bytes, *, at: datetime = LATER, **fields: str) -> Recorded:
    """A file of nothing but a repetition."""
    recorded = Recorded()
    said = {"WARC_Profile": PROFILE, "WARC_Payload_Digest": sha1(body), **fields}
    recorded.answer(url(name), b"", at=at, kind="revisit", **said)
    return recorded


def bring_later(workspace: Workspace, tmp_path: Path, recorded: Recorded, options: Options = Options()) -> Report:  # noqa: B008  (frozen)
    return bring(workspace, [recorded.at(tmp_path / "later.warc.gz")], options)


@pytest.mark.parametrize("link", [False, True])
def test_a_record_may_repeat_a_page_of_an_earlier_import(workspace: Workspace, tmp_path: Path, link: bool):
    bring(workspace, [Recorded().pages("x").at(tmp_path / "a.warc.gz")], Options(link=link))
    later = repeats("x", page("x"))
    assert bring_later(workspace, tmp_path, later, Options(dry_run=True)).taken == 1
    assert bring_later(workspace, tmp_path, later).articles == 1
    assert asked(workspace, OBSERVED) == [(url("x"), MOMENT), (url("x"), LATER)]
    assert asked(workspace, "SELECT count(*) FROM article_versions") == [(1,)]
    assert bring_later(workspace, tmp_path, later).known == 1
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


def test_a_record_may_repeat_a_page_of_another_address_or_by_its_name_alone(workspace: Workspace, tmp_path: Path):
    recorded = Recorded()
    body = chunked(page("x"))
    transfer = [("Transfer-Encoding", "chunked")]
    recorded.answer(url("x"), body, headers=transfer, WARC_Payload_Digest=sha1(body), WARC_Record_ID=FIRST)
    bring(workspace, [recorded.at(tmp_path / "a.warc.gz")])
    assert bring_later(workspace, tmp_path, repeats("x", body, WARC_Refers_To=FIRST)).articles == 1
    other = repeats("y", page("x"), **{"WARC_Refers_To_Target_URI": url("x")})
    assert bring_later(workspace, tmp_path, other).articles == 1
    assert asked(workspace, OBSERVED) == [(url("x"), MOMENT), (url("x"), LATER), (url("y"), LATER)]


def test_a_record_may_repeat_what_a_look_has_brought(workspace: Workspace, tmp_path: Path):
    seen_live(workspace, "x", page("x", "Other."), MOMENT)
    seen_live(workspace, "x", page("x"), LATER)
    seen_live(workspace, "x", page("x", "Another."), LATER + timedelta(hours=1))
    assert bring_later(workspace, tmp_path, repeats("x", page("x"), at=LATER + timedelta(days=1))).articles == 1
    ask = "SELECT contains(body, 'ther.'), valid_from FROM article_versions ORDER BY valid_from DESC LIMIT 1"
    assert asked(workspace, ask) == [(False, LATER + timedelta(days=1))]
    assert headlines(workspace) == ["Boats of x"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, LOST),
        ({"status": "503 Busy"}, "an error of the outlet (503)"),
        ({"status": "301 Moved"}, "a redirect (301)"),
        ({"content_type": "image/png"}, "not a page (image/png)"),
    ],
)
def test_a_repetition_that_is_no_page_is_counted_as_what_it_is(
    workspace: Workspace, tmp_path: Path, fields: dict[str, str], reason: str
):
    report = bring_later(workspace, tmp_path, repeats("x", b"<p>Later.</p>", **fields))
    assert dict(report.passed_over) == {reason: 1}
