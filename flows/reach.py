"""What a backfill would do, before it is done: which days each finder reaches, what it would ask for, and how long politeness takes.

Nothing is asked of the outlet but, where that is wanted, a few listings; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit

from flows import foreseen, unreached
from flows.backfilling import Order, left, narrowed, rules_of, today
from flows.days_done import as_read, every_day
from flows.discovery import Listing, Window, wayback
from flows.fetching import Pace, house, resting_until
from flows.foreseen import Foreseen
from flows.listings.polls import polls_of
from flows.periods import periods
from flows.plural import counted
from flows.reasons import in_words
from flows.sources import FinderSpec, SourceDefinition
from flows.wayback import places
from flows.workspace import Workspace
from warehouse.coverage import Day
from warehouse.ledger import Ledger, Levels

SAYS_NOTHING = {
    "sitemap": "How far back it goes is known once it is read; what it lists without a day may be of these days, and is fetched.",
    "index": "How far back its pages go is known once they are read; what they list without a day may be of these days, and is fetched.",
    "wayback": "Pages that nobody captured are not in it.",
    "warc": "Pages that the crawl did not meet are not in it. Each of its files is about 1 GB, and a month has hundreds of them.",
}
"""What a finder cannot say or reach, beside the days that its `from` and `to` exclude."""

ARCHIVES = ("wayback", "warc")


@dataclass(frozen=True, slots=True)
class Reach:
    """One finder and the days that were asked for."""

    finder: str
    address: str
    first_day: date | None  # of the days wanted, what it may reach; None: none of them
    last_day: date | None
    listings: int | None  # that it would read; None: not known before
    known: int  # of them, read whole before: asked again, conditionally
    cannot: str | None  # what it does not reach and why, as sentences


@dataclass(frozen=True, slots=True)
class Floor:
    """The pace of an archive, which no source may fall below; seconds between two requests."""

    archive: str
    index: float
    pages: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What all finders together would bring, as far as it is known."""

    first_day: date
    last_day: date
    reaches: Sequence[Reach]
    waiting: int  # addresses that are known or listed, and were never asked for
    undated: int  # of these, without a day: they may be of any
    pages: int | None  # to be fetched, those included; None: nobody can say
    basis: str  # of that number, as a sentence
    listings: int | None
    seconds: float | None  # that pace and answers take
    delay: float  # seconds between two requests to the outlet
    gigabytes: float | None  # in the archive
    looked: int = 0  # listings that were asked for just now
    answers: float | None = None  # seconds until the outlet has answered, so far, waiting for the turn included
    floors: Sequence[Floor] = ()


def plan(workspace: Workspace, source: SourceDefinition, order: Order, *, sample: bool = False) -> Plan:
    """What a backfill of these days would do; with `sample`, by a few listings that are looked at now."""
    first, last = order.first_day, min(order.last_day, today(source))
    window = narrowed(workspace, source, order, Window(first, last, today(source), whole=True))
    with Ledger(workspace.folders, source.source_id) as ledger:
        confirmed, levels = ledger.listings.confirmed(), ledger.levels(first, last)
        stored = foreseen.stored(workspace, source, ledger, window)
        live = foreseen.sampled(workspace, source, window) if sample else []
        shown = [next((two for two in live if two.spec is one.spec), one) for one in stored]
        reaches = [_reach(one, workspace, source, window, confirmed, ledger) for one in shown]
        known = [one.day is None for one in left(ledger, window, rules_of(source, order))]
        new = [key for key in set().union(*(one.keys(window) for one in shown)) if not ledger.knows(key)]
    waiting = len(known) + len(new)
    undated = sum(known) + len(set().union(*(one.undated for one in shown)).intersection(new))
    levels = _with(levels, as_read(workspace, source, None, None))
    unseen = _unseen(window, levels, shown, reaches)
    beyond = [day for day in every_day(window) if window.holds(day) and not unreached.is_reached(source, day)]
    looked = [each for one in live for each in one.looked]
    is_beyond = len(beyond) == sum(map(window.holds, every_day(window)))
    sampled, dayless = foreseen.a_day(live, window), set[str]().union(*(one.undated for one in live))
    pages, basis = _pages(levels, (waiting, undated), unseen, sampled, looked, len(dayless), is_beyond=is_beyond)
    basis = " ".join([basis, *unreached.sentences(source, beyond)])
    floors = _floors(source, reaches)
    return Plan(
        first,
        last,
        reaches,
        waiting,
        undated,
        pages,
        basis,
        _sum(reach.listings for reach in reaches if reach.first_day),
        None if pages is None else _seconds(source, reaches, floors, pages, levels.answer_seconds or 0.0),
        source.delay.total_seconds(),
        None if pages is None or levels.page_bytes is None else pages * levels.page_bytes / 1e9,
        sum(len(one.looked) for one in live),
        levels.answer_seconds,
        floors,
    )


def _reach(
    found: Foreseen, workspace: Workspace, source: SourceDefinition, window: Window, confirmed: set[str], ledger: Ledger
) -> Reach:
    """What one finder reaches of these days."""
    spec, first, last = found.spec, window.first_day, window.last_day
    begin, end = max(first, spec.first_day or first), min(last, spec.last_day or last)
    address = spec.url or (spec.file.name if spec.file else spec.server or spec.index or "public archives")
    trouble = list(_trouble(workspace, ledger, spec))
    if begin > end:
        said = f"It covers {spec.first_day or 'the beginning'} to {spec.last_day or 'today'}, as its from and to say."
        return Reach(spec.kind, address, None, None, 0, 0, said)
    limits = [*trouble, *_outside(first, last, begin, end), *_shown(found)]
    if found.is_whole and found.oldest:
        begin = max(begin, found.oldest)
        if begin > end:
            return Reach(spec.kind, address, None, None, len(found.units), len(found.read), " ".join(limits))
    listings, known = _listings(found, source, replace(window, first_day=begin, last_day=end), confirmed, ledger)
    return Reach(spec.kind, address, begin, end, listings, known, " ".join(limits) or None)


def _listings(
    found: Foreseen, source: SourceDefinition, window: Window, confirmed: set[str], ledger: Ledger
) -> tuple[int | None, int]:
    """How many listings a finder would read, None where that is not known; and how many of them were read before."""
    spec = found.spec
    if spec.kind == "template" and spec.url:
        units = [one for one in periods(spec.url, window.first_day, window.last_day) if window.asks_for(one)]
        return len(units), sum(period.url in confirmed for period in units)
    if spec.kind == "wayback":
        return len(list(periods(wayback.MONTH, window.first_day, min(window.last_day + spec.late, today(source))))), 0
    if spec.kind == "list":
        return 0, 0
    if (found.read and (found.is_whole or not found.looked) and spec.kind in foreseen.STORED) or spec.kind == "feed":
        read = ledger.listings.looked_at(spec.kind) if found.looked else len(found.read)
        return len(found.units) if found.read else 1, read
    return None, ledger.listings.looked_at(spec.kind)


def _shown(found: Foreseen) -> Iterator[str]:
    """What a finder that cannot say everything says of itself."""
    kind, oldest = found.spec.kind, found.oldest if found.is_whole else None
    if kind == "feed":
        since = f", which begin {oldest}" if oldest else ""
        yield f"It shows only its latest entries{since}."
    elif oldest:
        yield f"It begins {oldest}, as it was read last."
    elif kind in SAYS_NOTHING:
        yield SAYS_NOTHING[kind]


def _trouble(workspace: Workspace, ledger: Ledger, spec: FinderSpec) -> Iterator[str]:
    """How the last look at a finder failed, and until when its host rests."""
    polls = polls_of(ledger, spec)
    if polls and not polls[-1].is_read:
        last = polls[-1]
        yield f"It could not be read on {last.at:%Y-%m-%d %H:%M} UTC ({in_words(last.reason or last.outcome)})."
    until = resting_until(Pace(workspace.folders), spec.url) if spec.url else None
    if until:
        yield f"Its host rests until {until}."


def _outside(first: date, last: date, begin: date, end: date) -> Iterator[str]:
    if begin > first:
        yield f"Nothing before {begin}, as its from says."
    if end < last:
        yield f"Nothing after {end}, as its to says."


def _with(levels: Levels, days: Sequence[Day]) -> Levels:
    """What is known and usual, by the days too that some listing vouches for, whether it names anything of them or not."""
    vouched = [one for one in days if one.witnesses]
    if not vouched:
        return levels
    usual = sum(one.found for one in vouched) / len(vouched)
    return replace(levels, days=[*levels.days, *(one.day for one in vouched)], a_day=usual)


def _unseen(window: Window, levels: Levels, shown: Sequence[Foreseen], reaches: Sequence[Reach]) -> int:
    """How many of the days nobody has seen a listing or an address of, and some finder may list."""
    if all(one.is_whole or one.spec.kind in ("feed", "list") for one in shown):
        return 0
    listed = set[date]().union(*(one.days(window) for one in shown if one.spec.kind != "feed"))
    reached = [
        (one.first_day, one.last_day) for one in reaches if one.first_day and one.last_day and one.finder != "feed"
    ]
    unknown = set(every_day(window)) - listed.union(levels.days)
    return sum(window.holds(day) and any(first <= day <= last for first, last in reached) for day in unknown)


def _pages(
    levels: Levels,
    waits: tuple[int, int],
    unseen: int,
    sampled: float | None,
    looked: Sequence[Listing],
    shown: int,
    *,
    is_beyond: bool,
) -> tuple[int | None, str]:
    """How many pages there may be, and on what that rests; of what waits, and of what was shown just now, so many name no day."""
    level = sampled if sampled is not None else levels.a_day
    waiting, undated = waits
    wait = f"{waiting:,} {'address is' if waiting == 1 else 'addresses are'} listed and not fetched yet"
    if undated:
        wait += f" ({undated:,} of them without a day: they may be of any day, and all are fetched)"
    if not unseen and (waiting or is_beyond or levels.a_day is not None):
        return waiting, f"{wait}; no listing is left that could name more."
    if level is None and looked:
        return None, _none_shown(looked, shown)
    if level is None:
        return None, "Nothing is known of this source yet. --sample looks at a few listings, and says more."
    by = "as a few listings have them now" if sampled is not None else "as on the days that are known"
    days = f"{unseen:,} {'day is' if unseen == 1 else 'days are'} not known yet"
    return waiting + round(
        unseen * level
    ), f"{wait}, and {days}: {level:.{1 if level >= 1 else 2}f} articles a day, {by}."


def _none_shown(looked: Sequence[Listing], undated: int) -> str:
    """What came of listings that show no article, or none of a known day."""
    if undated:
        they = "it names no day" if undated == 1 else "none of them names a day"
        return (
            f"Listings were looked at, {len(looked)} in all: they have {counted(undated, 'address', 'addresses')}, and {they}, so how many a day "
            f"has is known once they are fetched; the last was {looked[-1].url}"
        )
    reasons = ", ".join(sorted({in_words(one.reason or one.outcome) for one in looked if one.outcome != "fetched"}))
    failed = f"could be read ({reasons})" if reasons else "shows an article"
    return f"Listings were looked at, {len(looked)} in all, and none {failed}: the last was {looked[-1].url}"


def _floors(source: SourceDefinition, reaches: Sequence[Reach]) -> list[Floor]:
    """The pace of the archives that these finders ask."""
    floors, found = places.floors(source), []
    for spec, reach in zip(source.finders, reaches, strict=True):
        if spec.kind not in ARCHIVES or not reach.first_day:
            continue
        pair = (
            (places.server(spec), places.replay(spec)) if spec.kind == "wayback" else (spec.url or places.CRAWLS,) * 2
        )
        index, pages = (floors.of(url) for url in pair)
        if index and pages:
            found.append(Floor(urlsplit(pair[1]).hostname or house(pair[1]), index.delay, pages.delay))
    return found


def _seconds(
    source: SourceDefinition, reaches: Sequence[Reach], floors: Sequence[Floor], pages: int, answer: float
) -> float:
    """How long pace and answers take: of listings by whom they are asked of, of pages the outlet's unless only archives reach them."""
    delay = max(source.delay.total_seconds(), answer)  # in which waiting for the turn is counted
    listings = sum(reach.listings or 0 for reach in reaches if reach.first_day and reach.finder not in ARCHIVES)
    captures = sum(reach.listings or 0 for reach in reaches if reach.first_day and reach.finder in ARCHIVES)
    is_own = any(reach.first_day and reach.finder not in ARCHIVES for reach in reaches) or not floors
    slowest = max((floor.index for floor in floors), default=delay)
    page = delay if is_own else max(floor.pages for floor in floors)
    return listings * delay + captures * slowest + pages * page


def _sum(counts: Iterator[int | None]) -> int | None:
    """The sum of counts; None where one is not known."""
    found = list(counts)
    return None if None in found else sum(filter(None, found))
