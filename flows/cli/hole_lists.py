"""A survey of days on the terminal: calendar, totals, holes with their reasons, and the next commands."""

from __future__ import annotations

import re
import shlex
from calendar import day_name
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from flows import beginnings, reasons, unreached
from flows.cli import dayless, prose
from flows.cli.app import counted, out
from flows.cli.surveying import Survey, beginning, doubt, totals
from flows.cli.tables import harmless
from flows.cli.year_blocks import MARKS, calendar, legend
from flows.discovery.records import NO_LINK_FITS

if TYPE_CHECKING:
    from warehouse.coverage import Hole

SHOWN = 20
"""Holes that are named unless all are asked for."""


def show(survey: Survey, only_holes: bool) -> None:
    """Print a survey; of `only_holes` every hole and nothing else."""
    title = f"{harmless(survey.source.name)}, {survey.first} to {survey.last}"
    prose.say(out, title, style="bold")
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
    sums = totals(survey)
    said = f"{counted(sums['found'], 'address', 'addresses')} in {counted(len(survey.days), 'day')}: {counted(sums['articles'], 'article')}"
    parts = [f"{count:,} {dayless.said(outcome, reason)}" for outcome, reason, count in survey.final]
    if sums["missing"]:
        parts.append(f"{sums['missing']:,} missing")
    prose.say(out, ", ".join([said, *parts]) + ".")
    if more := dayless.sentence(survey.dayless):
        prose.say(out, more)
    if doubted := doubt(survey):
        prose.say(out, f"! {doubted}", mark="yellow")
    for known in dict.fromkeys(survey.known.values()):
        days = [one for one, said in survey.known.items() if said == known]
        said = f"Known, and no hole: {counted(len(days), 'day')} from {days[0]} to {days[-1]}: {harmless(known.reason)}"
        prose.say(out, said, style="cyan")


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
        prose.say(out, line)


def _runs(holes: Sequence[Hole]) -> list[list[Hole]]:
    """The holes, days in a row that are in one state for one reason taken together."""
    runs: list[list[Hole]] = []
    for hole in holes:
        last = runs[-1][-1] if runs else None
        if last and last.day and hole.day and (hole.day - last.day).days == 1 and _kind(last) == _kind(hole):
            runs[-1].append(hole)
        else:
            runs.append([hole])
    return runs


UNFOUND = ("links_not_found", NO_LINK_FITS)
"""Reasons of listings that a source's file does not know how to read."""

_FIGURES = re.compile(rf"\b(?:\d[\d-]*|is|are|{'|'.join(day_name)})\b")
"""What tells the reasons of two days apart that are one reason: numbers, days and weekdays. Those in a code (status_500) are no word."""


def _kind(hole: Hole) -> tuple[str, frozenset[str]]:
    """The state of a hole, and its reasons but for their figures, in whatever order."""
    return hole.state, frozenset(re.split(r"[,;] ", _FIGURES.sub("#", hole.reason or "")))


def _print_run(run: Sequence[Hole]) -> None:
    first, last = run[0], run[-1]
    mark = MARKS[first.state]
    if first.day is None:
        name = f"{first.finder or ''} {first.unit or ''}".strip()
    else:
        name = f"{first.day}" if first is last else f"{first.day} to {last.day}"
    more = f" ({_likewise(run)})" if any(one.reason != first.reason for one in run) else ""
    line = Text.assemble(
        (f"{mark.sign} {harmless(name)}", mark.style), f"  {mark.word}: {harmless(reasons.said(first.reason))}{more}"
    )
    out.print(line, soft_wrap=not out.is_terminal)


def _likewise(run: Sequence[Hole]) -> str:
    """Of which of some holes the reason that stands there is, and that the others have it with other figures."""
    others = len(run) - 1
    theirs = (
        "another one likewise, with figures of its own"
        if others == 1
        else f"the {others} others likewise, with figures of their own"
    )
    return f"so {run[0].day or 'the first'}, and {theirs}"


def _ways_out(survey: Survey, holes: Sequence[Hole]) -> Iterator[str]:
    """The next commands."""
    states = {hole.state for hole in holes}
    name = survey.source.source_id
    beyond = [hole.day for hole in holes if hole.day and hole.reason == unreached.REASON]
    for line in unreached.sentences(survey.source, beyond):
        yield f"→ {line}"
    begin = beginning(survey)
    if begin:
        yield f"→ {beginnings.advice(survey.source, survey.first, begin)}"
    if len(beyond) < len(holes):
        yield f"→ wireroom backfill {shlex.quote(name)} --from {survey.first} --to {survey.last} --holes"
    if states & {"unlisted", "never_tried"}:
        for spec in survey.source.finders:
            if spec.is_one_page:
                yield f"→ Of the index {spec.url} one page is read: if it goes on, name the pages after it by `next` or `pages` in {name}.toml."
    if any(code in (hole.reason or "") for hole in holes for code in UNFOUND):
        yield f"→ Where links are not found or fit no pattern, mend `links` under [[find]] or `url` under [article] in {name}.toml, and do the same again."
    if states & {"unlisted", "thin"}:
        yield (
            f"→ Unlisted and thin days may be known to another finder, such as a sitemap or a web archive (kind = \"wayback\"), in {name}.toml."
        )  # fmt: skip
    later = [hole for hole in holes if hole.day and (begin is None or hole.day >= begin)]
    lost = next((run for run in _runs(later) if run[0].state != "never_tried"), None)
    if lost:
        yield f"→ What stays missing all the same can be said to be lost for good in {name}.toml: {_known(lost)}"


def _known(run: Sequence[Hole]) -> str:
    """The line that says days in a row to be lost for good, with the reason left to write."""
    to = f", to = {run[-1].day}" if len(run) > 1 else ""
    return f'[coverage] known = [{{ from = {run[0].day}{to}, reason = "…" }}]'
