"""What nobody states and a source file wants to know: language, time zone, schedule. Each guess names its evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flows.plural import are, counted
from flows.probing.home import PLACES, Home
from flows.probing.records import Guess
from parsers.language import detect, normal
from parsers.records import Article

_OFFSET = re.compile(r"T[\d:.]+([+-]\d\d:?\d\d)$")


def language(home: Home, articles: Sequence[Article]) -> Guess:
    """The language of most articles, else of the home page."""
    tags = Counter(article.language for article in articles if article.language)
    if tags:
        tag, count = tags.most_common(1)[0]
        return Guess(tag, f"{count} of {counted(len(articles), 'article')} {are(count)} in it")
    stated = normal(home.language or "")
    if stated:
        return Guess(stated, "the home page states it")
    seen = detect(home.words)
    return Guess(seen[0], "by the words of the home page") if seen else Guess(None, "too few words to say")


def timezone(home: str, tag: str | None, times: Iterable[str], today: date) -> Guess:
    """The zone of the site's country where the hours of its own dates agree; UTC where nothing says more."""
    stated = Counter(match.group(1) for time in times if (match := _OFFSET.search(time)))
    offsets = {text.replace(":", "") for text in stated}
    zone, why = _of_country(home, tag)
    if zone is None:
        return _by_offsets(stated)
    expected = _offsets_of(zone, today)
    local = offsets - {"+0000"}
    if not local:
        return Guess(zone, f"{why}; its dates are in UTC or name no zone, so this was not confirmed")
    if local <= expected:
        return Guess(zone, f"{why}, and its dates agree ({', '.join(sorted(local))})")
    disagree = ", ".join(sorted(local - expected))
    return Guess("UTC", f"not settled: {why}, which says {zone}, but its dates say {disagree}")


def _of_country(home: str, tag: str | None) -> tuple[str | None, str]:
    ending = (urlsplit(home).hostname or "").rpartition(".")[2]
    if ending in PLACES["zones"]:
        return PLACES["zones"][ending], f"the ending .{ending}"
    region = (tag or "").rpartition("-")[2].lower() if "-" in (tag or "") else ""
    if region in PLACES["zones"]:
        return PLACES["zones"][region], f"the language {tag}"
    return None, ""


def _offsets_of(zone: str, today: date) -> set[str]:
    """How far the zone was from UTC on the first days of the last twelve months: summer and winter."""
    moments = [datetime(today.year, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
    return {moment.astimezone(ZoneInfo(zone)).strftime("%z") for moment in moments}


def _by_offsets(stated: Counter[str]) -> Guess:
    if not stated:
        return Guess("UTC", "nothing on the site says more; days are cut at midnight UTC")
    common = stated.most_common(1)[0][0]
    if common.replace(":", "") == "+0000":
        return Guess("UTC", "its dates are given in UTC")
    return Guess("UTC", f"not settled: its dates say {common}; put the zone's name here")


def schedule(days: Sequence[date], seed: str, today: date) -> Guess:
    """A cron line for the pace at which articles came in the last two weeks; its minute spreads sources over the hour."""
    minute = sum(seed.encode()) % 60
    recent = [day for day in days if timedelta(0) <= today - day < timedelta(days=14)]
    if not recent:
        return Guess(f"{minute} */6 * * *", "nothing dated came in the last two weeks")
    span = (today - min(recent)).days + 1
    rate = len(recent) / span
    hours = next((hours for least, hours in ((20, 1), (4, 2), (1, 4)) if rate >= least), 8)
    return Guess(
        f"{minute} {'*' if hours == 1 else f'*/{hours}'} * * *",
        f"about {rate:.1f} a day in the last {span} days".replace("last 1 days", "last day"),
    )


CHANCE = 10
"""Articles beyond twice the busiest week that was seen: of an outlet with few, any week may bring so many by chance."""


def week(days: Sequence[date], today: date) -> tuple[int, int] | None:
    """How many articles a week may have at least and at most, from the whole weeks seen; None where there are none."""
    past = sorted(day for day in days if day < today)
    if not past or (today - past[0]).days < 7:
        return None
    weeks = min((today - past[0]).days // 7, 8)
    counts = Counter((today - timedelta(days=1) - day).days // 7 for day in past)
    seen = [counts[number] for number in range(weeks)]
    return (max(1, min(seen) // 2), 2 * max(seen) + CHANCE) if min(seen) else None


def silence(days: Sequence[date], today: date) -> int | None:
    """Days without an article that are still normal: three times the longest gap of the last sixty days, four at least."""
    past = sorted({day for day in days if timedelta(0) <= today - day < timedelta(days=60)})
    gaps = [(later - earlier).days for earlier, later in pairwise(past)]
    return max(4, 3 * max(gaps)) if len(gaps) >= 2 else None
