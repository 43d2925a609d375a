"""What `backfill` says at its end: what was done, what is missing, and how to go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from flows import unreached
from flows.cli import dayless, prose
from flows.cli.app import Exit, counted, out
from flows.plural import are
from flows.reasons import in_words

if TYPE_CHECKING:
    from flows.backfilling import Order
    from flows.sources import SourceDefinition
    from warehouse.coverage import Dayless, Hole

MEANINGS = {
    "partial": "partial (some addresses or a part of the listing did not come)",
    "thin": "thin (far fewer articles than on such a day)",
    "unlisted": "unlisted (no listing speaks for the day)",
    "unreachable": "unreachable (the listing could not be read)",
    "never_tried": "never tried",
}


BARREN = 5
"""Pages of which none was an article, from which on the pattern is doubted."""


def report(
    source: SourceDefinition,
    order: Order | None,
    holes: Sequence[Hole],
    counts: dict[str, Any],
    as_json: bool,
    lost: Counter[str] | None = None,
    undated: Sequence[Dayless] = (),
) -> Exit:
    """Say what was done and what is missing, and give the exit code; `lost` are pages of the days that are gone, by why."""
    name, is_whole = source.source_id, not holes and not counts.get("cut")
    if as_json:
        states = Counter(hole.state for hole in holes)
        days = {"first_day": str(order.first_day), "last_day": str(order.last_day)} if order else {}
        lacking = {
            "complete": is_whole,
            "holes": len(holes),
            "states": dict(states),
            "missing": sum(h.missing for h in holes if h.day) + dayless.lacking(undated),
            "gone": (lost or Counter()).total() + sum(one.addresses for one in dayless.gone(undated)),
            "dayless": dayless.as_records(undated),
        }
        print(json.dumps({"source": name, **days, **counts, **lacking}))
    elif order is None:
        prose.say(out, f"Nothing is missing of the days that are known of {name}.")
    else:
        prose.say(out, summary(name, counts))
        beyond = [
            hole.day for hole in holes if hole.day and not hole.found and not unreached.is_reached(source, hole.day)
        ]
        ways_out = list(unreached.sentences(source, beyond))
        if len(beyond) < len(holes):
            ways_out.append(f"Try only that again with: wireroom backfill {_asked(name, order)} --holes")
        for line in missing(name, order, holes, counts, lost, ways_out, undated):
            prose.say(out, line)
    return Exit.OK if is_whole else Exit.INCOMPLETE


def summary(name: str, counts: dict[str, Any]) -> str:
    """One line that says what was done."""
    parts = [
        counted(counts["found"], "new address", "new addresses"),
        counted(counts["requests"], "request"),
        counted(counts["articles"], "article read", "articles read"),
    ]
    more = {"rejected": "no article", "failed": "did not come"}
    parts += [f"{counts[key]:,} {said}" for key, said in more.items() if counts[key]]
    if counts["listings_failed"]:
        parts.append(f"{counted(counts['listings_failed'], 'listing')} not read")
    return f"{name}: {', '.join(parts)} in {counts['seconds']:,.1f} s"


def missing(
    name: str,
    order: Order,
    holes: Sequence[Hole],
    counts: dict[str, Any],
    lost: Counter[str] | None = None,
    ways_out: Sequence[str] = (),
    undated: Sequence[Dayless] = (),
) -> Iterator[str]:
    """What is missing, a line for each thought; the last ones say how to go on."""
    days = [hole for hole in holes if hole.day]
    count, going_on = (order.last_day - order.first_day).days + 1, days_going_on(order)
    window, cut = f"{order.first_day} to {order.last_day}", counts["cut"]
    asked = _asked(name, order)
    if counts["rejected"] >= BARREN and not counts["articles"]:
        said = f"None of the {counts['rejected']:,} pages read was an article: the pattern under [article] may take listings for articles."
        yield f"{said} See with: wireroom sources check {name}"
    if holes or not cut:
        yield f"{window}: {_whole(count, len(days), len(holes) - len(days)) or _complete(count, going_on)}"
    for state, number in Counter(hole.state for hole in days).most_common():
        named = _named([hole.day for hole in days if hole.state == state and hole.day])
        yield f"  {number:,} {MEANINGS.get(state, state)}: {named}"
    if days and len(holes) > len(days):
        yield f"{_unread(len(holes) - len(days))}."
    if not order.gone and (lost or dayless.gone(undated)):
        yield f"{_gone(lost or Counter(), dayless.gone(undated))} once more with: wireroom backfill {asked} --gone"
    if holes:
        yield f"See all of it with: wireroom coverage {asked}"
    if cut:
        yield cut
    elif holes:
        yield from ways_out


def _gone(lost: Counter[str], undated: Sequence[Dayless]) -> str:
    """How many pages are gone and why, and how many of them are of no known day; up to the words that ask for them."""
    others = Counter[str]()
    for one in undated:
        others[one.reason or ""] += one.addresses
    total, count = lost.total() + others.total(), others.total()
    why = "; ".join(filter(None, map(in_words, lost + others)))
    of_them = "" if count == total else f"{count:,} of them "
    where = f", {of_them}of no known day, listed by {dayless.listings(undated)}" if undated else ""
    return f"{counted(total, 'page')} {are(total)} gone{f' ({why})' if why else ''}{where}. Ask for {'it' if total == 1 else 'them'}"


def _whole(count: int, days: int, listings: int) -> str | None:
    """How many of so many days are not complete, or what of them cannot be known; None where nothing is missing."""
    if days:
        return f"of {counted(count, 'day')}, {days:,} {are(days)} not complete."
    return f"no day is known to lack a page, but {_unread(listings)}, which may name more." if listings else None


def _unread(count: int) -> str:
    """That so many listings were not read to their end."""
    return f"{counted(count, 'listing')} that {'names' if count == 1 else 'name'} no day {are(count)} not read whole"


def _asked(name: str, order: Order) -> str:
    """The arguments that name the source and the days."""
    return f"{name} --from {order.first_day} --to {order.last_day}"


def days_going_on(order: Order) -> list[date]:
    """The days of an order that have not ended everywhere on earth, of which it is too early to say that they are complete."""
    from warehouse.coverage import over

    begin = max(order.first_day, over() + timedelta(days=1))
    return [begin + timedelta(days=number) for number in range((order.last_day - begin).days + 1)]


def _complete(count: int, going_on: Sequence[date]) -> str:
    """What is complete of so many days, and what is not over yet."""
    ended = count - len(going_on)
    if not going_on:
        return f"all {count:,} days are complete." if count > 1 else "the day is complete."
    they = f"{' and '.join(map(str, going_on))} {are(len(going_on))} not over yet"
    if not ended:
        return f"nothing is missing so far; {they}."
    return f"the {'day that is' if ended == 1 else f'{ended:,} days that are'} over {are(ended)} complete; {they}."


def _named(days: Sequence[date], most: int = 5) -> str:
    """The first of some days, and how many more."""
    named = ", ".join(str(day) for day in sorted(days)[:most])
    return named if len(days) <= most else f"{named} and {len(days) - most:,} more"
