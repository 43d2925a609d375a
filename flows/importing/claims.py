"""Which source a page belongs to: by the sources' own rules, or by what the user says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache
from urllib.parse import urlsplit

from flows.importing.records import Options, Report
from flows.readings import may_be_article
from flows.sources import SourceDefinition
from flows.unclaimed import unclaimed
from parsers import urls

Claim = tuple[bool, bool, bool, int]
"""How specific a claim is: by a pattern, by the very host, by its port too, and by how much of the address the pattern spells."""


class Claims:
    """The sources that may take pages, and the user's filter."""

    def __init__(self, sources: Sequence[SourceDefinition], options: Options = Options()) -> None:  # noqa: B008  (frozen)
        self._forced = next((source for source in sources if source.source_id == options.forced), None)
        self._unclaimed = unclaimed() if options.keep_unclaimed else None
        self._sources = tuple(source for source in sources if _is_wanted(source, options))
        self._match = tuple(map(_pattern, options.match))
        self._by_host = lru_cache(maxsize=4096)(self._of_host)

    def concerns(self, url: str) -> bool:
        """Whether an address passes the user's filter (`--match`)."""
        plain = url.partition("://")[2]
        return not self._match or any(pattern.match(plain) for pattern in self._match)

    def source_of(self, url: str, report: Report) -> SourceDefinition | None:
        """The source that gets the page at an address; a contest is noted in the report."""
        if self._forced is not None:
            return self._forced
        claims = [(_claim(source, url), source) for source in self._by_host(host_of(url))]
        claims = [(claim, source) for claim, source in claims if claim is not None]
        if not claims:
            return self._unclaimed
        if len(claims) == 1:
            return claims[0][1]
        claims.sort(key=lambda item: (item[0], item[1].source_id), reverse=True)
        self._note_contest([source.source_id for _, source in claims], report)
        return claims[0][1]

    def site_named(self, place: str) -> str | None:
        """The address of the site of a source that has this host (and port) for a name; None where no source has."""
        for source in self._sources:
            homes = (source.home, *(f"https://{host}" for host in source.hosts))
            for home in homes:
                if place_of(f"http://{place}/") == place_of(home):
                    return f"{urlsplit(home).scheme}://{place.lower()}"
        return None

    def _of_host(self, host: str) -> tuple[SourceDefinition, ...]:
        return tuple(source for source in self._sources if _is_on(host, source))

    def _note_contest(self, names: list[str], report: Report) -> None:
        others = " and ".join(sorted(names[1:]))
        report.note(f"Pages that {others} would take as well went to {names[0]}, whose rules fit them more closely.")


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """The host of an address in small letters, without its port and `www.`; empty where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def place_of(url: str) -> str:
    """The host of an address and its port, where it names one, as a reader is told of it."""
    try:
        port = urlsplit(url).port
    except ValueError:
        port = None
    return f"{host_of(url)}:{port}" if port else host_of(url)


def _is_wanted(source: SourceDefinition, options: Options) -> bool:
    return not options.sources or source.source_id in options.sources


def _is_on(host: str, source: SourceDefinition) -> bool:
    hosts = {name.lower().removeprefix("www.") for name in source.hosts}
    return host in hosts or urls.same_site(f"http://{host}/", _without_port(source.home))


def _without_port(url: str) -> str:
    """Archives of an outlet often lack the port of a test server, and hosts are compared without it."""
    return f"http://{urlsplit(url).hostname or ''}/"


def _claim(source: SourceDefinition, url: str) -> Claim | None:
    """How specifically a source on whose site an address lies claims it; None where its pattern does not fit."""
    if not may_be_article(url, source.profile):
        return None
    pattern = source.profile.url_pattern
    found = re.search(pattern, url) if pattern else None
    exact = host_of(url) == host_of(source.home)
    return found is not None, exact, place_of(url) == place_of(source.home), len(found[0]) if found else 0


def _pattern(text: str) -> re.Pattern[str]:
    """What `--match` asks for: a host with all below it, or an address with * for anything."""
    plain = text.partition("://")[2] or text
    if "*" in plain or "?" in plain or "/" in plain.rstrip("/"):
        return re.compile(translate(plain if "*" in plain or "?" in plain else plain + "*"), re.IGNORECASE)
    host = re.escape(plain.rstrip("/").removeprefix("www."))
    return re.compile(rf"(?:[\w.-]+\.)?{host}(?::\d+)?(?:[/?#]|$)", re.IGNORECASE)
