"""How a run ended, in words: for its row in the table `runs`, and for whoever watches it."""

from __future__ import annotations

from collections.abc import Sequence

from flows import progress
from flows.plural import counted
from flows.run import Run
from parsers import container

MOST_SAID = 5
"""Hosts that rest of which a run speaks by name."""

ODD = 3
"""Pages without their container from which on it is the selector that is wrong, and not a page."""

MOST_TOLD = 10
"""Troubles that the table `runs` keeps of one run, word for word."""


def of(run: Run) -> tuple[str, str | None]:
    """The state and the message of a run that came to its end; one that reached nothing of its outlet has failed.

    One that asked only for what others had left has reached its outlet also where that says that there is none of it.
    """
    is_rest = run.window.done or run.window.days is not None
    reached = run.listings_read or run.tally.fetched or run.tally.unchanged or (is_rest and run.listings_absent)
    if run.tally.listings_failed and not reached:
        return "failed", " ".join(["No listing could be read.", *_few(run.troubles)])
    way = run.cut and run.command and f"{run.command} goes on."
    said = " ".join([*filter(None, [run.cut, way, run.older_said]), *_few(run.troubles)]) or None
    return "cancelled" if run.cut else "completed", said


def _few(sentences: Sequence[str]) -> list[str]:
    """The first sentences and how many more there are: a decade has room for many troubles."""
    left = len(sentences) - MOST_TOLD
    return [*sentences[:MOST_TOLD], *([f"There are {left} more of the kind."] if left > 0 else [])]


def warn(run: Run) -> None:
    """Say what the run's user should know of it, as hosts that rest or a log-in that expired: now, and in the table `runs`."""
    rests = run.put_off + run.listings_put_off
    said = [_put_off(run, why) for why, _ in rests.most_common(MOST_SAID)]
    if run.credentials.expired:
        said.append(f"Every cookie in the cookies.txt of {run.source.name} has expired: export it anew.")
    alarm = run.teasers.alarm(run.ledger, run.source, run.started_at) if run.credentials else None
    for sentence in filter(None, [*said, alarm, _misfit(run)]):
        run.troubles.append(sentence)
        progress.tell(progress.Event("warning", sentence))


def _misfit(run: Run) -> str | None:
    """What to say of a container that is on none of the run's pages; a single one may be odd."""
    looked = run.tally.contained
    return container.misfit(run.source.profile.container, looked) if looked[False] >= ODD and not looked[True] else None


def _put_off(run: Run, why: str) -> str:
    """What was not asked for since a host rests, and how it is asked again."""
    listings, addresses = run.listings_put_off[why], run.put_off[why]
    parts = [counted(listings, "listing")] * (listings > 0)
    parts += [counted(addresses, "address", "addresses")] * (addresses > 0)
    verb = "was" if listings + addresses == 1 else "were"
    way = f" The first pass after that asks again; wireroom ingest {run.source.source_id} --now asks at once."
    is_open = run.kind == "ingest" and run.polling != "now"
    return f"{' and '.join(parts)} {verb} not asked for: {why}{way if is_open else ''}"
