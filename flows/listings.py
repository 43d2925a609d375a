"""Discovery inside a run: walks the source's finders, fetches their listings politely, and notes what was listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from flows import crawls, exchanges, waiting
from flows.discovery import Candidate, Listing, ListingKind, Unit, find
from flows.discovery.gaps import Gap, lost
from flows.discovery.polling import GAP, failed_in_a_row
from flows.discovery.sitemap import month_of
from flows.discovery.walk import READ
from flows.doubts import Doubts
from flows.fetching import Exchange
from flows.fetching.addresses import place
from flows.plural import counted
from flows.polls import MOVES, is_asked, last_answer, moved_to, polls_of, turn
from flows.progress import Event, tell
from flows.run import Run, now
from flows.source_keys import PAST
from flows.sources import FinderSpec
from parsers import urls
from warehouse import rows
from warehouse.archive.captures import Capture
from warehouse.due import Due, Known
from warehouse.ledger import Validators

BAD = ("failed", "gone", "deferred", "disallowed", "reserved", "refused")
"""Outcomes of a listing that leave its unit unread."""

ABSENT = ("status_404", "status_410", "soft_404")
"""Reasons by which an outlet says that a listing is not there."""

SPANNING = frozenset({"sitemap", "index"})
"""Finders whose listings name no period, and cover the days of what they list."""

OFTEN = 3
"""Failures in a row from which on a warning says how long it has been so."""


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
            _tell_gone(run, spec)
        else:
            put_off.append(verdict)
    _tell_put_off(run, put_off)
    _tell_open(run, gaps)


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
                f"The feed {unit.url} shows nothing of what it showed last: entries of {_days(gap)} went by unseen.",
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
        tell(Event("note", f"The {spec.kind} lists everything of {_days(gap)}: nothing that the feed lost is missing."))
        yield gap.filled


def _walked(run: Run, spec: FinderSpec) -> Iterator[Unit]:
    """The units of a finder, their requests noted: what is no listing must not bring a 304 the next time."""
    doubts = Doubts()
    for unit in find(spec, run.source, run.window, partial(get, run), partial(_knows, run)):
        _note_answers(run, is_listing=unit.outcome != "failed")
        seen = crawls.taken(run, unit) if spec.kind == "warc" else unit
        if seen is not None:
            _tell(run, seen, spec)
            doubts.listed(seen)
            yield _without_former(run, seen)
    doubts.say()
    _note_answers(run)


def _without_former(run: Run, unit: Unit) -> Unit:
    """The unit without the addresses that the source has read under its former name."""
    if run.former is None:
        return unit
    kept = tuple(candidate for candidate in unit.candidates if not run.former.knows(candidate.url_key))
    known = len(unit.candidates) - len(kept)
    return replace(unit, candidates=kept, dropped=(*unit.dropped, ("formerly", known))) if known else unit


def _note_answers(run: Run, *, is_listing: bool = True) -> None:
    taken, run.answers = run.answers, []
    for answer in taken:
        if is_listing or answer.outcome not in READ:
            run.note(answer)
        else:
            run.correct(exchanges.without_validators(answer))


def _knows(run: Run, url_key: str) -> bool:
    """Whether the ledger knows an address, be it only as withdrawn."""
    return run.ledger.knows(url_key) or run.ledger.withdrawn([url_key])


def get(run: Run, url: str, kind: ListingKind) -> Listing:
    """Fetch one listing, conditionally where it was fetched before, and where it has moved to if it has moved for good."""
    stored = _stored(run, url) if kind in MOVES or run.window.whole else None
    before = stored if kind in MOVES else None
    validators = Validators() if run.window.whole and stored is None else _validators(run, url)
    moved = moved_to(before, url)
    capture, body = _ask(run, url, moved or url, kind, before, validators)
    if moved and capture.outcome not in READ:
        capture, body = _ask(run, url, url, kind, before, validators)  # it may have come back
    elif moved and urls.key(moved) != urls.key(url):
        tell(Event("note", f"The {kind} {url} has moved for good to {moved}: write that into {run.source.path.name}."))
    if run.window.whole and capture.outcome == "unchanged" and stored is not None:
        return _read_again(url, stored)
    return Listing(
        url=url,
        final_url=capture.final_url or url,
        outcome=capture.outcome,
        reason=capture.reason,
        status=capture.status,
        content=body,
        content_type=capture.content_type,
    )


def _read_again(url: str, stored: Capture) -> Listing:
    """A listing that is as it was, out of the archive: an earlier run may have left what it lists of other days."""
    return Listing(
        url=url,
        final_url=stored.final_url or url,
        outcome="fetched",
        reason="unchanged",
        status=stored.status,
        content=stored.body,
        content_type=stored.content_type,
    )


def _stored(run: Run, url: str) -> Capture | None:
    """The last listing that came from an address, out of the archive."""
    return last_answer(run.workspace.folders, run.ledger, run.source.source_id, url)


def _ask(
    run: Run, url: str, asked: str, kind: ListingKind, before: Capture | None, validators: Validators
) -> tuple[Capture, bytes]:
    """Ask for a listing at one of its addresses; archive what comes and note the request under the listing's own key."""
    key = urls.key(url)
    sent_by_it = before is None or (before.final_url or before.requested_url) == asked
    exchange = waiting.get(
        run,
        asked,
        etag=validators.etag if sent_by_it else None,
        last_modified=validators.last_modified if sent_by_it else None,
        expect=kind,
    )
    capture = exchanges.capture(
        exchange,
        source_id=run.source.source_id,
        url_key=key,
        role="listing",
        run_id=run.run_id,
        profile=run.source.profile,
        known_payload=validators.payload_hash,
    )
    if exchange.message:
        run.refusals[url] = exchange.message + _way_out(run, asked, exchange)
    if exchange.was_put_off:
        run.listings_put_off[exchange.message or "Its host rests."] += 1
        run.rests.add(url)
        return capture, b""  # nothing was sent, so there is no request to note
    location = run.archived(capture, exchange.requests)
    run.listed.append(location)
    run.answers.append(exchanges.row(capture, location))
    return capture, exchange.body


def _validators(run: Run, url: str) -> Validators:
    """Of a listing, under whatever rule its key was made."""
    found = (run.ledger.validators(key) for key in (urls.key(url), *urls.former_keys(url)))
    return next((validators for validators in found if validators.asked_at), Validators())


def row(run: Run, unit: Unit, new: int, known: Mapping[str, Known]) -> rows.Listed:
    """The unit as the table `units` keeps it."""
    first_day, last_day = _span(run, unit, known)
    return rows.Listed(
        source_id=run.source.source_id,
        finder=unit.finder,
        unit=unit.unit,
        url=unit.url,
        first_day=first_day,
        last_day=last_day,
        listed_at=now(),
        whole=unit.whole,
        outcome=unit.outcome,
        reason=unit.reason,
        digest=unit.digest,
        links=unit.links,
        new_links=new,
        undated=unit.undated,
        run_id=run.run_id,
    )


def _span(run: Run, unit: Unit, known: Mapping[str, Known]) -> tuple[date | None, date | None]:
    """The days a unit covers: as it says; of a whole sitemap that dates every article, those that it lists; of a whole page
    of an index also those that are known of what it lists.
    """
    days = sorted(filter(None, (_day(candidate, known, unit) for candidate in unit.candidates)))
    is_dated = not unit.undated or unit.finder == "index"
    if unit.first_day or unit.finder not in SPANNING or not unit.whole or not is_dated or not days:
        return unit.first_day, unit.last_day
    first, begin = days[0], run.window.first_day
    if unit.finder == "index" and not run.window.whole and first > begin:
        first += timedelta(days=1)  # a pass stops where everything is known: the page after may have more of that day
    elif first < begin and (unit.outside or unit.finder == "index"):
        first = begin  # what is older was left out, or is on pages that were not asked for
    last = days[-1]
    month = month_of(unit.url, alone=True) if unit.finder == "sitemap" else None
    if month and month[0] <= days[0] and last <= month[1]:  # it says all of its month, also of days without an article
        first, last = (max(month[0], begin) if unit.outside else month[0]), month[1]
    last = min(last, run.window.today or run.window.last_day)
    return (first, last) if first <= last else (None, None)


def _day(candidate: Candidate, known: Mapping[str, Known], unit: Unit) -> date | None:
    """The day of a candidate, as listed or, on a page of an index, as an earlier run has read it."""
    before = known.get(candidate.url_key) if candidate.day is None and unit.finder == "index" else None
    return date.fromisoformat(before.day) if before and before.day else candidate.day


def found(run: Run, candidate: Candidate) -> rows.Found:
    """A candidate at its first sight."""
    return rows.Found(
        source_id=run.source.source_id,
        url_key=candidate.url_key,
        url_rule=urls.RULE,
        url=candidate.url,
        finder=candidate.finder,
        unit=candidate.unit,
        day=candidate.day,
        day_basis=candidate.day_basis,
        title=candidate.hints.title,
        published=candidate.hints.published,
        published_basis=candidate.hints.published_basis,
        modified=candidate.hints.modified,
        found_at=now(),
        run_id=run.run_id,
    )


def sighted(run: Run, unit: Unit, known: Mapping[str, Known]) -> Iterator[rows.Sighted]:
    """The candidates of a unit that another finder has found before, and this one never: where both reach, they may differ."""
    others = {
        candidate.url_key: before
        for candidate in unit.candidates
        if (before := known.get(candidate.url_key)) and before.finder not in (None, unit.finder)
    }
    seen = run.ledger.sighted(list(others), unit.finder) if others else set()
    for key, before in others.items():
        if key not in seen and not before.withdrawn:
            yield rows.Sighted(
                source_id=run.source.source_id,
                url_key=key,
                finder=unit.finder,
                unit=unit.unit,
                seen_at=now(),
                run_id=run.run_id,
            )


def _tell(run: Run, unit: Unit, spec: FinderSpec) -> None:
    run.older.listed(unit, run.window.first_day, first=run.is_first)
    run.listings_read += unit.outcome not in BAD
    run.listings_absent += unit.reason in ABSENT
    if unit.outcome in BAD:
        _tell_failure(run, unit, spec)
    elif unit.outcome == "fetched" and not unit.links and spec.kind not in PAST:
        tell(Event("note", f"The {unit.finder} {unit.url} lists nothing.", url=unit.url, more={"group": "empty"}))
    else:
        said = f"{unit.finder} {unit.unit}: {counted(len(unit.candidates), 'address', 'addresses')}"
        tell(Event("unit", said, len(unit.candidates), outcome=unit.outcome, url=unit.url, reason=unit.reason))
    for note in unit.notes:
        tell(Event("note", note, url=unit.url, more={"group": "remark"} if unit.first_day else {}))


def _tell_failure(run: Run, unit: Unit, spec: FinderSpec) -> None:
    """A listing that could not be read: counted, said now, and kept with the run; of a host that rests once, in the end."""
    if unit.url in run.rests:
        run.tally.listings_failed += 1
        tell(Event("unit", f"{unit.finder} {unit.unit}: put off", 0, unit.outcome, unit.url, unit.reason))
        return
    said = f"The {unit.finder} {unit.url} could not be read"
    why = run.refusals.get(unit.url or "")
    if why and why.startswith(f"{unit.url} "):
        why = f"it {why.removeprefix(f'{unit.url} ')}"  # the address is named already
    if why is None:
        said += f" ({unit.reason or unit.outcome})"
    polls = polls_of(run.ledger, spec) if unit.url == spec.url else []
    failures = failed_in_a_row(polls) + 1
    if failures >= OFTEN:
        said += f", {failures} times in a row since {polls[1 - failures].at:%Y-%m-%d}"
    _trouble(run, f"{said}: {why}" if why else f"{said}.", unit.url, unit.reason or unit.outcome)


def _way_out(run: Run, asked: str, exchange: Exchange) -> str:
    """What a person may do about a listing that must not be asked; nothing where only time can help."""
    if exchange.reason != "ssrf":
        return ""
    return f' If it is yours, write allow = ["{place(exchange.final_url or asked)}"] under [access] in {run.source.path.name}.'


def _tell_gone(run: Run, spec: FinderSpec) -> None:
    file = run.source.path.name
    _trouble(
        run,
        f"The {spec.kind} {spec.url} is gone for good (410) and is not asked any more: "
        f"take it out of {file}, or ask it all the same with --now.",
        spec.url,
        "gone",
    )


def _trouble(run: Run, sentence: str, url: str | None, reason: str) -> None:
    run.tally.listings_failed += 1
    run.troubles.append(sentence)
    tell(Event("warning", sentence, url=url, reason=reason, more={"group": "unread"}))


def _tell_put_off(run: Run, verdicts: list[Due]) -> None:
    """One line about the finders that are not due yet."""
    moments = [verdict.at for verdict in verdicts if verdict.at]
    if moments:
        count, of = len(verdicts), len(run.source.finders)
        which = f"{count} of {of} finders {'is' if count == 1 else 'are'}" if of > 1 else "The finder is"
        reason = verdicts[0].reason
        tell(
            Event(
                "note", f"{which} not due yet ({reason}): next at {min(moments):%Y-%m-%d %H:%M} UTC, or now with --now."
            )
        )


def _tell_open(run: Run, gaps: list[Gap]) -> None:
    """The gaps that no other finder has closed."""
    for gap in gaps:
        said = (
            f"No other finder lists {_days(gap)} whole: those days stay partial. A sitemap, an index or a web archive would fill "
            f"them: wireroom backfill {run.source.source_id} --from {gap.first_day} --to {gap.last_day}"
        )
        tell(Event("warning", said))


def _days(gap: Gap) -> str:
    return f"{gap.first_day}" if gap.first_day == gap.last_day else f"{gap.first_day} to {gap.last_day}"
