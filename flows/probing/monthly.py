"""Archives with a listing a year or month: addresses that differ in it only; and those whose months list their days alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from flows.probing.home import Anchor
from parsers import urls

MOST_TEMPLATES = 3
HEADLINE = 4  # words of a link that may be a headline
FEWEST_LINKS = 3  # to articles, for a page to count as a listing
_PERIOD = re.compile(r"(?<=[/_.-])(?P<year>(?:19|20)\d\d)(?:(?P<between>[/_-]?)(?P<month>0[1-9]|1[0-2]))?(?=[/_.-]|$)")
_OF_A_PERIOD = re.compile(r"(?:/(?:index\.\w+)?|\.\w+)$")
_A_DAY = re.compile(r"[/_-]?\d\d?(?:/(?:index\.\w+)?|\.\w+)?")


def templates(anchors: Iterable[Anchor], today: date) -> list[tuple[str, list[date]]]:
    """The templates that are tried, those of most periods first, and the days their linked periods begin."""
    seen = _dated((anchor.url for anchor in anchors), today)
    return sorted(seen.items(), key=lambda item: -len(item[1]))[:MOST_TEMPLATES]


def _dated(addresses: Iterable[str], today: date) -> dict[str, list[date]]:
    """Addresses with a placeholder for their year, or year and month, and the days their periods begin."""
    found: dict[str, list[date]] = {}
    for address in addresses:
        match = _PERIOD.search(urlsplit(address).path)
        if match is None or urls.path_day(address) or _is_title(address, match):
            continue
        shown = "{year}" + (f"{match['between']}{{month}}" if match["month"] else "")
        template = address.replace(match.group(), shown, 1)
        found.setdefault(template, []).append(date(int(match["year"]), int(match["month"] or 1), 1))
    fine = {template: sorted({day for day in days if day <= today}) for template, days in found.items()}
    return {template: days for template, days in fine.items() if days}


def before(day: date, template: str) -> date:
    """The first day of the period before the one of `day`."""
    return date(day.year - 1, 1, 1) if "{month}" not in template else (day - timedelta(days=1)).replace(day=1)


def _is_title(address: str, match: re.Match[str]) -> bool:
    """Whether what stands behind the date is an article's title: an archive's address ends there, or nearly."""
    rest = urlsplit(address).path[match.end() :].strip("/")
    return rest.count("-") + rest.count("_") > 1 or rest.count("/") > 0


def days_in(pages: Mapping[str, Sequence[Anchor]], frame: Iterable[Anchor]) -> list[Anchor]:
    """The links to days on the pages of some months, by their addresses; none where these list articles of their own.

    What stands on several pages, or in the `frame`, is no month's own.
    """
    linked = [(anchor, month) for month, anchors in pages.items() for anchor in anchors]
    days = [anchor for anchor, month in linked if _is_day_of(anchor.url, month)]
    often = Counter(anchor.url for anchor, _ in linked) + Counter(anchor.url for anchor in frame)
    often.update(anchor.url for anchor in days)
    own = [anchor for anchor, _ in linked if often[anchor.url] == 1 and _may_be_article(anchor)]
    return days if len(own) < FEWEST_LINKS else []


def has_days_in(month: str, known: Iterable[str]) -> bool:
    """Whether one of the templates is of the days of an archive's months, and not of the months."""
    return any(_is_day_of(re.sub(r"\{day(:d)?\}", "1", template), month) for template in known)


def _is_day_of(url: str, month: str) -> bool:
    """Whether an address is a month's and a day behind it: /2025/03/05/ or /2025/03/05.html."""
    stem = _OF_A_PERIOD.sub("", month)
    return url.startswith(stem) and bool(_A_DAY.fullmatch(url[len(stem) :]))


def _may_be_article(anchor: Anchor) -> bool:
    return len(anchor.text.split()) >= HEADLINE or urls.path_day(anchor.url) is not None
