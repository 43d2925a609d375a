"""Discovery inside a run: walks the source's finders, each in its turn, and gives the units that they list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from flows.discovery import Unit, find
from flows.discovery.gaps import Gap, lost
from flows.discovery.polling import GAP
from flows.listings import crawls, told
from flows.listings.doubts import Doubts
from flows.listings.polls import is_asked, polls_of, turn
from flows.listings.requesting import get, note_answers
from flows.progress import Event, tell
from flows.run import Run, now
from flows.source_keys import PAST
from flows.sources import FinderSpec
from warehouse.due import Due


def units(run: Run) -> Iterator[Unit]:
    """Every unit that the source's finders list in the run's window, each as soon as it is read.

    Feeds come first, so that what one of them has lost is looked for by the others, due or not.
    """
    gaps: list[Gap] = []
    put_off: list[Due] = []
    polls = [poll for spec in run.source.finders for poll in polls_of(run.ledger, spec)]
    run.is_first = run.kind == "ingest" and not any(poll.is_read for poll in polls)
    for spec in sorted(run.source.finders, key=lambda spec: (spec.kind in PAST, spec.kind != "feed")):
        if spec.kind in PAST and not run.window.whole:
            continue  # archives know the past, and are asked for what the outlet itself does not show
        verdict = turn(run.workspace.folders, run.ledger, run.source, spec, now())
        if is_asked(verdict, run.polling) or (gaps and verdict.reason != "gone"):
            yield from _feed(run, spec, gaps) if spec.kind == "feed" else _others(run, spec, gaps)
        elif verdict.reason == "gone":
            told.gone(run, spec)
        else:
            put_off.append(verdict)
    told.put_off(run, put_off)
    told.still_open(run, gaps)


def _feed(run: Run, spec: FinderSpec, gaps: list[Gap]) -> Iterator[Unit]:
    """The unit of a feed, and the days of which it may have lost entries since its last look."""
    polls = polls_of(run.ledger, spec)
    for unit in _walked(run, spec):
        known = run.ledger.known([candidate.url_key for candidate in unit.candidates])
        gap = lost(unit, polls, known, run.started_at, run.source.timezone) if run.kind == "ingest" else None
        if gap is None:
            yield unit
            continue
        gaps.append(gap)
        run.window = gap.widened(run.window)
        tell(
            Event(
                "warning",
                f"The feed {unit.url} shows nothing of what it showed last: entries of {told.days_of(gap)} went by unseen.",
            )
        )
        yield replace(unit, whole=False, reason=GAP)
        yield gap.unit


def _others(run: Run, spec: FinderSpec, gaps: list[Gap]) -> Iterator[Unit]:
    """The units of any other finder, and the gaps that they close."""
    first_day = max(run.window.first_day, spec.first_day or date.min)
    read: list[Unit] = []
    for unit in _walked(run, spec):
        read.append(replace(unit, candidates=()))
        yield unit
    for gap in [gap for gap in gaps if gap.is_listed_by(read, first_day)]:
        gaps.remove(gap)
        tell(
            Event(
                "note",
                f"The {spec.kind} lists everything of {told.days_of(gap)}: nothing that the feed lost is missing.",
            )
        )
        yield gap.filled


def _walked(run: Run, spec: FinderSpec) -> Iterator[Unit]:
    """The units of a finder, their requests noted: what is no listing must not bring a 304 the next time."""
    doubts = Doubts()
    if spec.kind == "warc":
        crawls.cleared(run)
    for unit in find(spec, run.source, run.window, partial(get, run), partial(_knows, run)):
        note_answers(run, but=unit.url if unit.outcome == "failed" else None)
        seen = crawls.taken(run, unit) if spec.kind == "warc" else unit
        if seen is not None:
            told.listed(run, seen, spec)
            doubts.listed(seen)
            yield _without_former(run, seen)
            if spec.kind == "warc":
                crawls.settled(run, seen)
    doubts.say()
    note_answers(run)


def _without_former(run: Run, unit: Unit) -> Unit:
    """The unit without the addresses that were asked for under the source's former name."""
    if run.former is None:
        return unit
    kept = tuple(candidate for candidate in unit.candidates if not run.former.hears_of(candidate.url_key))
    known = len(unit.candidates) - len(kept)
    return replace(unit, candidates=kept, dropped=(*unit.dropped, ("formerly", known))) if known else unit


def _knows(run: Run, url_key: str) -> bool:
    """Whether the ledger knows an address, be it only as withdrawn."""
    return run.ledger.knows(url_key) or run.ledger.withdrawn([url_key])
