"""What is told of listings: how many addresses each brought, which could not be read, which were not asked and why."""

from __future__ import annotations

from flows import reasons
from flows.discovery import Unit
from flows.discovery.gaps import Gap
from flows.discovery.polling import failed_in_a_row
from flows.listings.polls import polls_of
from flows.plural import counted
from flows.progress import Event, tell
from flows.run import Run
from flows.source_keys import PAST
from flows.sources import FinderSpec
from warehouse.due import Due

BAD = ("failed", "gone", "deferred", "disallowed", "reserved", "refused")
"""Outcomes of a listing that leave its unit unread."""

ABSENT = ("status_404", "status_410", "soft_404")
"""Reasons by which an outlet says that a listing is not there."""

OFTEN = 3
"""Failures in a row from which on a warning says how long it has been so."""


def listed(run: Run, unit: Unit, spec: FinderSpec) -> None:
    """A listing was looked at: counted, and told with what came of it."""
    run.older.listed(unit, run.window.first_day, first=run.is_first)
    run.listings_read += unit.outcome not in BAD
    run.listings_absent += unit.reason in ABSENT
    if unit.outcome in BAD:
        _failure(run, unit, spec)
    elif unit.outcome == "fetched" and unit.whole and not unit.links and spec.kind not in PAST:
        tell(Event("note", f"The {unit.finder} {unit.url} lists nothing.", url=unit.url, more={"group": "empty"}))
    else:
        said = f"{unit.finder} {unit.unit}: {counted(len(unit.candidates), 'address', 'addresses')}"
        tell(Event("unit", said, len(unit.candidates), outcome=unit.outcome, url=unit.url, reason=unit.reason))
    for note in unit.notes:
        tell(
            Event(
                "note", note, url=unit.url, more={"group": "remark"} if unit.first_day or unit.finder == "index" else {}
            )
        )


def _failure(run: Run, unit: Unit, spec: FinderSpec) -> None:
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
        said += f" ({reasons.in_words(unit.reason or unit.outcome)})"
    polls = polls_of(run.ledger, spec) if unit.url == spec.url else []
    failures = failed_in_a_row(polls) + 1
    if failures >= OFTEN:
        said += f", {failures} times in a row since {polls[1 - failures].at:%Y-%m-%d}"
    _trouble(run, f"{said}: {why}" if why else f"{said}.", unit.url, unit.reason or unit.outcome)


def gone(run: Run, spec: FinderSpec) -> None:
    """A finder that is asked no more, since its outlet has said that it is gone."""
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


def put_off(run: Run, verdicts: list[Due]) -> None:
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


def still_open(run: Run, gaps: list[Gap]) -> None:
    """The gaps that no other finder has closed."""
    for gap in gaps:
        said = (
            f"No other finder lists {days_of(gap)} whole: those days stay partial. A sitemap, an index or a web archive would fill "
            f"them: wireroom backfill {run.source.source_id} --from {gap.first_day} --to {gap.last_day}"
        )
        tell(Event("warning", said))


def days_of(gap: Gap) -> str:
    """The days of a gap, in words."""
    return f"{gap.first_day}" if gap.first_day == gap.last_day else f"{gap.first_day} to {gap.last_day}"
