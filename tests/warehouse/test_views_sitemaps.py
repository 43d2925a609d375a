"""Files of a sitemap of which one was not read: a day that they split is not vouched for by the one that was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.warehouse import tables
from tests.warehouse.facts import key
from tests.warehouse.test_views_coverage import DATABASE, listed, page
from tests.warehouse.test_views_index import day, holes, known
from warehouse import rows
from warehouse.folders import Folders

SPLIT = {1: (1, 7), 2: (7, 13), 3: (13, 19), 4: (19, 25), 5: (25, 30)}
"""First and last day of files that split a day between them."""
MONTHS = {"2025-12": (-30, 0), "2026-01": (1, 31), "2026-02": (32, 40)}


def files(
    spans: dict[int, tuple[int, int]] | dict[str, tuple[int, int]],
    *lost: int | str,
    name: str = "https://paper.example/sitemap{}.xml",
    **how,
) -> list[rows.Row]:
    """The looks at the files of a sitemap, of which some were not read."""
    return [
        listed(name.format(number), finder="sitemap", **state)
        for number, (first, last) in spans.items()
        for state in [
            (how or {"outcome": "failed", "reason": "status_404"})
            if number in lost
            else {"first": day(first), "last": day(last)}
        ]
    ]


def halves(*lost: str) -> list[rows.Row]:
    """The looks at two files a month, which meet in its middle."""
    return files({"2025-12-2": (-15, 0), "2026-01-1": (1, 15), "2026-01-2": (15, 31)}, *lost, name="/posts-{}.xml")


CASES: list[tuple[str, list[rows.Row], dict[str, list[int]]]] = [
    ("all read", files(SPLIT), {}),
    ("one failed", files(SPLIT, 3), {"partial": [13, 19]}),
    ("two beside each other", files(SPLIT, 3, 4), {"partial": [13, 25]}),
    ("two", files(SPLIT, 2, 4), {"partial": [7, 13, 19, 25]}),
    ("the first", files(SPLIT, 1), {"partial": [7]}),
    ("the last", files(SPLIT, 5), {"partial": [25]}),
    ("one cut", files(SPLIT, 3, whole=False, reason="cut_short"), {"partial": [13, 19]}),
    ("the latest first", files(dict(zip(SPLIT, reversed(SPLIT.values()), strict=True)), 3), {"partial": [13, 19]}),
    ("counted from none", files({"": (1, 7), 2: (7, 13), 3: (13, 30)}, 2, name="post-sitemap{}.xml"), {"partial": [7, 13]}),
    ("of one day alone", files({1: (1, 13), 2: (13, 13), 3: (13, 30)}, 2), {"partial": [13]}),
    ("of two only", files({1: (1, 13), 2: (13, 30)}, 1), {"partial": [13, 30]}),
    ("in no order", files({1: (1, 10), 2: (20, 30), 3: (5, 15), 4: (15, 25)}, 4), {"partial": [1, 5, 10, 15, 20, 30]}),
    ("of months", files(MONTHS, "2025-12", "2026-02", name="/posts-{}.xml"), {}),
    ("of days", files({f"2026-01-{n:02}": (n, n) for n in range(1, 32)}, "2026-01-10"), {}),
    ("of days in a query", files({f"{n:02}": (n, n) for n in range(1, 32)}, "10", name="/map.xml?yyyy=2026&mm=01&dd={}"), {}),
    ("of half months", halves("2026-01-1"), {"partial": [15]}),
    ("of the half month before", halves("2025-12-2"), {}),
    ("numbered like years", files({1999: (1, 7), 2000: (7, 13), 2001: (13, 30)}, 2000), {"partial": [7, 13]}),
    ("of another kind", [*files({1: (1, 30)}), *files({1: (1, 30)}, 1, name="/authors-{}.xml")], {}),
    ("beside a finder that lists the days", [*files(SPLIT, 3), listed("2026", first=day(1), last=day(31))], {}),
]  # fmt: skip


def between(found: dict[str, list[int]], lost: Iterable[int]) -> dict[str, list[int]]:
    """The holes without listings of no day, and without days that nothing read lists."""
    kept = {state: [one for one in days if one and one not in lost] for state, days in found.items()}
    return {state: days for state, days in kept.items() if days}


@pytest.mark.parametrize(("looks", "missing"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_file_that_was_not_read_may_hold_more_of_the_days_beside_it(
    tmp_path: Path, looks: list[rows.Listed], missing: dict[str, list[int]]
) -> None:
    read = [look for look in looks if look.first_day and look.last_day]
    unlisted = [
        n
        for n in range(1, 31)
        if not any(look.first_day <= day(n) <= look.last_day for look in read)  # type: ignore[operator]
    ]
    assert between(holes(known(tmp_path, *looks)), unlisted) == missing


def test_once_the_file_is_read_the_days_beside_it_are_complete(tmp_path: Path) -> None:
    later = [replace(look, listed_at=look.listed_at + timedelta(hours=1), run_id=key("later")) for look in files(SPLIT)]
    assert holes(known(tmp_path, *files(SPLIT, 3), *later)) == {}
    failed = [replace(look, listed_at=look.listed_at + timedelta(hours=2)) for look in files(SPLIT, 3)]
    assert between(holes(known(tmp_path, *files(SPLIT), *failed)), ()) == {}


def test_where_one_day_is_like_another_a_full_one_beside_the_file_is_complete(tmp_path: Path) -> None:
    read = [*range(-79, 11), *range(20, 41)]
    articles = [
        row
        for number in read
        for n in range(2 if number == 20 else 3)
        for row in page(f"{number} {n}", day(number), finder="sitemap")
    ]
    looks = files({1: (-79, 10), 2: (0, 0), 3: (20, 40)}, 2)
    con = tables.loaded(Folders(tmp_path / "data"), [[*articles, *looks]], DATABASE)
    assert holes(con, -79, 40) == {"never_tried": [*range(11, 20)], "partial": [20], "unreachable": [0]}


def test_the_day_says_which_file_was_not_read(tmp_path: Path) -> None:
    con = known(tmp_path, *files(SPLIT, 3))
    told = con.execute("SELECT DISTINCT reason FROM coverage WHERE day = ?", [day(13)]).fetchall()
    assert told == [
        (
            "its listing was not read whole: sitemap https://paper.example/sitemap2.xml (more of it may be in "
            "https://paper.example/sitemap3.xml, which was not read whole)",
        )
    ]
