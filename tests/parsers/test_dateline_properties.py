"""What must hold for any text: offsets, nothing lost, nothing read twice, no exception, no pattern that runs away."""

from __future__ import annotations

from itertools import pairwise

import pytest
from catalogue import leads
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parsers.dateline import read, read_all

LEADS = [lead.text for lead in leads(variants=1)]
PIECES = [
    "PARIS", "Roma", "新华社", "北京", "القاهرة", "МОСКВА", "(AP)", "(", ")", "[", "]", "/", "—", "--", ".-", " - ", ",", ".", ":",
    "\n", "\xa0", "\ufffd", "\x97", "May 3", "3 mars", "3日", "2020", "1", "电", "【", "】", "=", "By ", "Jane Doe", "AFP", "AP",
    "Reuters", "and", "de ", "’", "́", "\u200f", "'s-", "St. ", "3.5.2020", " ", "  ", "x", "The", "İ", "ß",
]  # fmt: skip
ANY = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.tuples(st.sampled_from(LEADS), st.text(max_size=12), st.integers(0, 40)).map(
        lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
    ),
)
LANGUAGES = st.sampled_from([None, "en", "de", "fr", "ar", "zh", "ko", "xx"])


@given(ANY, LANGUAGES)
@example("", None)
@example("\ufeff\n\n", "en")
@settings(max_examples=400, deadline=None)
def test_offsets_are_in_range_and_nothing_is_lost(text: str, language: str | None):
    found = read(text, language=language)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.raw
        assert 0 < found.confidence <= 1
        assert found.places or found.date or found.source_tags


@given(ANY, LANGUAGES)
@settings(max_examples=300, deadline=None)
def test_all_datelines_of_a_text_follow_each_other(text: str, language: str | None):
    found = read_all(text, language=language)
    assert found[:1] == tuple(filter(None, [read(text, language=language)]))
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize("text", LEADS[::3])
def test_a_text_without_its_dateline_has_none(text: str):
    found = read(text)
    assert found is None or read(text[found.end :]) is None


@given(st.sampled_from(LEADS), st.sampled_from(["\xa0", "\u2009", "\u202f"]))
@settings(max_examples=200, deadline=None)
def test_odd_blanks_change_nothing(text: str, blank: str):
    plain, odd = read(text), read(text.replace(" ", blank))
    assert (plain and (plain.end, plain.date, plain.info_sources)) == (odd and (odd.end, odd.date, odd.info_sources))


@pytest.mark.parametrize(
    "piece",
    ["A", "PARIS ", "PARIS, ", "PARIS/", "St. ", "(", "((AP)", "/AP", "1 ", "May ", "By Jane ", "新华社", "【", "(서울=", "a-",
     "'", "\n", "—", ". ", "de ", "القاهرة ", "AP - ", "PARIS - ", "(AP) - ", "May 3 ", "[X] "],
)  # fmt: skip
def test_a_hostile_text_is_read_at_all(piece: str):
    """40,000 characters that invite backtracking; a bad pattern would not come back within the suite's life."""
    text = piece * (40_000 // len(piece))
    found = read(text)
    assert found is None or found.end < 500
    assert len(read_all(text[:8_000])) <= 8_000
