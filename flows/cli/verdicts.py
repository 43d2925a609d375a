"""How a probe's verdict looks: at a glance, then the finders, the pages and the fields as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from flows.cli.app import counted, out
from flows.cli.explaining import labelled
from flows.cli.tables import as_table, cell
from flows.probing.draft import reach
from flows.probing.records import Found, Probe
from parsers.records import Article

_MARKS = {"article": "whole", "teaser": "paid for", "login": "log-in", "script": "JavaScript", "barred": "not allowed"}
_MARKS |= {"failed": "failed", "other": "no article"}


def show(probe: Probe) -> None:
    """Print everything a probe found out."""
    out.print()
    out.print(Text(probe.name.value or probe.home, style="bold"), soft_wrap=True)
    labelled(_glance(probe))
    if probe.finders:
        out.print()
        as_table(
            ["finder", "reach", "state"], [_finder(found) for found in probe.finders], title="Ways to its articles"
        )
        _addresses(probe.finders)
    if probe.pages:
        out.print()
        rows = [
            (_MARKS[page.kind], _short(page.url, probe.home), page.said or "read as an article") for page in probe.pages
        ]
        as_table(["page", "address", "what came of it"], rows, title=shares(probe))
    if probe.articles:
        out.print()
        as_table(["field", "filled", "for example"], _fields(probe.articles), title="Fields")
    out.print()
    if probe.obstacle is None:
        labelled([("verdict", probe.outlook)], indent=0)
        out.print()


def _glance(probe: Probe) -> list[tuple[str, str]]:
    rows = [("site", probe.home), ("robots", probe.access.robots), ("rights", probe.access.rights)]
    guesses = (("language", probe.language), ("time zone", probe.timezone))
    rows += [(label, f"{guess.value or '?'} ({guess.evidence})") for label, guess in guesses if guess.value]
    if probe.pattern:
        rows.append(
            (
                "articles",
                f"{probe.pattern.regex} fits {probe.pattern.fits} of {counted(probe.pattern.of, 'address', 'addresses')}",
            )
        )
    rows.append(("asked", counted(probe.requests, "request")))
    return [(label, value) for label, value in rows if value]


def _finder(found: Found) -> tuple[str, str, str]:
    state = found.problem or ("used" if found.chosen else "not needed")
    return (found.spec.kind, "–" if found.problem else _days(found), state)


def _days(found: Found) -> str:
    """Count and days, short enough for a column."""
    count = f"{found.articles:,}{'' if found.whole else '+'}"
    return f"{count}, {found.first_day} … {found.last_day}" if found.first_day else f"{count}, undated"


def _addresses(finders: Sequence[Found]) -> None:
    """The addresses of the finders, those in use first, whole: a column would cut them."""
    for found in sorted(finders, key=lambda found: not found.chosen):
        why = "" if found.chosen else f" ({found.problem or 'not needed'})"
        said = f"{found.spec.kind}: {found.spec.url}{why}"
        out.print(Text(f"  {said}", style="dim"), soft_wrap=True)


def shares(probe: Probe) -> str:
    """How many of the tried pages were whole, paid for, behind a log-in or drawn by a script."""
    counts = {word: probe.count(kind) for kind, word in _MARKS.items()}  # type: ignore[arg-type]
    said = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{counted(len(probe.pages), 'page')} tried: {said}"


def _fields(articles: Sequence[Article]) -> list[tuple[str, str, str]]:
    """Each field with how many articles have it and one example."""
    values: list[tuple[str, list[Any]]] = [
        ("headline", [article.headline for article in articles]),
        ("body", [f"{len(article.body.split()):,} words" if article.body else None for article in articles]),
        ("dateline", [article.datelines[0].raw.strip() if article.datelines else None for article in articles]),
        ("date", [f"{a.published.text} ({a.published.basis})" if a.published else None for a in articles]),
        ("authors", [article.authors or None for article in articles]),
        ("source tag", [article.source_tag for article in articles]),
        ("language", [article.language for article in articles]),
    ]
    rows = []
    for name, column in values:
        filled = [value for value in column if value]
        rows.append((name, f"{len(filled)} of {len(articles)}", cell(filled[0]) if filled else "–"))
    return rows


def _short(url: str, home: str) -> str:
    return "/" + url.removeprefix(home) if url.startswith(home) else url


def line(probe: Probe) -> str:
    """The verdict in one line, for lists of sites."""
    if probe.obstacle:
        return probe.obstacle
    first = probe.chosen[0]
    kinds = ", ".join(dict.fromkeys(found.spec.kind for found in probe.chosen))
    return f"{kinds}; {reach(first)}; {shares(probe)}"


def as_record(probe: Probe, toml: str | None) -> dict[str, Any]:
    """The verdict for programs."""
    return {
        "url": probe.url,
        "home": probe.home,
        "allowed": probe.access.allowed,
        "robots": probe.access.robots,
        "rights": probe.access.rights,
        "obstacle": probe.obstacle,
        "doubt": probe.doubt,
        "requests": probe.requests,
        "name": probe.name.value,
        "language": {"value": probe.language.value, "evidence": probe.language.evidence},
        "timezone": {"value": probe.timezone.value, "evidence": probe.timezone.evidence},
        "pattern": {"regex": probe.pattern.regex, "fits": probe.pattern.fits, "of": probe.pattern.of}
        if probe.pattern
        else None,
        "finders": [_finder_record(found) for found in probe.finders],
        "pages": [{"url": page.url, "kind": page.kind, "said": page.said} for page in probe.pages],
        "fields": {name: filled for name, filled, _ in _fields(probe.articles)},
        "toml": toml,
    }


def _finder_record(found: Found) -> dict[str, Any]:
    return {
        "kind": found.spec.kind,
        "url": found.spec.url,
        "via": found.via,
        "chosen": found.chosen,
        "problem": found.problem,
        "articles": found.articles,
        "undated": found.undated,
        "whole": found.whole,
        "first_day": str(found.first_day) if found.first_day else None,
        "last_day": str(found.last_day) if found.last_day else None,
    }
