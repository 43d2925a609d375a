"""Days without an article: no remark where the other listings of a finder show some; and what many remarks come to."""

from __future__ import annotations

import pytest

from flows.cli.alike import Alike
from flows.discovery import Candidate, Unit
from flows.listings.doubts import PATIENCE, Doubts
from flows.progress import Event, shown

EMPTY = Unit("template", "2026-11-29", "https://post.example.org/29", "fetched", doubts=("None of 2 links fits.",))
FULL = Unit("template", "2026-11-28", "https://post.example.org/28", "fetched", candidates=(Candidate("u", "k", "template", "2026-11-28"),))  # fmt: skip
SEEN = Unit("template", "2026-11-27", "https://post.example.org/27", "unchanged", links=3)


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ([EMPTY], 1),
        ([EMPTY, FULL, EMPTY], 0),
        ([EMPTY, SEEN], 0),
        ([EMPTY] * (PATIENCE + 1), PATIENCE + 1),
        ([*[EMPTY] * PATIENCE, FULL, EMPTY], PATIENCE),
    ],
)
def test_an_empty_day_is_a_remark_where_no_listing_shows_an_article(units: list[Unit], said: int):
    heard, doubts = list[Event](), Doubts()
    with shown(heard.append):
        for unit in units:
            doubts.listed(unit)
        doubts.say()
    assert [event.text for event in heard] == ["None of 2 links fits."] * said


def test_many_remarks_end_with_what_they_say():
    lines: list[str] = []
    alike = Alike(lambda text, _: lines.append(text))
    for day in range(1, 10):
        url = f"https://post.example.org/{day}"
        said = f"None of {day} links of {url} fits." if day < 8 else f"{url} shows another page."
        alike(Event("note", said, url=url, more={"group": "remark"}))
    alike.end()
    assert lines[-1] == (
        "9 remarks on listings: the first was https://post.example.org/1, the last https://post.example.org/9. "
        "7 of them: None of 1 links of https://post.example.org/1 fits. 2 of them: https://post.example.org/8 shows another page."
    )
