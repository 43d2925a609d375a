"""Files that mean harm, or are broken in every way: never a traceback, never without bounds, and what is whole is read."""

from __future__ import annotations

import gzip
import io
import tracemalloc

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.flows.importing.recorded import Recorded, chunked, page, url
from warehouse.archive import answers, foreign
from warehouse.archive.foreign import Damage, Foreign

WHOLE = Recorded().pages("one", "two", "three", "four")
PLAIN = Recorded(gz=False).pages("one", "two", "three", "four")


def walked(content: bytes) -> list[Foreign | Damage]:
    return list(foreign.walk(io.BytesIO(content)))


def addresses(content: bytes) -> list[str | None]:
    return [found.head.url for found in walked(content) if isinstance(found, Foreign) and found.head.kind == "response"]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 10_000), st.binary(min_size=1, max_size=40))
def test_whatever_is_written_over_one_member_the_others_are_read(number: int, place: int, noise: bytes):
    start, length = WHOLE.places[number], len(WHOLE.member(number))
    place = start + place % length
    noise = noise[: start + length - place]
    content = WHOLE.content[:place] + noise + WHOLE.content[place + len(noise) :]
    names = ["one", "two", "three", "four"]
    others = [url(name) for name in names if name != names[number - 1]]
    assert [address for address in addresses(content) if address in others] == others


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"]))
def test_noise_is_damage_and_never_an_error(noise: bytes, start: bytes):
    assert all(isinstance(found, Foreign | Damage) for found in walked(start + noise))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PLAIN.content) - 1))
def test_a_plain_file_that_was_cut_gives_what_is_before_the_cut(end: int):
    whole = [url(name) for name, place in zip(["one", "two", "three"], PLAIN.places[2:], strict=True) if place <= end]
    assert addresses(PLAIN.content[:end])[: len(whole)] == whole


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_chunks_of_any_kind_are_undone_or_left(body: bytes):
    assert answers.unchunked(chunked(body)) == body
    assert isinstance(answers.unchunked(body), bytes | None)


def test_a_bomb_is_passed_over_in_little_memory():
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://paper.example/x\r\nContent-Length: %d\r\n\r\n"
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as file:
        file.write(head % (200 << 20))
        for _ in range(200):
            file.write(bytes(1 << 20))
        file.write(b"\r\n\r\n")
    content = buffer.getvalue() + WHOLE.member(1)
    tracemalloc.start()
    found = walked(content)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [item.block is None for item in found if isinstance(item, Foreign)] == [True, False]
    assert most < 12_000_000


def test_a_record_without_end_and_a_head_without_end_are_damage():
    endless = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99999999999999\r\n\r\nabc"
    (damage,) = walked(endless)
    assert "99,999,999,999,999" in str(damage)
    heads = gzip.compress(b"WARC/1.0\r\n" + b"X-Field: y\r\n" * 20_000) + WHOLE.member(1)
    damage, found = walked(heads)
    assert isinstance(damage, Damage)
    assert isinstance(found, Foreign)


def test_lengths_that_lie_are_damage_and_the_next_record_is_found():
    for length in (b"-5", b"5x", b"", b"99"):
        lying = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: " + length + b"\r\n\r\nabc\r\n\r\n"
        damage, *others = walked(gzip.compress(lying) + WHOLE.member(1))
        assert isinstance(damage, Damage)
        assert len(others) == 1


def test_zeros_behind_the_last_record_are_no_damage():
    assert not any(isinstance(found, Damage) for found in walked(WHOLE.content + bytes(600_000)))


def test_headers_of_any_kind_are_an_answer_or_none():
    assert answers.answer(b"no answer") is None
    found = answers.answer(b"HTTP/1.1 200\nA: b\n c\nbroken\n\nbody")
    assert found == answers.Answer(200, "HTTP/1.1 200", (("A", "b c"),), b"body")
    assert answers.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(page("x"))[:-20]).body
