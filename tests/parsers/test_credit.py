"""Trailing credits: what leaves the body, what stays, and whose copy a text is."""

from __future__ import annotations

import tomllib

import pytest
from catalogue import DATA
from hypothesis import given
from hypothesis import strategies as st

from parsers import credit
from parsers.dateline import read

CASES = tomllib.loads((DATA / "credits.toml").read_text(encoding="utf-8"))
BEFORE = "The harbour master had said so before."


@pytest.mark.parametrize("case", CASES["credit"], ids=lambda case: f"{case['lang']} {case['tail'][:40]}")
def test_a_credit_leaves_the_body_and_is_kept(case):
    rest, found = credit.take([BEFORE, *case["tail"].split("\n\n")])
    assert found is not None
    assert rest == [BEFORE, *([case["keep"]] if "keep" in case else [])]
    assert list(found.info_sources) == case.get("agencies", [])
    assert found.date == case.get("date")
    if "tags" in case:
        assert list(found.source_tags) == case["tags"]


@pytest.mark.parametrize("text", CASES["none"], ids=lambda text: text[:40])
def test_a_last_sentence_stays(text: str):
    assert credit.take([BEFORE, text]) == ([BEFORE, text], None)


def test_a_body_is_never_emptied():
    assert credit.take(["© AFP"]) == (["© AFP"], None)
    assert credit.take([]) == ([], None)


def test_several_lines_of_credit_are_one():
    rest, found = credit.take([BEFORE, "(Reporting by Ana Doe)", "© Reuters 2020"])
    assert rest == [BEFORE]
    assert found is not None
    assert found.text == "(Reporting by Ana Doe)\n© Reuters 2020"
    assert found.info_sources == ("reuters",)


def test_initials_without_a_credit_beside_them_stay():
    assert credit.take([BEFORE, "vg/sk"]) == ([BEFORE, "vg/sk"], None)


@given(st.lists(st.text(max_size=80), max_size=5))
def test_nothing_is_lost(paragraphs: list[str]):
    rest, found = credit.take(paragraphs)
    assert len(rest) <= len(paragraphs)
    assert rest[:-1] == paragraphs[: max(0, len(rest) - 1)]
    assert found is not None or rest == paragraphs
    if rest:
        assert paragraphs[len(rest) - 1].startswith(rest[-1].rstrip())


def decide(lead: str | None = None, tail: str | None = None, byline: str | None = None, own: str | None = None, **more):
    taken = credit.take([BEFORE, tail])[1] if tail else None
    stated = more.get("stated", ())
    return credit.wire(dateline=read(lead) if lead else None, credit=taken, byline=byline, stated=stated, own=own)


def test_the_tag_of_the_dateline_outranks_the_credit():
    wire, agency, evidence = decide("LIMA, May 3 (Reuters) - The bridge is open again.", "(AFP)")
    assert (wire, agency) == (True, "reuters")
    assert [(e.value, e.basis, e.chosen) for e in evidence] == [("reuters", "dateline", True), ("afp", "credit", False)]


@pytest.mark.parametrize(
    ("given", "basis"),
    [
        ({"lead": "LIMA (AP) — The bridge is open again."}, "dateline"),
        ({"tail": "With files from AP"}, "credit"),
        ({"byline": "Associated Press"}, "byline"),
        ({"stated": (("The Associated Press", "author"),)}, "json-ld:author"),
    ],
)
def test_each_witness_alone_is_enough(given, basis: str):
    wire, agency, evidence = decide(**given)
    assert (wire, agency) == (True, "ap")
    assert [e.basis for e in evidence if e.chosen] == [basis]


def test_an_outlets_own_tag_is_no_wire_copy():
    assert decide("May 3 (EIRNS)—The bridge is open again in the harbour.", own="eirns")[:2] == (False, "eirns")


def test_an_outlets_own_copy_without_any_sign_is_its_own_but_not_proved():
    assert decide(own="eirns")[:2] == (None, "eirns")


def test_without_any_sign_nothing_is_said():
    assert decide() == (None, None, ())


def test_a_press_release_is_no_agencys_copy():
    assert decide("LIMA, May 3, 2020 /PRNewswire/ -- Acme announced a widget.")[:2] == (False, "prnewswire")
