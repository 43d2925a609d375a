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


_DATA = load("agencies")
AGENCIES: tuple[Agency, ...] = tuple(
    Agency(a["id"], a["name"], a["kind"], tuple(a["languages"]), tuple(a["aliases"])) for a in _DATA["agency"]
)
BRACKETED_ONLY = frozenset(_DATA["bracketed_only"])
BY_ID: dict[str, Agency] = {a.id: a for a in AGENCIES}


def _by_alias() -> dict[str, tuple[Agency, ...]]:
    """Agencies by the plain form of every alias and name; of two, the one that it is the more usual tag of comes first."""
    ranked: dict[str, list[tuple[int, Agency]]] = {}
    for agency in AGENCIES:
        for rank, alias in enumerate(dict.fromkeys(plain(a) for a in (*agency.aliases, agency.name))):
            ranked.setdefault(alias, []).append((rank, agency))
    return {alias: tuple(a for _, a in sorted(found, key=lambda f: f[0])) for alias, found in ranked.items()}


_ALIASES = _by_alias()


def _by_first_letters() -> dict[str, tuple[str, ...]]:
    """Aliases as printed, longest first, by their first two letters; those too long to be a word also in capitals."""
    found: dict[str, set[str]] = {}
    for alias in (a for agency in AGENCIES for a in agency.aliases):
        for form in {alias, alias.upper()} if len(alias) > 4 else {alias}:
            found.setdefault(form[:2], set()).add(form)
    return {key: tuple(sorted(forms, key=lambda a: (-len(a), a))) for key, forms in found.items()}


_PRINTED = _by_first_letters()
_BRANCH = re.compile(r"-[А-ЯІЇЄ]{2,20}")  # ИНТЕРФАКС-ЮГ
_NAMED = re.compile(
    r"(?:ИА|РИА|АГН|ІА)\s[\"'«„]?[А-ЯЁІЇЄA-Z][\w\-]{1,30}[\"'»“]?(?=[.,\s])"
)  # how Russian agencies call themselves
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
    close = [(alias, a) for alias, known in _ALIASES.items() if len(alias) >= 5 and one_slip(key, alias) for a in known]
    swapped = [(alias, a) for alias, a in close if sorted(alias) == sorted(key)]  # two letters changed places
    found = {a.id: a for _, a in swapped or close}
    return next(iter(found.values())) if len(found) == 1 else None


def bare(text: str, start: int, *, opens: bool = False) -> int | None:
    """Where a known tag printed without brackets at `start` ends; None when there is none. Case is respected.

    With `opens` the tag would open the paragraph: one that is also a word is not believed there.
    """
    forms = _PRINTED.get(text[start : start + 2], ())
    if forms and text.startswith(forms, start):
        for alias in forms:
            end = start + len(alias)
            if text.startswith(alias, start) and not text[end : end + 1].isalnum():
                if opens and alias in BRACKETED_ONLY:
                    return None
                branch = _BRANCH.match(text, end) if alias.isupper() else None
                return branch.end() if branch else end
    named = _NAMED.match(text, start) if text[start : start + 1] in "ИРАІ" else None
    return named.end() if named else None


def domain(text: str, start: int) -> int | None:
    """Where an outlet's domain name printed at `start` ends ("KOMPAS.com"); None when there is none."""
    found = _DOMAIN.match(text, start)
    return found.end() if found else None
