"""The registry of agencies: who a printed source tag is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from parsers.view import plain
from parsers.vocabulary import load, one_slip


@dataclass(frozen=True, slots=True)
class Agency:
    """One that signs copy: an agency, a press-release wire, a newspaper, a broadcaster or a domain."""

    id: str
    name: str
    kind: str
    languages: tuple[str, ...]
    aliases: tuple[str, ...]


AGENCIES: tuple[Agency, ...] = tuple(
    Agency(a["id"], a["name"], a["kind"], tuple(a["languages"]), tuple(a["aliases"]))
    for a in load("agencies")["agency"]
)
BY_ID: dict[str, Agency] = {a.id: a for a in AGENCIES}


def _by_alias() -> dict[str, tuple[Agency, ...]]:
    """Agencies by the plain form of every alias and name."""
    found: dict[str, tuple[Agency, ...]] = {}
    for agency in AGENCIES:
        for alias in dict.fromkeys(plain(a) for a in (*agency.aliases, agency.name)):
            found[alias] = (*found.get(alias, ()), agency)
    return found


_ALIASES = _by_alias()


def _by_first_word() -> dict[str, tuple[str, ...]]:
    """Aliases as printed, longest first, by their first letters; for tags without brackets."""
    found: dict[str, set[str]] = {}
    for agency in AGENCIES:
        for alias in agency.aliases:
            found.setdefault(alias[:2].upper(), set()).add(alias)
    return {key: tuple(sorted(aliases, key=lambda a: (-len(a), a))) for key, aliases in found.items()}


_PRINTED = _by_first_word()
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9][A-Za-z0-9\-]{1,30}\.){1,2}"
    r"(?:com?|net|org|info|news|tv|fm|id|my|ru|de|at|ch|fr|it|es|pt|br|nl|be|uk|ca|au|in|ua|by|kz|tr|pl|cz|sk|eu|us|biz)"
    r"(?![\w@])",
    re.IGNORECASE,
)


@cache
def find(tag: str, language: str | None = None) -> Agency | None:
    """The agency that a printed tag names, the page's language deciding between two; None when it is not known."""
    found = _ALIASES.get(plain(tag))
    if not found:
        return None
    return next((a for a in found if language in a.languages), found[0])


@cache
def near(tag: str) -> Agency | None:
    """The agency whose alias of five letters or more is one letter away from a misspelt tag, if exactly one is."""
    key = plain(tag)
    if len(key) < 4 or not key.isalpha():
        return None
    found = {
        a.id: a for alias, agencies in _ALIASES.items() if len(alias) >= 5 and one_slip(key, alias) for a in agencies
    }
    return next(iter(found.values())) if len(found) == 1 else None


def bare(text: str, start: int) -> int | None:
    """Where a known tag printed without brackets at `start` ends; None when there is none. Case is respected."""
    for alias in _PRINTED.get(text[start : start + 2].upper(), ()):
        end = start + len(alias)
        if (text.startswith(alias, start) or _same(text[start:end], alias)) and not text[end : end + 1].isalnum():
            return end
    return None


def _same(printed: str, alias: str) -> bool:
    """Whether a tag is the alias in capitals; only for aliases long enough not to be a word by chance."""
    return len(alias) > 4 and printed == alias.upper()


def domain(text: str, start: int) -> int | None:
    """Where an outlet's domain name printed at `start` ends ("KOMPAS.com"); None when there is none."""
    found = _DOMAIN.match(text, start)
    return found.end() if found else None
