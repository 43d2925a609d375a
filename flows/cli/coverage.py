"""The verb that says what is there of an archive, and what is missing: coverage."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.cli.days import day
from flows.cli.questions import connected
from flows.cli.stopping import stoppable
from flows.cli.tables import as_table, harmless
from flows.cli.year_blocks import MARKS, calendar, legend
from flows.known_holes import KnownHole, known_hole
from flows.source_files import source_named
from flows.sources import SourceDefinition

if TYPE_CHECKING:
    import duckdb

    from warehouse.coverage import Day, Hole

SHOWN = 20
"""Holes that are named unless all are asked for."""

EXAMPLES = """

[bold]Examples[/]

  wireroom coverage eir                             every day that is known of, as a calendar

  wireroom coverage eir --from 2016 --to 2017 --holes

  wireroom coverage eir --html coverage.html --open

  wireroom coverage                                 one line a source

[bold]Exit codes[/]  0 nothing is missing · 1 a problem it names · 4 there are holes; wireroom backfill SOURCE --holes tries them
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known of a source from one day to another."""

    source: SourceDefinition
    first: date
    last: date
    days: Sequence[Day]
    units: Sequence[Hole]  # holes of which no day is known
    final: Sequence[tuple[str, str | None, int]]  # outcome, reason, addresses: final without being an article
    known: dict[date, KnownHole]

    @property
    def holes(self) -> list[Hole]:
        """What is missing and not known to stay so."""
        from warehouse.coverage import of_days

        return [hole for hole in of_days(self.days) if hole.day not in self.known] + list(self.units)

    def state(self, one: Day) -> str:
        """The state of a day as it is shown."""
        return "known" if one.day in self.known else "open" if one.is_open else one.state

    def states(self) -> Counter[str]:
        """How many days are in each state."""
        return Counter(map(self.state, self.days))


@app.command(epilog=EXAMPLES)
def coverage(
    name: Annotated[str | None, typer.Argument(metavar="[SOURCE]", help="A source; without one: a line for each.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="First day: 2016-01-01, 2016-01 or 2016.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Last day, included; days to come are left out.")] = None,
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
        _print(survey, only_holes)
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


def surveyed(
    con: duckdb.DuckDBPyConnection, source: SourceDefinition, first: date | None, last: date | None
) -> Survey | None:
    """What is known of a source, from its first day to its last unless the days are given; None where no day is known."""
    from warehouse import coverage

    reach = coverage.reach(con, source.source_id)
    begins = [spec.first_day for spec in source.finders if spec.first_day]
    begin = first or min(begins, default=reach and reach[0])
    end = min(filter(None, (last or (reach and reach[1]), _today(source))))
    if begin is None or (reach is None and last is None):
        return None
    if begin > end:
        raise Problem(f"There is no day from {begin} to {end}: --from must lie before --to and before tomorrow.")
    days = coverage.days(con, source.source_id, begin, end)
    holes = coverage.units(con, source.source_id, first, last)
    final = coverage.final(con, source.source_id, begin, end)
    known = {one.day: known for one in days if one.is_hole and (known := known_hole(source.known_holes, one.day))}
    return Survey(source, begin, end, days, holes, final, known)


def _today(source: SourceDefinition) -> date:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    return datetime.now(ZoneInfo(source.timezone)).date()


def as_record(survey: Survey, *, days: bool) -> dict[str, Any]:
    """The survey as a program wants it."""
    record: dict[str, Any] = {
        "source": survey.source.source_id,
        "first_day": survey.first,
        "last_day": survey.last,
        "days_by_state": dict(survey.states()),
        **_totals(survey),
        "final": [
            {"outcome": outcome, "reason": reason, "addresses": count} for outcome, reason, count in survey.final
        ],
        "known": [{"day": one, "reason": known.reason} for one, known in survey.known.items()],
        "holes": [asdict(hole) for hole in survey.holes],
    }
    return record | ({"days": [asdict(one) for one in survey.days]} if days else {})


def _totals(survey: Survey) -> dict[str, int]:
    return {
        name: sum(getattr(one, name) for one in survey.days)
        for name in ("found", "articles", "rejected", "gone", "missing")
    }


def _nothing(source: SourceDefinition, as_json: bool) -> int:
    """Say that no day is known; that is one hole."""
    if as_json:
        print(json.dumps({"source": source.source_id, "first_day": None, "last_day": None, "holes": []}))
    else:
        said = f"No day of {source.source_id} is known yet. Read it with: wireroom ingest {source.source_id}"
        out.print(said, soft_wrap=True, highlight=False)
    return 1


def _print(survey: Survey, only_holes: bool) -> None:
    title = f"{harmless(survey.source.name)}, {survey.first} to {survey.last}"
    out.print(Text(title, style="bold"), soft_wrap=True)
    if not only_holes:
        _print_calendar(survey)
        _print_totals(survey)
    _print_holes(survey, None if only_holes else SHOWN)


def _print_calendar(survey: Survey) -> None:
    states = {one.day: survey.state(one) for one in survey.days}
    ascii_only = "utf" not in (out.encoding or "").lower()
    out.print()
    for line in calendar(states, out.width, ascii_only=ascii_only):
        out.print(line, soft_wrap=True)
    for line in legend(Counter(states.values()), out.width, ascii_only=ascii_only):
        out.print(line, soft_wrap=True)
    out.print()


def _print_totals(survey: Survey) -> None:
    """How many addresses there are, and what became of those that are no article."""
    totals = _totals(survey)
    said = f"{counted(totals['found'], 'address', 'addresses')} in {counted(len(survey.days), 'day')}: {counted(totals['articles'], 'article')}"
    parts = [f"{count:,} {FINAL.get(outcome, outcome)}{f' ({reason})' if reason else ''}" for outcome, reason, count in survey.final]  # fmt: skip
    if totals["missing"]:
        parts.append(f"{totals['missing']:,} missing")
    out.print(Text(", ".join([said, *parts]) + "."), soft_wrap=not out.is_terminal)
    for known, days in groupby(survey.known.values()):
        said = f"Known, and no hole: {counted(len(list(days)), 'day')} from {known.first} to {known.last}: {harmless(known.reason)}"
        out.print(Text(said, style="cyan"), soft_wrap=not out.is_terminal)


FINAL = {"rejected": "no article", "reserved": "with rights reserved", "refused": "not allowed"}
"""Outcomes as they are said; the others are words already."""


def _print_holes(survey: Survey, limit: int | None) -> None:
    holes = survey.holes
    if not holes:
        out.print(Text.assemble(("✓ ", "green"), "Nothing is missing."), soft_wrap=True)
        return
    runs = _runs(holes)
    for run in runs[:limit]:
        _print_run(run)
    if limit is not None and len(runs) > limit:
        out.print(Text(f"… and {len(runs) - limit:,} more: --holes names them all.", style="dim"), soft_wrap=True)
    days = sum(hole.day is not None for hole in holes)
    others = len(holes) - days
    parts = [counted(days, "day")] * (days > 0) + [counted(others, "listing")] * (others > 0)
    out.print(Text(f"Not complete: {' and '.join(parts)}.", style="bold"), soft_wrap=True)
    for line in _ways_out(survey, holes):
        out.print(Text(line), soft_wrap=True)


def _runs(holes: Sequence[Hole]) -> list[list[Hole]]:
    """The holes, days in a row that are in one state taken together."""
    runs: list[list[Hole]] = []
    for hole in holes:
        last = runs[-1][-1] if runs else None
        follows = last and last.day and hole.day and last.state == hole.state and (hole.day - last.day).days == 1
        if follows:
            runs[-1].append(hole)
        else:
            runs.append([hole])
    return runs


def _print_run(run: Sequence[Hole]) -> None:
    first, last = run[0], run[-1]
    mark = MARKS[first.state]
    if first.day is None:
        name = f"{first.finder or ''} {first.unit or ''}".strip()
    else:
        name = f"{first.day}" if first is last else f"{first.day} to {last.day}"
    more = f" (and {counted(len(run) - 1, 'day')} more)" if len(run) > 1 and last.reason != first.reason else ""
    line = Text.assemble(
        (f"{mark.sign} {harmless(name)}", mark.style), f"  {mark.word}: {harmless(first.reason or '')}{more}"
    )
    out.print(line, soft_wrap=not out.is_terminal)


def _ways_out(survey: Survey, holes: Sequence[Hole]) -> Iterator[str]:
    """The next commands."""
    states = {hole.state for hole in holes}
    name = survey.source.source_id
    yield f"→ wireroom backfill {shlex.quote(name)} --from {survey.first} --to {survey.last} --holes"
    if states & {"unlisted", "thin"}:
        yield (
            f"→ Unlisted and thin days may be known to another finder, such as a sitemap or a web archive (kind = \"wayback\"), in {name}.toml."
        )  # fmt: skip
        yield "→ What is lost for good can be said to be so there: [coverage] known = [{ from = 2016-05-01, to = 2016-05-03, reason = \"…\" }]"  # fmt: skip


def _units(con: duckdb.DuckDBPyConnection, survey: Survey, as_json: bool) -> None:
    from warehouse.coverage import listings

    columns, rows = listings(con, survey.source.source_id, survey.first, survey.last)
    if not as_json:
        as_table(columns, rows)
        return
    for row in rows:
        print(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False, default=str))


def _write_page(con: duckdb.DuckDBPyConnection, survey: Survey, file: Path, *, show: bool) -> None:
    from flows import coverage_page
    from warehouse.coverage import pages

    found = pages(con, survey.source.source_id, survey.first, survey.last)
    states = {one.day: survey.state(one) for one in survey.days}
    words = {state: mark.word for state, mark in MARKS.items()}
    text = coverage_page.page(
        survey.source.name, survey.source.source_id, survey.days, states, words, found, survey.holes
    )
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be written: {error.strerror}. Name a file in a folder that is there.") from None
    err.print(f"{file} shows it day by day ({file.stat().st_size / 1e6:.1f} MB).", style="dim", highlight=False)
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
            holes += row["holes"]
            rows.append(row)
    if as_json:
        for row in rows:
            print(json.dumps(row, default=str))
    elif rows:
        as_table(list(rows[0]), [list(row.values()) for row in rows])
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
        "articles": _totals(survey)["articles"] if survey else 0,
        "missing": _totals(survey)["missing"] if survey else 0,
    }
