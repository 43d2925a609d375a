"""Foreign files that are packed with zstd or as one gzip stream: what is whole is read, wherever they are cut or damaged."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import pytest
from fastwarc.stream_io import ZstdWriter

from tests.flows.importing.recorded import Recorded, url
from warehouse.archive import foreign
from warehouse.archive.foreign import Damage, Foreign

NAMES = ("one", "two", "three", "four")
PLAIN = Recorded(gz=False).pages(*NAMES)
RECORDS = [PLAIN.member(number) for number in range(5)]
DICTIONARY = b"harbour office counted boats on the quay and wrote each of them down" * 50


def packed(content: bytes, dictionary: bytes | None = None) -> bytes:
    """A frame; without the dictionary, which stands before the first frame of a file."""
    buffer = io.BytesIO()
    writer = ZstdWriter(buffer, dictionary=dictionary)
    writer.write(content)
    writer.close()
    frame = buffer.getvalue()
    return frame[frame.index(b"\x28\xb5\x2f\xfd") :] if dictionary else frame


FRAMES = [packed(record) for record in RECORDS]


def walked(content: bytes) -> tuple[list[str | None], list[int]]:
    """The pages that are read, and where the damaged spots are."""
    found = list(foreign.walk(io.BytesIO(content)))
    pages = [item.head.url for item in found if isinstance(item, Foreign) and item.head.kind == "response"]
    return pages, [item.offset for item in found if isinstance(item, Damage)]


def pages(*names: str) -> list[str]:
    return [url(name) for name in names]


def test_frames_of_a_record_each_are_found_again_by_their_place():
    file = io.BytesIO(b"".join(FRAMES))
    for item in list(foreign.walk(file)):
        assert isinstance(item, Foreign)
        assert item.is_in_place
        assert item.member is None
        again = foreign.at(file, item.head.offset)
        assert again is not None
        assert again.block == item.block


def test_a_file_with_a_dictionary_is_read_from_any_frame_on():
    head = b"\x5d\x2a\x4d\x18" + len(DICTIONARY).to_bytes(4, "little") + DICTIONARY
    frames = [packed(record, DICTIONARY) for record in RECORDS]
    content = head + b"".join(frames)
    assert walked(content) == (pages(*NAMES), [])
    again = foreign.at(io.BytesIO(content), len(head) + len(b"".join(frames[:2])))
    assert again is not None
    assert again.head.url == url("two")


@pytest.mark.parametrize("step", [700, 3_001])
def test_frames_that_know_nothing_of_records_are_one_stream(step: int):
    content = b"".join(packed(PLAIN.content[start : start + step]) for start in range(0, len(PLAIN.content), step))
    assert walked(content) == (pages(*NAMES), [])


def test_a_file_of_frames_that_was_cut_gives_what_is_whole():
    content = b"".join(FRAMES)[:-100]
    assert walked(content) == (pages("one", "two", "three"), [len(b"".join(FRAMES[:4]))])


def test_bytes_between_frames_are_damage_and_the_next_is_found():
    content = b"".join(FRAMES[:3]) + b"garbage" * 9 + b"".join(FRAMES[3:])
    assert walked(content) == (pages(*NAMES), [len(b"".join(FRAMES[:3]))])


@pytest.mark.parametrize("place", [1, 4, 9, 30, 200])
def test_whatever_is_written_over_one_frame_the_others_are_read(place: int):
    frame = bytearray(FRAMES[2])
    frame[place : place + 3] = b"\xff\x00\xff"
    found, _ = walked(b"".join([*FRAMES[:2], bytes(frame), *FRAMES[3:]]))
    assert [page for page in found if page != url("two")] == pages("one", "three", "four")


@pytest.mark.parametrize("pack", [packed, gzip.compress])
def test_one_stream_that_was_cut_gives_the_records_before_the_cut(pack: Callable[[bytes], bytes]):
    found, damaged = walked(pack(PLAIN.content * 3)[:-4])
    assert found[:8] == pages(*NAMES, *NAMES)
    assert len(damaged) == 1


def test_one_stream_that_is_damaged_gives_the_records_before_the_damage():
    names = [f"p{number}" for number in range(99)]
    content = bytearray(gzip.compress(Recorded(gz=False).pages(*names).content, mtime=0))
    content[-400:-390] = b"\xff" * 10
    found, damaged = walked(bytes(content))
    assert found[:50] == pages(*names[:50])
    assert damaged
