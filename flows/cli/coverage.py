"""The verb that says what is there of an archive, and what is missing: coverage."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows import reasons
from flows.cli import dayless, hole_lists
from flows.cli.app import Exit, Problem, app, err, here, out
from flows.cli.days import day
from flows.cli.questions import connected
from flows.cli.stopping import stoppable
from flows.cli.surveying import Survey, as_record, doubt, surveyed, totals
from flows.cli.tables import as_table, sized
from flows.cli.year_blocks import MARKS
from flows.source_files import source_named
from flows.sources import SourceDefinition

if TYPE_CHECKING:
    import duckdb

EXAMPLES = """

[bold]Examples[/]

  wireroom coverage eir                             every day that is known of, as a calendar

  wireroom coverage eir --from 2016 --to 2017 --holes

  wireroom coverage eir --html coverage.html --open

  wireroom coverage                                 one line a source

[bold]Exit codes[/]  0 nothing is missing · 1 a problem it names · 4 there are holes; wireroom backfill SOURCE --holes tries them
"""


WIDE = 150
"""Cells from which on a terminal has room for every column of a listing."""

ROOMY = 90
"""Cells from which on there is room for the number of days beside the first and the last."""

RARE = ("first_day", "last_day", "asked_at", "links", "late_links")


@app.command(epilog=EXAMPLES)
def coverage(
    name: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="A source; without one: a line for each.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day: 2016-01-01, 2016-01 or 2016.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, included; today, where only --from is given.")] = None,
    only_holes: Annotated[bool, typer.Option("--holes", help="Only the holes, and all of them.")] = False,
    by_unit: Annotated[bool, typer.Option("--units", help="The listings instead: days, years, sitemap files.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: totals, days, holes; with --units one object a line.")] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write a page to click through, for any browser.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open that page in the browser.")] = False,
) -> None:  # fmt: skip
    """Show which days of an archive are there and which are missing, each with its reason."""
    limits = day(since, "--from"), day(until, "--to", last=True)
    if show and html is None:
        raise Problem("--open opens the page that --html FILE writes: give both.")
    if name is None:
        if html or by_unit or only_holes:
            raise Problem("Name the source: wireroom coverage SOURCE. wireroom sources lists them.")
        holes = _overview(limits, as_json)
    else:
        holes = _one(source_named(here(), name), limits, only_holes, by_unit, as_json, html, show)
    if holes:
        raise typer.Exit(Exit.INCOMPLETE)


def _one(
    source: SourceDefinition,
    limits: tuple[date | None, date | None],
    only_holes: bool,
    by_unit: bool,
    as_json: bool,
    html: Path | None,
    show: bool,
) -> int:
    """Show one source in the form that is asked for, and return how many holes it has."""
    with _asking() as con:
        survey = surveyed(con, source, *limits)
        if survey is None:
            return _nothing(source, as_json)
        if html is not None:
            _write_page(con, survey, html, show=show)
        if by_unit:
            _units(con, survey, as_json)
            return len(survey.holes)
    if as_json:
        print(json.dumps(as_record(survey, days=not only_holes), ensure_ascii=False, default=str))
    else:
        hole_lists.show(survey, only_holes)
    return len(survey.holes)


@contextmanager
def _asking() -> Iterator[duckdb.DuckDBPyConnection]:
    """A reading copy whose questions Ctrl-C breaks off; raises Problem where another version made it."""
    import duckdb

    with closing(connected()) as con, stoppable(con):
        try:
            yield con
        except (duckdb.CatalogException, duckdb.BinderException):
            raise Problem(
                "The warehouse was made by an older version of wireroom. Bring it up to date with: wireroom load"
            ) from None


def _nothing(source: SourceDefinition, as_json: bool) -> int:
    """Say that no day is known; that is one hole."""
    if as_json:
        print(json.dumps({"source": source.source_id, "first_day": None, "last_day": None, "holes": []}))
    else:
        name = source.source_id
        said = f"No day of {name} is known yet. Read it with: wireroom ingest {name}, or its past with: wireroom backfill {name} --from DAY"
        out.print(said, soft_wrap=True, highlight=False)
    return 1


def _units(con: duckdb.DuckDBPyConnection, survey: Survey, as_json: bool) -> None:
    from warehouse.coverage import listings

    columns, rows = listings(con, survey.source.source_id, survey.first, survey.last)
    if not as_json:
        narrow = out.is_terminal and out.width < WIDE
        places = [place for place, name in enumerate(columns) if not (narrow and name in RARE)]
        home = survey.source.home if narrow else ""
        told = [[_told(columns[place], row[place], home) for place in places] for row in rows]
        as_table([columns[place] for place in places], told)
        return
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))


def _told(column: str, value: Any, home: str) -> Any:
    """A cell of a listing as people read it; `home` is left out of addresses, where there is little room."""
    if column == "unit":
        return f"/{value.removeprefix(home)}" if home and value.startswith(home) else value
    return "–" if value is None else reasons.said(value) if column == "reason" else value


def _write_page(con: duckdb.DuckDBPyConnection, survey: Survey, file: Path, *, show: bool) -> None:
    from flows import coverage_page
    from warehouse.coverage import pages

    found = pages(con, survey.source.source_id, survey.first, survey.last)
    states = {one.day: survey.state(one) for one in survey.days}
    words = {state: mark.word for state, mark in MARKS.items()}
    text = coverage_page.page(
        survey.source.name, survey.source.source_id, survey.told, states, words, found, survey.holes, doubt(survey),
        dayless.sentence(survey.dayless),
    )  # fmt: skip
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be written: {error.strerror}. Name a file in a folder that is there.") from None
    err.print(f"{file} shows it day by day ({sized(file.stat().st_size)}).", style="dim", highlight=False)
    if show:
        typer.launch(file.absolute().as_uri())


def _overview(limits: tuple[date | None, date | None], as_json: bool) -> int:
    """A line for each source; how many holes there are in all."""
    from flows.sources import load_each

    sources, broken = load_each(here().sources)
    for fault in broken.values():
        err.print(fault, markup=False, highlight=False, soft_wrap=True)
    holes, rows = 0, []
    with _asking() as con:
        for source in sources:
            survey = surveyed(con, source, *limits)
            row = _summary(source, survey)
            holes += row["holes"] if survey else 1
            rows.append(row)
    if as_json:
        for row in rows:
            print(json.dumps(row, default=str))
    elif rows:
        names = [name for name in rows[0] if name != "days" or not out.is_terminal or out.width >= ROOMY]
        as_table(names, [["–" if row[name] is None else row[name] for name in names] for row in rows])
    else:
        raise Problem("There is no source yet. Add one with: wireroom sources add eir")
    return holes


def _summary(source: SourceDefinition, survey: Survey | None) -> dict[str, Any]:
    states = survey.states() if survey else Counter[str]()
    return {
        "source": source.source_id,
        "from": survey and survey.first,
        "to": survey and survey.last,
        "days": len(survey.days) if survey else 0,
        "complete": states["complete"],
        "empty": states["confirmed_empty"],
        "holes": len(survey.holes) if survey else 0,
        "articles": totals(survey)["articles"] if survey else 0,
        "missing": totals(survey)["missing"] + dayless.lacking(survey.dayless) if survey else 0,
    }
