"""Every key a source file may have: one table that reading, checking and docs/sources.md share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flows import known_holes
from flows import source_values as values


@dataclass(frozen=True, slots=True)
class Key:
    """One key: how its value is read, what it is when missing, and what it means."""

    name: str
    read: values.Reader
    default: Any
    help: str
    required: bool = False


def _tables(value: Any) -> Any:
    return value


TOP = (
    Key("name", values.text, None, "The outlet's name, as readers know it.", required=True),
    Key("home", values.address, None, "Its home page; article addresses must be on the same site.", required=True),
    Key("language", values.language, None, 'Language of its articles where a page does not say: "en", "pt-BR".'),
    Key("timezone", values.timezone, "UTC", "The zone in which a day is a day: windows, coverage, schedule."),
    Key(
        "schedule",
        values.cron,
        None,
        "When `up` and `deploy` let it be ingested: a cron line of five fields, in `timezone`; without it once an hour.",
    ),
    Key("paused", values.flag, False, "true: `ingest --all` and schedules leave it out; `wireroom sources pause`."),
    Key(
        "formerly",
        values.text,
        None,
        "The name its file had before: what was read under that name is not fetched again, and stays where it is.",
    ),
    Key(
        "lookback", values.days, timedelta(days=7), "How far back an ingest looks; a larger one reaches older articles."
    ),
    Key("find", _tables, None, "The finders: one `[[find]]` table each, at least one.", required=True),
    Key("article", _tables, None, "Which addresses are articles."),
    Key("pace", _tables, None, "How gently the outlet is asked."),
    Key("access", _tables, None, "What this source may reach beyond the default, and on what basis."),
    Key("revisit", _tables, None, "When known articles are asked again."),
    Key("parse", _tables, None, "What parsing should know of the outlet."),
    Key("expect", _tables, None, "What a normal week looks like."),
    Key("keep", _tables, None, "How long raw pages are kept."),
    Key("coverage", _tables, None, "What is known to be missing for good."),
)

FIND = (
    Key("kind", values.text, None, "feed, sitemap, index, template, list, wayback or warc.", required=True),
    Key(
        "url",
        values.address,
        None,
        "Where to look; for `template` and `warc` with {year}, {month}, {day}; for `wayback` what to look for.",
    ),
    Key(
        "file",
        values.text,
        None,
        "For `list`: a file of URLs, or a table with url, date, title, beside the source file; read as `import` reads one.",
    ),
    Key("links", values.selector, "a[href]", "CSS selector of the links to articles."),
    Key("date", values.selector, None, "CSS selector of the date beside a link, or of the date heading before it."),
    Key("date_format", values.text, None, 'How that date is written, as for strptime: "%d.%m.%Y".'),
    Key("next", values.selector, None, "CSS selector of the link to the next page."),
    Key(
        "pages",
        values.address,
        None,
        "Address of the later pages, with {page}, counted from `first_page`; of a template also with its period.",
    ),
    Key("first_page", values.count, 2, "The number that `pages` begins with."),
    Key("from", values.day, None, "First day this finder covers; nothing earlier is asked of it."),
    Key("to", values.day, None, "Last day it covers, for an archive that has ended."),
    Key("max_pages", values.count, 200, "Listings that one pass reads at most; a backfill reads all."),
    Key("max_urls", values.count, 50_000, "Addresses that one pass takes at most; a backfill takes all."),
    Key("quiet_pages", values.count, 3, "Stop after so many pages in a row without a link that is new."),
    Key("server", values.address, None, "For `wayback`: the index of another archive than the Internet Archive (CDX)."),
    Key("replay", values.address, None, "What the addresses of its mementos begin with; as a rule beside `server`."),
    Key(
        "match", values.match, None, "How `url` is meant: domain, host, prefix or exact; the domain where it is a site."
    ),
    Key("captures", values.captures, "missing", "Which captures are fetched: missing, first or all."),
    Key("late", values.days, timedelta(days=365), "How long after its day a page may have been captured."),
    Key(
        "delay", values.duration, None, "Least time between two requests to that archive; its own limits hold besides."
    ),
    Key("index", values.address, None, "For `warc`: a CDX server that says in which file, and where, a page lies."),
)

ARTICLE = (
    Key("url", values.pattern, None, "Regular expression of article addresses; groups year, yy, month, day date them."),
    Key("hosts", values.many(values.host), (), "Other hosts on which its articles lie."),
)

PACE = (
    Key("delay", values.duration, timedelta(seconds=5), "Least time between two requests to one host."),
    Key(
        "poll",
        values.duration,
        timedelta(minutes=15),
        'Least time between two looks of a schedule at one listing, doubled while it is quiet; "0s": in every pass.',
    ),
    Key("attempts", values.count, 5, "How often an address that fails is tried before it is left."),
)

ACCESS = (
    Key("allow", values.many(values.host_and_port), (), "host:port pairs that may be asked although they are private."),
    Key("robots_basis", values.text, None, "Why robots.txt is not obeyed here (for example: own site); recorded."),
    Key("rights_basis", values.text, None, "On what basis pages with a rights reservation are read; recorded."),
)

REVISIT = (
    Key(
        "ages",
        values.many(values.duration),
        tuple(timedelta(hours=hours) for hours in (1, 6, 24, 168)),
        "Ages at which a known article is asked again, always conditionally; an empty list: never.",
    ),
)

PARSE = (
    Key(
        "info_source",
        values.text,
        None,
        "The agency that writes the outlet's own copy: an id of parsers/data/agencies.toml, or one of its own.",
    ),
    Key("dateline", values.many(values.order), (), 'The orders its datelines use: "date tag", "place date tag".'),
    Key("furniture", values.many(values.text), (), "Boilerplate lines to drop, compared as whole lines."),
    Key(
        "container",
        values.page_selector,
        None,
        "CSS selector of the element that holds the article; a page without it is read whole, and a selector that is on no page is said.",
    ),
    Key("split", values.split, None, '"datelines" where one page carries several dated items.'),
    Key("site", values.text, None, "A module of parsers/sites, where data cannot say it."),
)

EXPECT = (
    Key("silence", values.duration, None, "Longest time without a new article that is still normal."),
    Key("articles", _tables, None, 'How many articles are normal: { per = "week", min = 3, max = 200 }.'),
    Key("filled", values.shares, (), "Least share of articles that have a field: { headline = 1.0, dateline = 0.95 }."),
    Key("rejected", values.share, None, "Largest share of pages that may turn out to be no article: 0.1."),
    Key("words", _tables, None, "Limits of the usual length of an article, in words: { min = 150, max = 2000 }."),
    Key("layout", values.flag, True, "false: another layout of its pages is no trouble."),
    Key("history", values.flag, True, "false: only the limits here are judged, and not what was usual before."),
)

KEEP = (Key("raw", values.kept, "all", 'What is kept of raw pages: "all", "versions" or a number of days: "90d".'),)

COVERAGE = (
    Key(
        "known",
        values.many(known_holes.read),
        (),
        'Days lost for good, so no longer holes: { from = 2016-05-01, to = 2016-05-03, reason = "…" }.',
    ),
)

SECTIONS: dict[str, tuple[Key, ...]] = {
    "article": ARTICLE,
    "pace": PACE,
    "access": ACCESS,
    "revisit": REVISIT,
    "parse": PARSE,
    "expect": EXPECT,
    "keep": KEEP,
    "coverage": COVERAGE,
}

_BUDGET = {"kind", "from", "to", "max_pages", "max_urls"}

# The keys that mean something to a kind of finder, and those it cannot do without.
KINDS: dict[str, tuple[set[str], set[str]]] = {
    "feed": ({*_BUDGET, "url"}, {"url"}),
    "sitemap": ({*_BUDGET, "url"}, {"url"}),
    "index": (
        {*_BUDGET, "url", "links", "date", "date_format", "next", "pages", "first_page", "quiet_pages"},
        {"url"},
    ),
    "template": ({*_BUDGET, "url", "links", "date", "date_format", "next", "pages", "first_page"}, {"url"}),
    "list": ({*_BUDGET, "file"}, {"file"}),
    "wayback": ({*_BUDGET, "url", "server", "replay", "match", "captures", "late", "delay"}, set()),
    "warc": ({*_BUDGET, "url", "index", "delay"}, set()),
}

PAST = frozenset({"wayback", "warc"})
"""Kinds that are about the past alone: a backfill asks them, an ingest does not."""
