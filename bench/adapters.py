"""What the scorers call: the product's own functions in the scorers' shape, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from parsers import Page, Profile, Rejected, credit, parse
from parsers import dateline as datelines
from parsers.records import StatedDate


def dateline(
    lead: str, *, lang: str | None, published: date | None, url: str | None, title: str | None
) -> Mapping[str, Any] | None:
    """The dateline that opens a lead; None when there is none."""
    found = datelines.read(lead, title=title, language=lang, published=published, url=url)
    if found is None:
        return None
    return {
        "places": list(found.places),
        "date": found.date,
        "source_tags": list(found.source_tags),
        "body_start": found.end,
    }


def credits(
    tail: str, *, lang: str | None, published: date | None, url: str | None, title: str | None
) -> Mapping[str, Any] | None:
    """The credit at the end of a text; None when there is none."""
    _, found = credit.take([tail])
    return {"source_tags": list(found.source_tags), "date": found.date} if found else None


def page(html: bytes, *, url: str | None) -> Mapping[str, Any]:
    """What the product's record states of a page; its body is dateline, body and credit, which the row keeps apart."""
    result = parse(Page(html, url=url), Profile())
    if isinstance(result, Rejected):
        return {"body": None, "headline": None, "published": None, "authors": [], "language": None}
    article = result[0]
    opening = article.datelines[0].raw if article.datelines else ""
    return {
        "body": "\n\n".join(part for part in (opening + article.body, article.credit_text) if part),
        "headline": article.headline,
        "published": _published(article.published),
        "published_precision": article.published.precision if article.published else None,
        "published_basis": article.published.basis if article.published else None,
        "authors": list(article.authors),
        "language": article.language,
    }


def _published(stated: StatedDate | None) -> str | None:
    """What the row states: the text, or the day alone where readers saw another than the one the text has in UTC."""
    if stated is None or stated.day is None or stated.text.startswith(stated.day.isoformat()):
        return stated.text if stated else None
    return stated.day.isoformat()
