"""The source file of a probed site: every guess is named as one, with what it rests on and what could not be checked."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlsplit

from flows.plural import counted
from flows.probing import guesses, trying
from flows.probing.quoting import quoted
from flows.probing.records import Found, Options, Probe
from parsers import urls

_WIDTH = 79
_TWO_PARTS = frozenset({"co", "com", "ac", "gov", "gob", "gouv", "org", "net", "edu", "or", "go", "ne"})
_NOT_CHECKED = (
    "whether the site's terms of use allow what you mean to do with its texts",
    "how far back its addresses answer: what is listed below was counted, not fetched",
    "pages of other kinds (live blogs, galleries, subscriber articles) beyond those tried",
)


def identifier(home: str, name: str | None) -> str:
    """A short name for the source's file: of the host without www and country, else of the outlet's name."""
    host = (urlsplit(home).hostname or "").removeprefix("www.")
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit():
        labels = [_slug(name or host), ""]
    labels = labels[:-1]
    if len(labels) > 1 and labels[-1] in _TWO_PARTS:
        labels = labels[:-1]
    return _slug("-".join(labels)) or "source"


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:40].strip("-")


def toml(probe: Probe, options: Options, today: date) -> str:
    """The text of the source file."""
    days = probe.days
    parts = [
        _head(probe, today),
        _outlet(probe, days, today),
        *(_find(found) for found in probe.chosen),
        _others(probe),
        _article(probe),
        _pace(probe, options),
        _access(options),
        _parse(probe),
        _expect(probe, days, today),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(probe: Probe, today: date) -> str:
    lines = [
        *_comment(f"{probe.name.value or probe.home}: written on {today} by `wireroom sources add {probe.url}`."),
        *_comment(f"{probe.access.robots} {probe.access.rights}"),
        *_comment(_tried(probe)),
        "#",
        "# Not checked:",
    ]
    for item in _NOT_CHECKED:
        lines += _comment(item, "# - ", "#   ")
    return "\n".join(lines)


def _tried(probe: Probe) -> str:
    """What came of the tried pages, in a sentence."""
    if not probe.pages:
        return "No article was tried."
    words = {"article": "whole", "teaser": "paid for", "login": "behind a log-in", "script": "only with JavaScript"}
    words |= {"barred": "not allowed", "failed": "not reachable", "other": "no article"}
    counts = [(probe.count(kind), word) for kind, word in words.items()]  # type: ignore[arg-type]
    return f"Of {counted(len(probe.pages), 'page')} tried: {', '.join(f'{count} {word}' for count, word in counts if count)}."


def _outlet(probe: Probe, days: list[date], today: date) -> str:
    plan = guesses.schedule(days, probe.home, today)
    rows = [
        ("name", probe.name.value or urlsplit(probe.home).hostname or "", probe.name.evidence),
        ("home", probe.home, ""),
        ("language", probe.language.value, probe.language.evidence),
        ("timezone", probe.timezone.value, probe.timezone.evidence),
        ("schedule", plan.value, plan.evidence),
    ]
    return "\n".join(_guessed(key, value, why) for key, value, why in rows)


def _guessed(key: str, value: str | None, why: str) -> str:
    """A line with its evidence behind it, or above it where that would be too long; commented out without a value."""
    line = f"{key:<8} = {quoted(value)}" if value else f'# {key} = "…"'
    if not why:
        return line
    note = f"guess: {why}" if key in ("language", "timezone", "schedule") else why
    if len(line) + len(note) + 5 <= _WIDTH:
        return f"{line}  # {note}"
    return "\n".join([*_comment(note), line])


def _find(found: Found) -> str:
    spec = found.spec
    lines = [*_comment(f"{reach(found)}. Its address: {found.via}."), "[[find]]", f'kind = "{spec.kind}"']
    lines.append(f"url  = {quoted(spec.url or '')}")
    if spec.date_selector:
        lines.append(f"date = {quoted(spec.date_selector)}")
    if spec.next_selector:
        lines.append(f"next = {quoted(spec.next_selector)}")
    if spec.pages:
        lines.append(f"pages = {quoted(spec.pages)}")
    if spec.kind == "template" and spec.first_day:
        lines.append(f"from = {spec.first_day}  # the first period that the site links to")
    if spec.kind == "template" and spec.last_day:
        lines += [
            *_comment(
                "guess: it has ended, since the last period that the site links to is long past, and of these days it has nothing."
            ),
            f"to   = {spec.last_day}",
        ]
    return "\n".join(lines)


def reach(found: Found) -> str:
    """How much a finder lists and how far back, in words."""
    count = f"{'' if found.whole else 'at least '}{counted(found.articles, 'article')} listed"
    if found.first_day and found.last_day:
        count += f", {found.first_day} to {found.last_day}"
    return count + (f", {found.undated:,} of them without a date" if found.undated else "")


def _others(probe: Probe) -> str:
    """The listing pages that were found and are not used, ready to be taken in."""
    known = {urls.key(url) for found in probe.chosen for url in found.urls}
    usable = [found for found in probe.finders if not found.chosen and found.problem is None]
    spare = [found for found in usable if not known.issuperset(map(urls.key, found.urls))]
    if not spare:
        return ""
    lines = ["# Found too; take one in by removing the signs in front of its lines."]
    for found in spare[:3]:
        lines += [
            f"# {reach(found)}:",
            "# [[find]]",
            f'# kind = "{found.spec.kind}"',
            f"# url  = {quoted(found.spec.url or '')}",
        ]
    return "\n".join(lines)


def _article(probe: Probe) -> str:
    pattern = probe.pattern
    if pattern is None or "'" in pattern.regex:
        lines = [
            "# No pattern was seen in the addresses of its articles. With one, pages of other kinds are not asked for:"
        ]
        return "\n".join([*lines, "# [article]", "# url = '/news/[^/]+$'"])
    lines = [
        "[article]",
        *_comment(f"Guessed from {counted(pattern.of, 'address', 'addresses')}, of which it fits {pattern.fits}."),
    ]
    if pattern.dated:
        lines += _comment("Its groups year, month and day give an article's day before it is fetched.")
    for note in pattern.notes:
        lines += _comment(note if note.endswith(".") else note + ".")
    return "\n".join([*lines, f"url = '{pattern.regex}'"])


def _pace(probe: Probe, options: Options) -> str:
    """The delay that was given, else five seconds; robots.txt may only ask for more."""
    asked, given = probe.access.crawl_delay, options.pace
    if asked and asked > (5 if given is None else given.total_seconds()):
        return f'[pace]\ndelay = "{asked:g}s"  # robots.txt asks for it'
    if given is not None:
        return f'[pace]\ndelay = "{given.total_seconds():g}s"  # as --delay says'
    return '[pace]\ndelay = "5s"  # robots.txt asks for no longer one'


def _access(options: Options) -> str:
    lines = [f"allow = {quoted(sorted(options.allow))}"] if options.allow else []
    lines += [f"robots_basis = {quoted(options.robots_basis)}"] if options.robots_basis else []
    lines += [f"rights_basis = {quoted(options.rights_basis)}"] if options.rights_basis else []
    return "\n".join(["[access]", *lines]) if lines else ""


def _parse(probe: Probe) -> str:
    """What the tried articles have in common; datelines and agencies are left to a person, since four pages are few."""
    lines: list[str] = []
    furniture = trying.repeated_lines(probe.articles)
    if furniture:
        lines += _comment("These lines stand in every article that was tried.")
        lines.append(f"furniture = {quoted(furniture)}")
    orders = _seen(dateline.rule for article in probe.articles for dateline in article.datelines[:1])
    if orders:
        lines += _comment("Datelines seen; naming their orders makes reading them surer.")
        lines.append(f"# dateline = {quoted(orders)}")
    agencies = _seen(article.info_source for article in probe.articles)
    if agencies:
        lines += _comment("Agencies seen; name the one that writes the outlet's own copy, if one does.")
        lines.append(f"# info_source = {quoted(agencies[0])}")
    return "\n".join(["[parse]", *lines]) if lines else ""


def _expect(probe: Probe, days: list[date], today: date) -> str:
    lines = []
    quiet, normal = guesses.silence(days, today), guesses.week(days, today)
    if quiet:
        lines += ["# guess: three times the longest gap of the last sixty days", f'silence  = "{quiet}d"']
    if normal:
        numbers = f'{{ per = "week", min = {normal[0]}, max = {normal[1]} }}'
        lines += [
            f"# guess: half of the quietest week that is listed, and twice the busiest and {guesses.CHANCE}",
            f"articles = {numbers}",
        ]
    whole = [article for article in probe.articles if article.headline and article.body]
    if len(whole) >= 3 and len(whole) == len(probe.pages):
        lines.append("filled   = { headline = 1.0, body = 0.95 }")
    return "\n".join(["[expect]", *lines]) if lines else ""


def _seen(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _comment(text: str, first: str = "# ", later: str = "# ") -> Iterator[str]:
    """Text as lines of comment; nothing that a site says can end one."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    yield from textwrap.wrap(plain, _WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False)
