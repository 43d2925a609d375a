"""Records of somebody else's files whose heads lie, or are written in odd ways: which are read, and what is said of the rest."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Callable

import pytest
from fastwarc.stream_io import ZstdWriter

from tests.flows.importing.recorded import Recorded, url
from warehouse.archive import foreign
from warehouse.archive.foreign import Damage, Foreign

NAMES = ("one", "two", "three", "four")
PLAIN = Recorded(gz=False).pages(*NAMES)


def zstd(content: bytes) -> bytes:
    buffer = io.BytesIO()
    writer = ZstdWriter(buffer)
    writer.write(content)
    writer.close()
    return buffer.getvalue()


def lying(number: int, by: int) -> bytes:
    """The file with a record that says a length which differs from its own."""
    start = PLAIN.places[number]
    changed = re.sub(
        rb"Content-Length: (\d+)",
        lambda found: b"Content-Length: %d" % (int(found[1]) + by),
        PLAIN.content[start:],
        count=1,
    )
    return PLAIN.content[:start] + changed


def read(content: bytes) -> tuple[list[str], list[Damage]]:
    found = list(foreign.walk(io.BytesIO(content)))
    pages = [item.head.url or "" for item in found if isinstance(item, Foreign) and item.head.kind == "response"]
    return pages, [item for item in found if isinstance(item, Damage)]


def others(number: int) -> list[str]:
    return [url(name) for place, name in enumerate(NAMES, start=1) if place != number]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("by", [-400, -51, -1, 50, 600, 5_000_000])
def test_a_length_that_lies_costs_its_own_record_and_no_other(number: int, by: int):
    pages, damages = read(lying(number, by))
    assert pages == others(number)
    assert [damage.offset for damage in damages] == [PLAIN.places[number]]


@pytest.mark.parametrize("by", [1, 2, 3, 4])
def test_a_length_that_counts_the_line_ends_after_the_record_is_none_that_lies(by: int):
    assert read(lying(2, by)) == ([url(name) for name in NAMES], [])


@pytest.mark.parametrize("pack", [gzip.compress, zstd])
@pytest.mark.parametrize("by", [-400, -51])
def test_in_one_long_stream_the_records_after_one_that_is_longer_than_it_says_are_read(
    pack: Callable[[bytes], bytes], by: int
):
    pages, damages = read(pack(lying(2, by)))
    assert pages == others(2)
    assert len(damages) == 1


def test_in_one_long_stream_those_after_one_that_reaches_into_the_next_are_read():
    pages, damages = read(gzip.compress(lying(2, 50)))
    assert pages == [url("one"), url("four")]
    assert len(damages) == 1


def test_noise_between_whole_records_costs_none():
    start = PLAIN.places[2]
    pages, damages = read(PLAIN.content[:start] + b"noise\nof some kind" + PLAIN.content[start:])
    assert pages[0] == url("one")
    assert pages[-2:] == [url("three"), url("four")]
    assert [damage.offset for damage in damages] == [start]
    pages, _ = read(PLAIN.content[:start] + b"noise\n" + PLAIN.content[start:])
    assert pages == [url(name) for name in NAMES]


@pytest.mark.parametrize("breaks", [b"", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n\r\n\r\n"])
def test_however_many_line_ends_follow_a_record_it_is_whole(breaks: bytes):
    content = re.sub(rb"\r\n\r\n(?=WARC/1.0)", breaks, PLAIN.content)
    assert read(content) == ([url(name) for name in NAMES], [])
