"""Lines that are a date and nothing else, and that they are no part of a body."""

import pytest

from parsers import Page, Profile, Rejected, parse
from parsers.date_lines import is_date_line

LINES = [
    "3 March 2024",
    "March 3, 2024",
    "Sunday 17 December 2023 17:23",
    "Published: 18 November 2019",
    "Published on Tuesday, 3 March 2024 at 10:15 am GMT",
    "Montag, 3. Juni 2024, 14:05 Uhr",
    "Veröffentlicht am 03.06.2024 | Aktualisiert: 04.06.2024, 10:00",
    "28 kwietnia 2021, 06:29",
    "Publié le 3 mars 2024 à 10h15",
    "2024年3月3日",
    "03.06.2024 // 14:05",
]
PROSE = [
    "March 3, 2024 (AP)",
    "PARIS, 3 March 2024",
    "Echo Lawrence - January 24, 2020",
    "3 March 2024 was a Sunday.",
    "Calendar 2018",
    "42",
    "March",
    "",
]


@pytest.mark.parametrize("line", LINES)
def test_a_date_with_what_is_usual_around_it_is_a_date_line(line: str) -> None:
    assert is_date_line(line)


@pytest.mark.parametrize("line", PROSE)
def test_any_other_word_makes_it_text(line: str) -> None:
    assert not is_date_line(line)


STAMP = "<p class='when'>March 3, 2024</p>"
FIRST = "<p>The harbour of Oslo was closed for the second day because of fog, and no ferry left it before noon, the port said.</p>"
SECOND = "<p>Two hundred people waited at the quay in the morning, and most of them went home by train when the fog stayed.</p>"


def body(html: str) -> str:
    page = f"<html lang=en><head><title>Fog closes the harbour</title></head><body><article><h1>Fog closes the harbour</h1>{html}</article></body></html>"
    found = parse(Page(page.encode(), url="https://paper.example/fog"), Profile())
    assert not isinstance(found, Rejected)
    return found[0].body


def test_the_date_above_a_text_is_no_part_of_it() -> None:
    said = body(STAMP + FIRST + SECOND * 3)
    assert "March 3" not in said
    assert said.startswith("The harbour of Oslo")


def test_days_that_head_the_parts_of_a_chronicle_stay() -> None:
    said = body(
        STAMP + FIRST + "<p>March 4, 2024</p>" + SECOND + "<p>March 5, 2024</p>" + FIRST.replace("second", "third")
    )
    assert "March 4, 2024" in said
