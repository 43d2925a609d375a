"""Reading datelines: the year, what stands above, several on a page, agencies that share a tag."""

from __future__ import annotations

from datetime import date

import pytest

from parsers import agencies, dateline
from parsers.records import Profile

BODY = "The ferry was late again, the harbour office said, and nobody knew why."


@pytest.mark.parametrize(
    ("head", "published", "expected", "basis"),
    [
        ("Dec. 30 (EIRNS)—", date(2019, 1, 2), "2018-12-30", "published"),
        ("Jan. 2 (EIRNS)—", date(2018, 12, 31), "2019-01-02", "published"),  # a day ahead: time zones
        ("Jan. 3 (EIRNS)—", date(2018, 12, 31), "--01-03", None),
        ("Nov. 2 (EIRNS)—", date(2019, 1, 1), "2018-11-02", "published"),
        ("Nov. 1 (EIRNS)—", date(2019, 1, 1), "--11-01", None),
        ("Feb. 29 (EIRNS)—", date(2020, 3, 1), "2020-02-29", "published"),
        ("Feb. 29 (EIRNS)—", date(2019, 3, 1), "--02-29", None),
        ("Dec. 30 (EIRNS)—", None, "--12-30", None),
        ("Dec. 30, 2017 (EIRNS)—", date(2019, 1, 2), "2017-12-30", "explicit"),
        ("Dec. 30, 2017, 2018 (EIRNS)—", None, "2017-12-30", "explicit"),
        ("［東京　３０日　ロイター］ - ", date(2019, 1, 2), "2018-12-30", "published"),
        ("［東京　３０日　ロイター］ - ", None, "---30", None),
    ],
)
def test_the_year(head: str, published: date | None, expected: str, basis: str | None):
    found = dateline.read(head + BODY, published=published)
    assert found is not None
    assert (found.date, found.date_basis) == (expected, basis)
    assert found.day == (date.fromisoformat(expected) if expected[0] != "-" else None)


@pytest.mark.parametrize(
    ("head", "warning"),
    [
        ("Dec. 30 (EIRNS)—", "no year: publication date unknown"),
        ("Dec. 30, 2017, 2018 (EIRNS)—", "two years printed"),
        ("Febuary 3, 2017 (EIRNS)—", "month misspelt: Febuary"),
        ("Dec. 30, 2017 (ERINS)—", "source tag misspelt: ERINS"),
    ],
)
def test_what_is_doubtful_is_said(head: str, warning: str):
    found = dateline.read(head + BODY)
    assert found is not None
    assert warning in found.warnings


def test_the_address_supplies_the_year_where_no_publication_date_is_known():
    found = dateline.read("Dec. 30 (EIRNS)—" + BODY, url="https://example.org/pr/2019/190102_ferry.html")
    assert found is not None
    assert (found.date, found.date_basis) == ("2018-12-30", "url")


def test_an_address_that_names_another_day_is_told():
    found = dateline.read("Dec. 3, 2018 (EIRNS)—" + BODY, url="https://example.org/pr/2019/190102_ferry.html")
    assert found is not None
    assert found.warnings[-1] == "address says 2019-01-02"


@pytest.mark.parametrize(
    ("above", "byline"),
    [
        ("PRESS RELEASE\n", None),
        ("Special to EIR\n", None),
        ("By Jane Doe\n", "Jane Doe"),
        ("News Release\nBy Jane Doe and John Miller\n", "Jane Doe and John Miller"),
        ("Ana García | EFE\n", "Ana García"),
        ("Von unserem Korrespondenten\n", None),
        ("The Ferry Is Late\n", None),
        ("The council wants to know by Friday why the ferry has been late on nine days of ten.\n", None),
        ("\n \n\ufeff", None),
    ],
)
def test_what_stands_above_is_passed_over(above: str, byline: str | None):
    text = f"{above}LIMA, May 3 (Reuters) - {BODY}"
    found = dateline.read(text, title="The Ferry Is Late")
    assert found is not None
    assert found.raw == "LIMA, May 3 (Reuters) - "
    assert found.byline == byline
    assert text[found.end :] == BODY


def test_a_dateline_far_down_is_not_that_of_the_text():
    assert dateline.read((BODY + "\n") * 6 + "LIMA, May 3 (Reuters) - " + BODY) is None


def test_an_update_stands_above_the_original():
    text = f"May 4 (EIRNS)—{BODY}\nThe first report follows.\nMay 3 (EIRNS)—{BODY}"
    found = dateline.read_all(text, published=date(2020, 5, 4))
    assert [f.date for f in found] == ["2020-05-04", "2020-05-03"]
    assert all(text[f.start : f.end] == f.raw for f in found)


def test_a_place_in_a_later_paragraph_is_no_second_dateline():
    assert len(dateline.read_all(f"May 4 (EIRNS)—{BODY}\nLONDON — {BODY}")) == 1


def test_a_digest_begins_anew_at_each_dated_item_or_its_headline():
    blocks = ["In Brief", "A Bridge Opens", f"May 3 (EIRNS)—{BODY}", BODY, f"LIMA, May 4 (EIRNS)—{BODY}", "A Mill Closes",
              f"May 5 (EIRNS)—{BODY}"]  # fmt: skip
    assert dateline.item_starts(blocks) == (1, 4, 5)
    assert dateline.item_starts(blocks[:4]) == ()


def test_an_order_that_the_profile_names_is_believed_and_another_as_before():
    profile = Profile(dateline=("date",), info_source="eirns")
    spaced = "July 13 — " + BODY
    assert dateline.read(spaced) is None
    assert dateline.read(spaced, profile=profile, published=date(2018, 7, 14)) is not None
    assert dateline.read("SALEM, Ohio (AP) — " + BODY, profile=profile) is not None


@pytest.mark.parametrize(
    ("tag", "language", "expected"),
    [
        ("APA", "de", "apa"), ("APA", "fr", "apa-news"), ("APA", None, "apa"), ("AA", "tr", "aa"), ("TT", "sv", "tt"),
        ("PA", "en", "pa"), ("RTR", "nl", "reuters"), ("رويترز", "ar", "reuters"), ("路透社", "zh", "reuters"),
        ("dpa-AFX", "de", "dpa"), ("sda", "de", "ats"), ("ats", "fr", "ats"), ("HARBOUR TIGERS", "en", None),
    ],
)  # fmt: skip
def test_a_tag_names_its_agency(tag: str, language: str | None, expected: str | None):
    agency = agencies.find(tag, language)
    assert (agency.id if agency else None) == expected


def test_the_registry_is_in_order():
    known = agencies.AGENCIES
    assert len(known) > 400
    assert len({agency.id for agency in known}) == len(known)
    assert all(agency.aliases and agency.languages and agency.name for agency in known)
    assert {agency.kind for agency in known} <= {"agency", "wire", "newspaper", "broadcaster", "domain"}
    aliases = {alias for agency in known for alias in agency.aliases}
    assert aliases >= agencies.BRACKETED_ONLY


@pytest.mark.parametrize("text", ["Trend - " + BODY, "Report - " + BODY, "Beta - " + BODY])
def test_a_word_that_is_also_a_tag_opens_no_text(text: str):
    found = dateline.read(text)
    assert found is None or not found.source_tags
