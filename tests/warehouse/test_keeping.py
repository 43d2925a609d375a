"""Dropping raw pages: offsets stay, what is known stays, and the archive remains sound and whole to append to."""

from __future__ import annotations

import random
from array import array
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.facts import START, fetched, key, reading
from tests.warehouse.test_archive import SOURCE, capture, not_modified, only_file, written
from warehouse import archive, loader, spool
from warehouse.archive import erasing, keeping, segments, verifying
from warehouse.archive.extents import Extents, NotKept, joined
from warehouse.archive.warc_reading import Stored, extents
from warehouse.folders import Folders

LATER = START + timedelta(days=100)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


def noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(20_000)


def loaded(folders: Folders, *facts: tuple[archive.Capture, archive.Location, str | None]) -> None:
    """Rows for captures, each with the words its page was read to say."""
    batch = []
    for item, location, words in facts:
        batch.append(
            replace(
                fetched(item.requested_url), fetch_id=item.fetch_id, url_key=item.url_key, observed_at=item.observed_at,
                segment_id=location.segment_id, record_offset=location.offset, record_length=location.length,
                payload_hash=item.payload_hash, role=item.role,
            )
        )  # fmt: skip
        if words is not None:
            read = reading("a", words)
            batch.append(replace(read, fetch_id=item.fetch_id, url_key=item.url_key, observed_at=item.observed_at))
    spool.write(folders, batch, source_id=SOURCE, run_id=key("run"))
    loader.drain(folders, publish_now=True)


def three_looks(folders: Folders) -> tuple[list[archive.Capture], list[archive.Location]]:
    """One article looked at three times, with one text and three advertisements, and a listing."""
    looks = [
        capture(f"look {n}", noise(n), url_key=key("a"), observed_at=START + timedelta(hours=n)) for n in (1, 2, 3)
    ]
    looks.append(capture("listing", noise(9), role="listing", observed_at=START))
    locations = written(folders, *looks)
    loaded(folders, *((item, place, "one text" if item.role == "article" else None)
                      for item, place in zip(looks, locations, strict=True)))  # fmt: skip
    return looks, locations


def read(folders: Folders, location: archive.Location) -> archive.Capture:
    return archive.read(folders, str(only_file(folders).relative_to(folders.archive)), location.offset)


def problems(folders: Folders) -> list[str]:
    return [problem for verdict in verifying.verify(folders) for problem in verdict.problems]


def test_versions_keeps_what_versions_rest_on(folders: Folders):
    looks, locations = three_looks(folders)
    freed = keeping.keep(folders, SOURCE, "versions", LATER)
    loader.drain(folders, publish_now=True)
    assert freed > 10_000
    assert read(folders, locations[0]).body == looks[0].body  # the first look of the version
    assert read(folders, locations[2]).body == looks[2].body  # the one its text is from
    for dropped in (locations[1], locations[3]):
        with pytest.raises(NotKept):
            read(folders, dropped)
    assert problems(folders) == []


def test_what_is_known_of_every_request_stays(folders: Folders):
    looks, locations = three_looks(folders)
    keeping.keep(folders, SOURCE, "90d", LATER)
    kept = [entry for entry in archive.history(folders, SOURCE) if isinstance(entry, Stored)]
    assert [entry.capture.fetch_id for entry in kept] == [look.fetch_id for look in looks]
    assert [entry.capture.location for entry in kept] == locations
    assert {entry.answer for entry in kept} == {None}
    assert problems(folders) == []


@pytest.mark.parametrize(("raw", "days"), [("all", 1000), ("90d", 89), ("versions", 6)])
def test_what_is_young_enough_is_kept(folders: Folders, raw: str, days: int):
    three_looks(folders)
    before = only_file(folders).read_bytes()
    assert keeping.keep(folders, SOURCE, raw, START + timedelta(days=days)) == 0
    assert only_file(folders).read_bytes() == before


def test_a_body_that_a_kept_capture_repeats_stays(folders: Folders):
    page = noise(4)
    old = capture("old", page, url_key=key("x"), observed_at=START, role="listing")
    new = capture("new", page, url_key=key("a"), observed_at=LATER)
    locations = written(folders, old, capture("more", noise(5), role="listing", observed_at=START), new)
    more = capture("more", noise(5), role="listing", observed_at=START)
    loaded(folders, (old, locations[0], None), (more, locations[1], None), (new, locations[2], "a text"))
    assert keeping.keep(folders, SOURCE, "90d", LATER + timedelta(days=1)) > 0
    assert read(folders, locations[2]).body == page


def test_after_packing_a_run_goes_on_and_packs_again(folders: Folders):
    looks, locations = three_looks(folders)
    keeping.keep(folders, SOURCE, "versions", LATER)
    more = [capture("b", noise(7), observed_at=LATER), not_modified("c"), capture("d", noise(3), observed_at=LATER)]
    later = written(folders, *more)
    assert later[0].offset > locations[-1].offset
    assert read(folders, later[0]).body == more[0].body
    assert read(folders, later[2]).body == looks[2].body  # the same body, stored once
    loaded(folders, *((item, place, None) for item, place in zip(more, later, strict=True)))
    keeping.keep(folders, SOURCE, "90d", LATER + timedelta(days=200))
    with pytest.raises(NotKept):
        read(folders, later[0])
    assert len(written(folders, capture("e"))) == 1
    assert len(list(archive.captures(only_file(folders)))) == 8
    assert problems(folders) == []


def test_a_cut_tail_after_packing_is_cut_and_nothing_else(folders: Folders):
    three_looks(folders)
    keeping.keep(folders, SOURCE, "90d", LATER)
    path = only_file(folders)
    packed = path.stat().st_size
    written(folders, capture("b", noise(7)))
    (state,) = segments.states(folders, SOURCE)
    with path.open("rb+") as file:
        state.checked = extents(file).end  # the run that wrote it died
        file.truncate(packed + 700)
    segments.save(folders, state)
    (location,) = written(folders, capture("c"))
    assert read(folders, location).fetch_id == key("fetch c")
    assert len(list(archive.captures(path))) == 5


def test_a_sealed_file_has_a_new_digest_in_its_row(folders: Folders):
    three_looks(folders)
    written(folders, capture("b", noise(7)), full=1)  # seals the first
    loader.drain(folders, publish_now=True)
    keeping.keep(folders, SOURCE, "90d", LATER)
    with archive.Appender(folders, SOURCE, key("run")) as appender:
        appender.append(capture("z"))
        spool.write(folders, appender.segment_rows(), source_id=SOURCE, run_id=key("run"))
    loader.drain(folders, publish_now=True)
    assert problems(folders) == []


def test_lengths_stay_true_beside_blanks_and_over_many_packings(folders: Folders):
    names = ["a", "gone", "b", "c", "gone too"]
    locations = written(folders, *(capture(name, noise(number)) for number, name in enumerate(names)))
    erasing.erase(folders, SOURCE, frozenset({key("gone"), key("gone too")}), frozenset(), START)
    (state,) = segments.states(folders, SOURCE)
    for dropped in (0, 2, 3):
        assert keeping.pack(folders, state, array("Q", [locations[dropped].offset]), 0)
        kept = [entry for entry in archive.history(folders, SOURCE) if isinstance(entry, Stored)]
        assert [entry.capture.location for entry in kept] == [locations[number] for number in (0, 2, 3)]
    erasing.erase(folders, SOURCE, frozenset({key("b")}), frozenset(), START)
    (location,) = written(folders, capture("d"))
    assert location.offset == locations[-1].offset + locations[-1].length
    kept = [entry for entry in archive.history(folders, SOURCE) if isinstance(entry, Stored)]
    assert [entry.capture.location for entry in kept] == [locations[0], locations[3], location]


def test_it_looks_once_a_day(folders: Folders):
    three_looks(folders)
    assert keeping.keep(folders, SOURCE, "versions", LATER) > 0
    assert keeping.keep(folders, SOURCE, "90d", LATER + timedelta(hours=23)) == 0
    assert keeping.keep(folders, SOURCE, "90d", LATER + timedelta(hours=25)) > 0


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=8), st.integers(1, 60))
def test_offsets_and_places_are_each_others_inverse(gaps: list[tuple[int, int]], head: int):
    """Stretches are made from pairs of what is dropped and what is kept after it."""
    kept, at = [], 100
    for dropped, length in gaps:
        kept.append((at + dropped, at + dropped + length))
        at += dropped + length
    layout = Extents(tuple(joined(kept)), head, at + 5)
    for begin, end in kept:
        for offset in range(begin, end):
            assert layout.offset(layout.place(offset)) == offset
    for offset in range(at + 5, at + 20):
        assert layout.offset(layout.place(offset)) == offset
    held = {offset for begin, end in kept for offset in range(begin, end)}
    for offset in range(1, at + 5):
        assert layout.holds(offset) == (offset in held)
