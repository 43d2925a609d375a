"""`--link`: pages stay in the files they came in, and everything that reads the archive copes with that."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from flows.importing import Options, bring
from flows.rereading.rebuild import rebuild
from flows.withdraw import reach_of, withdraw
from flows.workspace import Workspace
from parsers import urls
from tests.flows.importing.recorded import Recorded, page, url
from tests.flows.importing.tables import all_of, asked, headlines
from warehouse import archive, reading_copy
from warehouse.archive import NotKept, links, segments, verifying
from warehouse.backup import back_up
from warehouse.doctor.archive import files_are_there, pages_are_readable
from warehouse.doctor.findings import Examination, Finding


@pytest.fixture(params=[True, False], ids=["gz", "plain"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name = "a.warc.gz" if request.param else "a.warc"
    return Recorded(gz=request.param).pages("one", "two").at(tmp_path / name)


@pytest.fixture
def linked(workspace: Workspace, file: Path) -> Workspace:
    bring(workspace, [file], Options(link=True))
    assert headlines(workspace) == ["Boats of one", "Boats of two"]
    return workspace


def findings(workspace: Workspace, check: Callable[[Examination], Iterable[Finding]]) -> list[Finding]:
    with reading_copy.connect(workspace.folders) as con:
        return list(check(Examination(workspace.folders, con, True, datetime(2030, 1, 1))))


def test_the_archive_has_what_is_known_and_reads_the_page_from_the_file(linked: Workspace, file: Path):
    assert asked(linked, "SELECT file, state, size FROM segments WHERE state = 'linked'") == [
        (str(file), "linked", file.stat().st_size)
    ]
    ask = f"SELECT segment_id, record_offset FROM fetches WHERE requested_url = '{url('one')}'"
    ((segment_id, offset),) = asked(linked, ask)
    own = segments.file(linked.folders, "paper", str(segment_id))
    assert archive.read(linked.folders, own, offset).body == page("one")
    assert not any(
        page(name)[:200] in gzip.decompress(own.read_bytes())
        for own in segments.files(linked.folders)
        for name in ("one", "two")
    )
    assert not any(verdict.problems for verdict in verifying.verify(linked.folders))
    assert findings(linked, files_are_there) + findings(linked, pages_are_readable) == []
    assert bring(linked, [file], Options(link=True)).known == 2


def test_a_rebuild_reads_them_and_gives_the_same_tables(linked: Workspace):
    before = all_of(linked), asked(linked, "SELECT file, state, size, digest FROM segments ORDER BY ALL")
    assert rebuild(linked).pages == 2
    assert (all_of(linked), asked(linked, "SELECT file, state, size, digest FROM segments ORDER BY ALL")) == before


def test_a_file_that_has_gone_is_named_and_can_be_named_anew(linked: Workspace, file: Path, tmp_path: Path):
    moved = file.rename(tmp_path / "moved")
    problems = [problem for verdict in verifying.verify(linked.folders) for problem in verdict.problems]
    assert len(problems) == 3  # the file, and each of its pages
    assert all(str(file) in problem for problem in problems)
    (finding,) = findings(linked, files_are_there)
    (place,) = links.paths(linked.folders.archive / "paper")
    assert str(place) in finding.mend
    lost = findings(linked, pages_are_readable)
    assert len(lost) == 2
    assert all("linked file back" in each.mend for each in lost)
    assert all(str(file) in each.what for each in lost)
    assert rebuild(linked).not_kept == 2
    place.write_text(place.read_text().replace(str(file), str(moved)))
    assert rebuild(linked).pages == 2
    assert headlines(linked) == ["Boats of one", "Boats of two"]


def test_a_file_that_was_changed_is_no_witness_any_more(linked: Workspace, file: Path):
    file.write_bytes(Recorded(gz=file.suffix == ".gz").pages("three", "four").content)
    assert any("not the one" in problem for verdict in verifying.verify(linked.folders) for problem in verdict.problems)
    (own,) = list(segments.files(linked.folders))
    ((offset,), *_) = asked(linked, "SELECT record_offset FROM fetches")
    with pytest.raises(NotKept, match="changed since"):
        archive.read(linked.folders, str(own.relative_to(linked.folders.archive)), offset)


def test_a_backup_has_the_link_and_a_withdrawal_names_the_file_that_it_cannot_clear(
    linked: Workspace, file: Path, tmp_path: Path
):
    back_up(linked.root, tmp_path / "backup")
    assert list((tmp_path / "backup" / "archive" / "paper").glob(f"*{links.SUFFIX}"))
    (reached,) = reach_of(linked, url("one"))
    assert reached.linked == (str(file),)
    withdraw(linked, [reached], "asked")
    assert headlines(linked) == ["Boats of two"]
    assert bring(linked, [file], Options(link=True)).withdrawn == 1
    assert rebuild(linked).pages == 1
    ((reason, when),) = asked(
        linked, f"SELECT reason, withdrawn_at FROM withdrawals WHERE url_key = '{urls.key(url('one'))}'"
    )
    assert reason == "asked"
    assert when > datetime(2026, 1, 1)


def test_a_live_page_never_rests_on_a_linked_file(linked: Workspace, file: Path, tmp_path: Path):
    other = Recorded()
    other.answer(url("again"), page("one"))
    bring(linked, [other.at(tmp_path / "b.warc.gz")])
    file.unlink()
    bodies = [item.body for path in segments.files(linked.folders) for item in archive.captures(path) if item.wire]
    assert bodies == [page("one")]
