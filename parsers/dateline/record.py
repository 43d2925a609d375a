"""From what was read to the record: the year resolved, doubts noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from parsers.dateline import cjk, dates, grammar
from parsers.records import Dateline, Profile
from parsers.vocabulary import COLON_DOMAINS

_CONFLICT = 3  # days between address and dateline that are worth a warning


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the text."""

    language: str | None
    published: date | None
    basis: str
    url_day: date | None
    profile: Profile | None
    colon: bool = False  # the address is of a country whose papers lead with "City: Text"


def context_of(
    language: str | None, published: date | None, url: str | None, profile: Profile | None, basis: str
) -> Context:
    url_day = dates.of_url(url, profile.url_pattern if profile else None)
    language = (language or (profile.language if profile else None) or "").split("-")[0].lower() or None
    colon = url is not None and _leads_by_colon(url)
    if published is None and url_day is not None:
        return Context(language, url_day, "url", url_day, profile, colon)
    return Context(language, published, basis, url_day, profile, colon)


@lru_cache(maxsize=512)
def _leads_by_colon(url: str) -> bool:
    """Whether an address is of a country whose papers lead with "City: Text"."""
    host = url.split("//")[-1].split("/")[0].split(":")[0].rstrip(".").lower()
    return host.endswith(COLON_DOMAINS)


def of_candidate(text: str, start: int, found: grammar.Candidate, context: Context) -> Dateline:
    names = tuple(n for t in found.tags for n in t.names)
    ids = tuple(dict.fromkeys(i for t in found.tags for i in t.ids))
    warnings = tuple(w for t in found.tags for w in t.warnings)
    return _dateline(
        text, (start, found.end), found.places.names if found.places else (), found.date, names, ids, found.byline,
        found.order.name, found.confidence, warnings, context,
    )  # fmt: skip


def of_head(text: str, start: int, head: cjk.Head, context: Context) -> Dateline:
    return _dateline(
        text, (start, head.end), head.places, head.date, head.tags, head.ids, head.byline, head.rule, head.confidence, (), context,
    )  # fmt: skip


def _dateline(
    text: str,
    span: tuple[int, int],
    places: tuple[str, ...],
    printed: dates.Printed | None,
    tags: tuple[str, ...],
    ids: tuple[str, ...],
    byline: str | None,
    rule: str,
    confidence: float,
    warnings: tuple[str, ...],
    context: Context,
) -> Dateline:
    """The record, its date resolved."""
    resolved = dates.resolve(printed, context.published, context.basis) if printed else None
    if resolved:
        warnings += resolved.warnings + _url_conflict(resolved, context)
    return Dateline(
        raw=text[span[0] : span[1]],
        places=places,
        date=resolved.text if resolved else None,
        precision=resolved.precision if resolved else None,
        source_tags=tags,
        info_sources=ids,
        byline=byline,
        start=span[0],
        end=span[1],
        rule=rule,
        confidence=confidence,
        warnings=warnings,
        date_basis=resolved.basis if resolved else None,
    )


def _url_conflict(resolved: dates.Resolved, context: Context) -> tuple[str, ...]:
    """A warning when an article's address names a day more than three days from the dateline's; a digest's may."""
    digest = context.profile is not None and context.profile.split is not None
    if context.url_day is None or resolved.precision != "day" or digest:
        return ()
    apart = abs((context.url_day - date.fromisoformat(resolved.text)).days)
    return (f"address says {context.url_day}",) if apart > _CONFLICT else ()
