"""How the values of a source file are read: each reader returns the typed value or raises ValueError with a clause.

The clause completes the sentence "In sources/x.toml, line 7, the key `delay` …".
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from warehouse.rows import Text

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_KEPT_DAYS = re.compile(r"[1-9]\d*d")
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001  (only the fields are checked, no moment is meant)
_FIELDS = frozenset(field.name for field in fields(Text))

Reader = Callable[[Any], Any]


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"must be a text in quotes, not {value!r}")
    return value.strip()


def flag(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def count(value: Any) -> int:
    """A whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"must be a whole number from 1, not {value!r}")
    return value


def day(value: Any) -> date:
    """A date, written without quotes: 2017-09-22."""
    if type(value) is not date:
        raise ValueError(f"must be a date without quotes such as 2017-09-22, not {value!r}")
    return value


def duration(value: Any) -> timedelta:
    """A length of time such as "5s", "90m", "6h", "7d", "1h30m"."""
    written = text(value)
    parts = _DURATION.findall(written)
    if "".join(number + unit for number, unit in parts) != written:
        raise ValueError(f'must be a length of time such as "5s", "15m", "6h" or "7d", not {written!r}')
    total = timedelta()
    for number, unit in parts:
        total += timedelta(**{_UNITS[unit]: float(number)})
    return total


def days(value: Any) -> timedelta:
    """A length of time of at least a day."""
    length = duration(value)
    if length < timedelta(days=1):
        raise ValueError(f'must be at least "1d", not {value!r}')
    return length


def language(value: Any) -> str:
    """A BCP 47 language code."""
    code = text(value)
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f'must be a language code such as "en" or "pt-BR", not {code!r}')
    return code


def timezone(value: Any) -> str:
    """The name of a time zone this machine knows."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'must be a time zone such as "Europe/Berlin", not {name!r}') from None
    return name


_LAST = re.compile(r"\dL|LW", re.I)
"""The last Friday and the last working day of a month: what CronSim knows beyond Prefect."""


def cron(value: Any) -> str:
    """A cron line of five fields."""
    line = text(value)
    try:
        CronSim(line, _ANY_DAY)
    except CronSimError as error:
        raise ValueError(f'must be a cron line of five fields such as "17 */2 * * *", not {line!r} ({error})') from None
    if len(line.split()) != 5:
        raise ValueError(f'must be a cron line of five fields such as "17 */2 * * *", not {line!r}')
    if last := _LAST.search(line):
        raise ValueError(f"must be a cron line that Prefect takes, which knows no {last[0]}: {line!r}")
    return line


def address(value: Any) -> str:
    """An http or https address."""
    url = text(value)
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"must be an http or https address, not {url!r}")
    return url


def host_and_port(value: Any) -> str:
    """A host with its port, such as "127.0.0.1:8000"."""
    pair = text(value)
    host, colon, port = pair.rpartition(":")
    if not (host and colon and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError(f'must name a host and a port such as "127.0.0.1:8000", not {pair!r}')
    return pair.lower()


def host(value: Any) -> str:
    """A host name alone."""
    name = text(value).lower()
    if "/" in name or ":" in name:
        raise ValueError(f'must be a host name alone such as "news.example.org", not {name!r}')
    return name


def selector(value: Any) -> str:
    """A CSS selector."""
    import soupsieve  # which takes longer than the rest of a command's start, and most sources have no selector

    css = text(value)
    try:
        soupsieve.compile(css)
    except soupsieve.SelectorSyntaxError as error:
        raise ValueError(f"must be a CSS selector, and {css!r} is none: {str(error).splitlines()[0]}") from None
    return css


def page_selector(value: Any) -> str:
    """A CSS selector that is used on article pages: by lxml, which knows less of CSS than what reads listings."""
    import cssselect
    from lxml import etree, html

    css = text(value)
    try:
        html.fromstring("<p>any</p>").cssselect(css)
    except (cssselect.SelectorError, etree.XPathError) as error:
        raise ValueError(f"must be a CSS selector that lxml can use, and {css!r} is none: {error}") from None
    return css


def pattern(value: Any) -> str:
    """A regular expression."""
    expression = text(value)
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"must be a regular expression, and {expression!r} is none: {error}") from None
    return expression


def kept(value: Any) -> str:
    """What of the raw pages is kept: "all", "versions" or a number of days."""
    rule = text(value)
    if rule not in ("all", "versions") and not _KEPT_DAYS.fullmatch(rule):
        raise ValueError(f'must be "all", "versions" or a number of days such as "90d", not {rule!r}')
    return rule


def order(value: Any) -> str:
    """An order of parts that the dateline grammar knows."""
    return _known(text(value), _orders(), "an order of a dateline")


def split(value: Any) -> str:
    """A way in which a page is split into several articles."""
    return _known(text(value), ("datelines",), "a way to split a page")


def match(value: Any) -> str:
    """How the address that an archive is asked for is meant."""
    return _known(text(value), ("domain", "host", "prefix", "exact"), "a way to match addresses")


def captures(value: Any) -> str:
    """Which captures of an archive are fetched."""
    return _known(text(value), ("missing", "first", "all"), "a rule for captures: missing, first or all")


def shares(value: Any) -> tuple[tuple[str, float], ...]:
    """The least share of articles that have a field, by field: { headline = 1.0 }."""
    if not isinstance(value, dict):
        raise TypeError(f"must be written {{ headline = 1.0, body = 0.99 }}, not {value!r}")
    for name, share in value.items():
        _known(name, _FIELDS, "a field of articles")
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise ValueError(f"must give {name} a share from 0 to 1, not {share!r}")
    return tuple(sorted((name, float(share)) for name, share in value.items()))


def share(value: Any) -> float:
    """A share from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"must be a share from 0 to 1, not {value!r}")
    return float(value)


def many(reader: Reader) -> Reader:
    """A reader of arrays whose members `reader` reads."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError(f"must be a list in square brackets, not {value!r}")
        return tuple(reader(member) for member in value)

    return read


def likely(name: str, known: Iterable[str]) -> str:
    """A sentence that names what was probably meant, or nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean `{close[0]}`?" if close else ""


def _known(name: str, known: Iterable[str], what: str) -> str:
    if name in known:
        return name
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    raise ValueError(f"must name {what}, not {name!r}" + (f" (did you mean {close[0]!r}?)" if close else ""))


@cache
def _orders() -> frozenset[str]:
    orders = tomllib.loads(files("parsers").joinpath("data/orders.toml").read_text(encoding="utf-8"))
    return frozenset(entry["name"] for entry in orders["order"])
