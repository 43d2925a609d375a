"""Citations, read back by the libraries that others use."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

import bibtexparser
import pytest
import rispy

from warehouse import citation

HEADLINE = 'Profits up 50% at Smith & Sons: "cost_cutting" {again} #1 ~ 5^2 \\ $3\nand more'


def record(**other: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "article_id": UUID("e3a8620e-e906-a525-9214-2200b5cb84a1"), "version": 2, "valid_from": datetime(2026, 11, 24, 20, 31, 13),
        "headline": HEADLINE, "authors": ["Ada Byron", "Reporters, Inc.", "Sturm und Drang and Co"], "agency": "Associated Press",
        "outlet": "The Paper & Post", "source_id": "paper", "url": "https://paper.example/ä?a=1&b={2}#x%20y", "language": "en",
        "abstract": "All\nof it.", "publisher": "Paper Co", "article_section": "Business", "keywords": ["profit", "50%"],
        "date_published": date(2026, 3, 5), "date_published_text": "2026-03-05", "body_extent": "full", "origin": "live",
        "requested_url": "https://paper.example/a", "segment_id": UUID(int=1), "segment_file": "paper/paper-1.warc.gz",
        "fetch_id": UUID("7ef44f75-54cc-4374-b4fb-24aa1748bc50"),
    }  # fmt: skip
    return known | other


def ris(**other: Any) -> dict[str, Any]:
    (entry,) = rispy.loads(citation.as_ris(record(**other)))
    return entry


def test_ris_is_a_newspaper_article_with_every_field() -> None:
    entry = ris()
    assert entry["type_of_reference"] == "NEWS"
    assert entry["title"] == " ".join(HEADLINE.split())
    assert entry["authors"] == ["Ada Byron", "Reporters, Inc.", "Sturm und Drang and Co"]
    assert entry["secondary_title"] == "The Paper & Post"
    assert (entry["year"], entry["date"], entry["access_date"]) == ("2026", "2026/03/05/", "2026/11/24/")
    assert entry["keywords"] == ["profit", "50%"]
    assert "urn:uuid:7ef44f75-54cc-4374-b4fb-24aa1748bc50" in entry["notes"][0]
    assert all(line == "" or line[2:6] == "  - " for line in citation.as_ris(record()).split("\r\n"))


def bibtex(**other: Any) -> tuple[Any, dict[str, str]]:
    library = bibtexparser.parse_string(citation.as_bibtex(record(**other)))
    assert library.failed_blocks == []
    (entry,) = library.entries
    return entry, {field.key: field.value for field in entry.fields}


def test_bibtex_is_read_back_and_every_special_is_escaped() -> None:
    entry, fields = bibtex()
    assert entry.entry_type == "online"
    assert entry.key == "e3a8620ee906-20261124T203113Z"
    assert (fields["date"], fields["urldate"], fields["langid"]) == ("2026-03-05", "2026-11-24", "en")
    assert fields["organization"] == r"The Paper \& Post"
    assert fields["author"] == "Ada Byron and {Reporters, Inc.} and {Sturm und Drang and Co}"
    assert r"50\% at Smith \& Sons" in fields["title"]
    assert r"\{again\} \#1 \textasciitilde{} 5\textasciicircum{}2 \textbackslash{} \$3 and more" in fields["title"]
    assert fields["url"] == "https://paper.example/%C3%A4?a=1&b=%7B2%7D#x%20y"


def csl(**other: Any) -> dict[str, Any]:
    (item,) = json.loads(citation.as_csl_json(record(**other)))
    return item


def test_csl_json_has_the_right_type_dates_and_archive() -> None:
    item = csl()
    assert item["type"] == "article-newspaper"
    assert item["issued"] == {"date-parts": [[2026, 3, 5]]}
    assert item["accessed"] == {"date-parts": [[2026, 11, 24]]}
    assert item["author"][1] == {"literal": "Reporters, Inc."}
    assert item["archive_location"] == "urn:uuid:7ef44f75-54cc-4374-b4fb-24aa1748bc50"
    assert item["container-title"] == "The Paper & Post"


@pytest.mark.parametrize(
    ("text", "parts", "bib", "da"),
    [
        ("2017-09", [2017, 9], "2017-09", "2017/09//"),
        ("2017", [2017], "2017", "2017///"),
        ("--09-22", None, None, None),
        (None, None, None, None),
    ],
)
def test_a_date_is_given_as_far_as_it_is_known(
    text: str | None, parts: list[int] | None, bib: str | None, da: str | None
) -> None:
    known = {"date_published": None, "date_published_text": text}
    assert csl(**known).get("issued") == ({"date-parts": [parts]} if parts else None)
    assert bibtex(**known)[1].get("date") == bib
    assert ris(**known).get("date") == da
    assert ("no date" in citation.as_text(record(**known))) == (parts is None)


def test_a_wayback_capture_is_cited_by_its_address() -> None:
    address = "https://web.archive.org/web/2017/https://paper.example/a"
    assert csl(origin="wayback", requested_url=address)["archive_location"] == address


def test_without_an_author_the_agency_wrote_it_and_without_both_nobody_did() -> None:
    assert csl(authors=[])["author"] == [{"literal": "Associated Press"}]
    assert bibtex(authors=[])[1]["author"] == "Associated Press"
    assert "author" not in csl(authors=None, agency=None)


def test_what_was_not_kept_and_what_was_cut_are_said() -> None:
    assert "not archived" in citation.as_text(record(segment_id=None, segment_file=None))
    assert "excerpt" in citation.as_text(record(body_extent="excerpt"))


def test_the_plain_form_names_all_in_one_line() -> None:
    text = citation.as_text(record(headline="Fog"))
    assert text.count("\n") == 1
    assert text.startswith("Ada Byron, Reporters, Inc., Sturm und Drang and Co. “Fog.” The Paper & Post, 5 March 2026.")
