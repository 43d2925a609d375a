"""Which addresses a run asks for: those its finders list that are wanted and due, and those earlier runs left untried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from flows import listings
from flows.backlog import Allowance, backlog, policy
from flows.discovery import Candidate, Unit
from flows.discovery.older import SEEN
from flows.listings import noted
from flows.progress import Event, tell
from flows.run import Run, now
from flows.wayback import mementos
from flows.wayback.wanted import failures_of, nearest, wanted
from parsers.records import Hints
from warehouse.due import Known, Policy, due
from warehouse.ledger import Archived


@dataclass(frozen=True, slots=True)
class Address:
    """What is to be asked for, and what is known of it."""

    url_key: str
    url: str
    hints: Hints
    unit: str | None
    finder: str | None
    known: Known | None
    memento: str | None = None  # where an archive has it, which is asked instead of the outlet
    failures: int = 0  # of that memento, in a row

    @property
    def mark(self) -> str:
        """What tells it from every other address of a batch."""
        return self.memento or self.url_key


def due_addresses(run: Run) -> Iterator[Address]:
    """What the finders list, then what earlier passes left untried, then known articles whose revisit age has come."""
    rules, allowance = policy(run.source), Allowance()
    listed: set[str] = set()
    for unit in listings.units(run):
        for address in due_of(run, unit, rules, allowance):
            listed.add(address.url_key)
            yield address
    # What the backlog knows was read before the last of those were asked: their rows there still call them untried.
    for known, verdict in backlog(run.ledger, run.source, run.first_day, now(), allowance):
        if verdict.when == "now" and known.url_key not in listed and not _asked_already(run, known.url_key, known):
            yield Address(known.url_key, known.url, known.hints, None, None, known)
    for sentence in run.older.sentences(run.source.source_id, run.window, allowance.postponed, first=run.is_first):
        run.older_said = sentence if SEEN.search(sentence) else run.older_said
        tell(Event("note", sentence))


def due_of(run: Run, unit: Unit, rules: Policy, allowance: Allowance) -> Iterator[Address]:
    """Note a unit and its new addresses, and give those of its candidates that are wanted and due."""
    known = run.ledger.known([candidate.url_key for candidate in unit.candidates])
    if any(found.withdrawn for found in known.values()):
        run.archive.blank_answers(run.listed)  # a feed may carry the whole text, and every listing its headline
    run.listed.clear()
    new = [candidate for candidate in unit.candidates if candidate.url_key not in known]
    run.note(noted.row(run, unit, len(new), known), *(noted.found(run, candidate) for candidate in new))
    run.note(*noted.sighted(run, unit, known))
    run.tally.found += len(new)
    archived = run.ledger.mementos([each.url_key for each in unit.candidates if each.mementos])
    for candidate in unit.candidates:
        before = known.get(candidate.url_key)
        if _is_unwanted(run, candidate.day, candidate.finder):
            run.older.met(candidate.day, is_new=before is None)
        elif candidate.mementos:
            yield from _mementos_of(run, candidate, before, archived.get(candidate.url_key, Archived()))
        elif _asked_already(run, candidate.url_key, before) or due(before, candidate.hints, rules, now()).when != "now":
            continue
        elif not _is_placeless(candidate, before) or allowance.grants(candidate.url_key, counted=False):
            yield _address(candidate, before)


def _mementos_of(run: Run, candidate: Candidate, before: Known | None, archived: Archived) -> Iterator[Address]:
    """Those captures of an address that the finder's rule wants, and that were not asked for."""
    rule = mementos.rule_of(run.source, candidate)
    if rule != "all" and candidate.url_key in run.in_hand:
        return  # the outlet, or an archive, is being asked for it
    for url in wanted(rule, candidate.mementos, before, archived, run.source.max_attempts, now()):
        run.in_hand.add(candidate.url_key)
        yield replace(_address(candidate, before), memento=url, failures=failures_of(url, archived))


def _address(candidate: Candidate, known: Known | None) -> Address:
    """A candidate as what is to be asked for."""
    return Address(candidate.url_key, candidate.url, candidate.hints, candidate.unit, candidate.finder, known)


def dead_addresses(run: Run) -> Iterator[Address]:
    """Addresses of the window whose page is gone, to be asked for at the source's archive, which may have a capture."""
    begin = mementos.replay_of(run.source)
    if begin is None:
        return
    for known in run.ledger.dead(run.window.first_day, run.window.last_day, run.source.max_attempts):
        if not known.withdrawn and (known.day is None or run.window.holds(date.fromisoformat(known.day))):
            url = nearest(known, begin)
            failures = failures_of(url, run.ledger.mementos([known.url_key]).get(known.url_key, Archived()))
            yield Address(known.url_key, known.url, known.hints, None, None, known, url, failures)


def _is_placeless(candidate: Candidate, known: Known | None) -> bool:
    """Whether an address may be of any year: sitemaps list whole archives, and this one does not say when."""
    return candidate.finder == "sitemap" and candidate.day is None and (known is None or known.outcome is None)


def _asked_already(run: Run, url_key: str, known: Known | None) -> bool:
    """Whether this very run has asked for the address, or is at it: a revisit age of nothing is no reason to ask twice."""
    asked = known is not None and known.last_asked_at is not None and known.last_asked_at >= run.started_at
    return asked or url_key in run.in_hand


def _is_unwanted(run: Run, day: date | None, finder: str | None) -> bool:
    """Whether an address lies outside a backfill's window, or before that of a pass; a pass takes what a user lists by hand."""
    if day is None:
        return False
    return not run.window.holds(day) if run.window.whole else finder != "list" and day < run.first_day
