"""Further forms of a site's article addresses: an outlet may have changed them, and what lists its past has the former ones still."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from flows.plural import counted
from flows.probing import pattern
from flows.probing.records import Found, Pattern, Tried

FEWEST = 5
"""Listed addresses that are built alike, from which on they may be a form of articles."""

SHARE = 0.05
"""Of all that is listed: the same."""

MOST = 2
"""Further forms that are tried, those of most addresses first; of each two pages."""


def widened(inferred: Pattern, seen: Sequence[Found], judged: Callable[[str], Tried]) -> Pattern:
    """The pattern, with those other forms of listed addresses in it whose tried pages are articles with a date."""
    found = [form for form in _others(inferred, seen) if all(map(_is_article, map(judged, (form[0], form[-1]))))]
    made = [(form, each) for form in found if (each := pattern.infer(form))]
    if not made:
        return inferred
    return replace(
        inferred,
        regex=pattern.either([inferred.regex, *(each.regex for _, each in made)]),
        fits=inferred.fits + sum(each.fits for _, each in made),
        of=inferred.of + sum(each.of for _, each in made),
        notes=(*inferred.notes, *(_note(form) for form, _ in made)),
    )


def _note(form: Sequence[str]) -> str:
    many = counted(len(form), "listed address", "listed addresses")
    return f"It has another form of {many} too, as {form[-1]}: the two pages of them that were tried are articles."


def _others(inferred: Pattern, seen: Sequence[Found]) -> list[list[str]]:
    """The addresses in sitemaps, and under headlines in archives, that the pattern does not fit, by the way they are built."""
    listed = list(dict.fromkeys(_listed(seen)))
    groups = defaultdict[object, list[str]](list)
    for url in listed:
        if not re.search(inferred.regex, url):
            groups[pattern.build(url)].append(url)
    many = [group for group in groups.values() if len(group) >= max(FEWEST, SHARE * len(listed))]
    return sorted(many, key=len, reverse=True)[:MOST]


def _listed(seen: Sequence[Found]) -> Iterator[str]:
    for found in seen:
        if found.problem is None and found.spec.kind in ("sitemap", "template"):
            yield from found.urls if found.spec.kind == "sitemap" else found.titled


def _is_article(page: Tried) -> bool:
    return page.kind in ("article", "teaser") and page.article is not None and page.article.published is not None
