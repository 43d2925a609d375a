"""Reads and checks sources/*.toml: one outlet a file, every mistake named with its file, line and key."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from flows.known_holes import KnownHole
from flows.periods import has_placeholder
from flows.source_keys import FIND, KINDS, SECTIONS, TOP, Key
from flows.source_values import likely
from flows.toml_lines import Place, line_of, lines_of_keys
from parsers.records import Profile

FinderKind = Literal["feed", "sitemap", "index", "template", "list", "wayback", "warc"]


class SourceError(Exception):
    """A source file that cannot be used; its message is whole sentences for the person who wrote the file."""


@dataclass(frozen=True, slots=True)
class FinderSpec:
    """One `[[find]]` table."""

    kind: FinderKind
    url: str | None = None
    file: Path | None = None  # for list, absolute
    links: str = "a[href]"
    date_selector: str | None = None
    date_format: str | None = None
    next_selector: str | None = None
    pages: str | None = None
    first_page: int = 2
    first_day: date | None = None
    last_day: date | None = None
    max_pages: int = 200
    max_urls: int = 50_000
    quiet_pages: int = 3
    server: str | None = None  # for wayback: its CDX server
    replay: str | None = None
    match: str | None = None
    captures: str = "missing"  # missing, first, all
    late: timedelta = timedelta(days=365)
    delay: timedelta | None = None  # of the archive; None: as its limits want it
    index: str | None = None  # for warc

    @property
    def is_one_page(self) -> bool:
        """Whether it is an index of which no page after the first is named."""
        return self.kind == "index" and not self.next_selector and not self.pages


@dataclass(frozen=True, slots=True)
class Expect:
    """What a normal week looks like."""

    silence: timedelta | None = None
    per: str = "week"
    least: int | None = None
    most: int | None = None
    filled: tuple[tuple[str, float], ...] = ()
    rejected: float | None = None  # share of pages that are no article
    shortest: int | None = None  # words of the usual article, at least
    longest: int | None = None
    layout: bool = True  # whether the pages' layout is judged
    history: bool = True  # whether what was usual before is judged


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """An outlet as its file describes it, checked, every default filled in."""

    source_id: str  # the file's stem
    name: str
    home: str
    language: str | None
    timezone: str
    schedule: str | None
    paused: bool  # left out by `ingest --all` and by schedules
    formerly: str | None  # the name under which it was read before
    lookback: timedelta
    finders: tuple[FinderSpec, ...]
    profile: Profile
    hosts: frozenset[str]  # further hosts of its articles
    delay: timedelta
    poll: timedelta  # least time between two scheduled looks at one listing
    max_attempts: int
    allow: frozenset[str]  # "host:port"
    robots_basis: str | None
    rights_basis: str | None
    revisit_ages: tuple[timedelta, ...]
    expect: Expect
    keep: str
    known_holes: tuple[KnownHole, ...]
    definition_hash: str  # of the values, not of comments and layout
    path: Path


def load(path: Path) -> SourceDefinition:
    """The definition in one file; raises SourceError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"The source file {path} cannot be read: {error}.") from error
    return of_text(text, path)


def of_text(text: str, path: Path) -> SourceDefinition:
    """The definition that a text states, which is or would be the file at `path`; raises SourceError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path} is not valid TOML: {error}.") from error
    return _Reading(path, lines_of_keys(text)).definition(data)


def load_each(folder: Path) -> tuple[list[SourceDefinition], dict[Path, str]]:
    """The definitions that can be read, by name, and for each file that cannot all that is wrong with it."""
    found: list[SourceDefinition] = []
    faults: dict[Path, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(load(path))
        except SourceError as error:
            faults[path] = str(error)
    return found, faults


@dataclass(frozen=True, slots=True)
class _Reading:
    """One file being read: knows where its keys stand, so that every error can say so."""

    path: Path
    places: Mapping[Place, int]

    def definition(self, data: dict[str, Any]) -> SourceDefinition:
        top = self.table(data, TOP, ())
        parts = {name: self.table(top[name] or {}, keys, (name,)) for name, keys in SECTIONS.items()}
        article, pace, access = parts["article"], parts["pace"], parts["access"]
        return SourceDefinition(
            source_id=self.source_id(),
            **{
                name: top[name]
                for name in ("name", "home", "language", "timezone", "schedule", "paused", "formerly", "lookback")
            },
            finders=self.finders(top["find"]),
            profile=self.profile(top, article, parts["parse"]),
            hosts=frozenset(article["hosts"]),
            delay=pace["delay"],
            poll=pace["poll"],
            max_attempts=pace["attempts"],
            allow=frozenset(access["allow"]),
            robots_basis=access["robots_basis"],
            rights_basis=access["rights_basis"],
            revisit_ages=parts["revisit"]["ages"],
            expect=self.expect(parts["expect"]),
            keep=parts["keep"]["raw"],
            known_holes=parts["coverage"]["known"],
            definition_hash=_hash(data),
            path=self.path,
        )

    def source_id(self) -> str:
        stem = self.path.stem
        if not stem.replace("-", "").replace("_", "").isalnum() or not stem.isascii() or stem != stem.lower():
            raise SourceError(
                f"The file name {self.path.name} cannot name a source: use small letters, digits, - and _ only."
            )
        return stem

    def profile(self, top: dict[str, Any], article: dict[str, Any], parse: dict[str, Any]) -> Profile:
        return Profile(
            source_id=self.path.stem,
            **{name: top[name] for name in ("name", "home", "language", "timezone")},
            url_pattern=article["url"],
            **parse,
        )

    def finders(self, tables: Any) -> tuple[FinderSpec, ...]:
        if not isinstance(tables, list) or not tables:
            raise self.fault(("find",), "must be written as [[find]], one table for each way to find articles")
        return tuple(self.finder(table, ("find", index)) for index, table in enumerate(tables))

    def finder(self, table: Any, place: Place) -> FinderSpec:
        kind = table.get("kind") if isinstance(table, dict) else None
        if kind is not None and kind not in KINDS:
            raise self.fault((*place, "kind"), f"must be one of {_listed(KINDS)}, not {kind!r}", likely(kind, KINDS))
        values = self.table(table, FIND, place)
        known, required = KINDS[values["kind"]]
        for name in table:
            if name not in known:
                raise self.fault((*place, name), f"means nothing to a finder of kind {kind!r}")
        for name in sorted(required - set(table)):
            raise self.fault((*place, name), f"is missing, and a finder of kind {kind!r} needs it")
        if (kind == "template" or (kind == "warc" and values["url"])) and not has_placeholder(values["url"]):
            raise self.fault((*place, "url"), "must name a period, with {year}, {month}, {day} or {date:%Y-%m-%d}")
        if values["pages"] and "{page}" not in values["pages"]:
            raise self.fault((*place, "pages"), "must contain {page}")
        return self.spec(values)

    def spec(self, values: dict[str, Any]) -> FinderSpec:
        file = values.pop("file")
        return FinderSpec(
            file=(self.path.parent / file).resolve() if file else None,
            first_day=values.pop("from"),
            last_day=values.pop("to"),
            date_selector=values.pop("date"),
            next_selector=values.pop("next"),
            **values,
        )

    def expect(self, values: dict[str, Any]) -> Expect:
        counts = values["articles"] or {}
        self.names(counts, ("per", "min", "max"), ("expect", "articles"))
        if counts.get("per", "week") not in ("day", "week", "month"):
            raise self.fault(("expect", "articles"), 'must say per = "day", "week" or "month"')
        words = values["words"] or {}
        self.names(words, ("min", "max"), ("expect", "words"))
        for name, limits in (("articles", counts), ("words", words)):
            if not all(type(limits.get(end, 0)) is int for end in ("min", "max")):
                raise self.fault(("expect", name), "must give min and max as whole numbers")
        return Expect(
            silence=values["silence"],
            per=counts.get("per", "week"),
            least=counts.get("min"),
            most=counts.get("max"),
            filled=values["filled"],
            rejected=values["rejected"],
            shortest=words.get("min"),
            longest=words.get("max"),
            layout=values["layout"],
            history=values["history"],
        )

    def table(self, table: Any, keys: tuple[Key, ...], place: Place) -> dict[str, Any]:
        """The values of one table, defaults filled in."""
        if not isinstance(table, dict):
            raise self.fault(place, f"must be a table, written [{place[0]}] on a line of its own")
        self.names(table, tuple(key.name for key in keys), place)
        return {key.name: self.value(table, key, place) for key in keys}

    def value(self, table: dict[str, Any], key: Key, place: Place) -> Any:
        if key.name not in table:
            if key.required:
                raise self.fault((*place, key.name), "is missing")
            return key.default
        try:
            return key.read(table[key.name])
        except (ValueError, TypeError) as error:
            raise self.fault((*place, key.name), str(error)) from None

    def names(self, table: dict[str, Any], known: tuple[str, ...], place: Place) -> None:
        for name in table:
            if name not in known:
                raise self.fault((*place, name), "is not known here", likely(name, known))

    def fault(self, place: Place, clause: str, advice: str = "") -> SourceError:
        """The error that says where and what: "In sources/x.toml, line 7, the key `pace.delay` must be …"."""
        line = line_of(dict(self.places), place)
        where = f", line {line}" if line else ""
        key = ".".join(str(part) for part in place if isinstance(part, str))
        return SourceError(f"In {self.path}{where}, the key `{key}` {clause}.{advice}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _hash(data: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()[:32]


assert set(get_args(FinderKind)) == set(KINDS)
