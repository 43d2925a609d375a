"""Parsed articles → the rows that the spool carries: hashes, keys and the wide record."""

from __future__ import annotations

import hashlib
import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from flows.wayback import drift
from parsers import agencies, blocks, urls
from parsers.records import Article, Dateline, Evidence, Profile, Rejected
from warehouse.archive.captures import Capture
from warehouse.rows import Agency, DatelineRow, EvidenceRow, Reading, Text

OPENING_WORDS = 20
"""How many words open a text: a copy that was cut has the same ones as the whole."""

_SAME = (
    dict.fromkeys("“”„‟«»″〝〞", '"')
    | dict.fromkeys("‘’‚‛‹›′`´", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
)
"""Kinds of quotes and of dashes that editors and their software exchange, and letters that nobody sees."""


def rows(
    capture: Capture, result: tuple[Article, ...] | Rejected, *, profile: Profile, reader: str, read_at: datetime
) -> list[Reading]:
    """One reading for each article of the page, or the one that says why there is none."""
    blank = _blank(capture, reader, read_at)
    if isinstance(result, Rejected):
        read = [
            replace(
                blank, reject_reason=result.reason, reject_message=result.message, evidence=_evidence(result.evidence)
            )
        ]
    else:
        read = [_accepted(blank, capture, article, profile) for article in result]
    moment = drift.evidence(capture)
    return [replace(each, evidence=[*moment, *each.evidence]) for each in read] if moment else read


def named_agencies(results: Iterable[tuple[Article, ...] | Rejected], noted_at: datetime) -> list[Agency]:
    """A row for each known agency that the articles name, so that readers of the tables see its name beside its id."""
    articles = [article for result in results if not isinstance(result, Rejected) for article in result]
    named = {article.info_source for article in articles}
    named |= {name for article in articles for dateline in article.datelines for name in dateline.info_sources}
    known = (agencies.BY_ID[name] for name in sorted(filter(None, named)) if name in agencies.BY_ID)
    return [Agency(agency.id, agency.name, agency.kind, noted_at) for agency in known]


def _blank(capture: Capture, reader: str, read_at: datetime) -> Reading:
    """A reading of nothing yet."""
    return Reading(
        fetch_id=capture.fetch_id,
        source_id=capture.source_id,
        url_key=capture.url_key,
        item=0,
        final_key=capture.final_key,
        canonical_key=None,
        observed_at=capture.observed_at,
        read_at=read_at,
        reader=reader,
        record_hash=None,
        content_hash=None,
        opening_hash=None,
        headline_hash=None,
        word_count=0,
        body_extent=None,
        reject_reason=None,
        reject_message=None,
        evidence=[],
        text=None,
    )


def _accepted(blank: Reading, capture: Capture, article: Article, profile: Profile) -> Reading:
    text = wide(capture.final_url or capture.requested_url, article)
    return replace(
        blank,
        item=article.item,
        canonical_key=believed(article.canonical_url, capture, profile),
        record_hash=digest(msgspec.json.encode(text)),
        content_hash=digest(normal(f"{article.headline}\n{article.body}").encode()),
        opening_hash=digest(opening(article.body).encode()),
        headline_hash=digest(normal(article.headline).casefold().encode()),
        word_count=text.word_count,
        body_extent=article.body_extent,
        evidence=_evidence(article.evidence),
        text=text,
        layout=article.layout,
    )


def wide(url: str, article: Article) -> Text:
    """The wide record of an article: every parsed field, flat, the first dateline's parts beside the list of all."""
    first = article.datelines[0] if article.datelines else None
    published, modified = article.published, article.modified
    return Text(
        url=url,
        canonical_url=article.canonical_url,
        headline=article.headline,
        subheadline=article.subheadline,
        abstract=article.abstract,
        byline=article.byline,
        authors=list(article.authors),
        body=article.body,
        body_extent=article.body_extent,
        word_count=blocks.word_count(article.body),
        dateline=first.raw.strip() if first else None,
        located=first.places[0] if first and first.places else None,
        located_all=list(first.places) if first else [],
        dateline_date=first.day if first else None,
        dateline_date_text=first.date if first else None,
        dateline_date_precision=first.precision if first else None,
        dateline_date_basis=first.date_basis if first else None,
        datelines=[_dateline(dateline) for dateline in article.datelines],
        source_tag=article.source_tag,
        info_source=article.info_source,
        is_wire_copy=article.is_wire_copy,
        credit_text=article.credit_text,
        date_published=published.day if published else None,
        published_at=published.instant if published else None,
        date_published_text=published.text if published else None,
        date_published_precision=published.precision if published else None,
        date_published_basis=published.basis if published else None,
        date_modified=modified.day if modified else None,
        modified_at=modified.instant if modified else None,
        date_modified_text=modified.text if modified else None,
        language=article.language,
        keywords=list(article.keywords),
        article_section=article.article_section,
        image_url=article.image_url,
        publisher=article.publisher,
        copyright_notice=article.copyright_notice,
        is_accessible_for_free=article.is_accessible_for_free,
        warnings=list(article.warnings),
    )


def believed(canonical_url: str | None, capture: Capture, profile: Profile) -> str | None:
    """Key of the address a page names as canonical, where it is another one of the same site that may be an article.

    In real pages 8 % name another address, some of them the home page: a claim that cannot be an article's address
    is dropped here, one that other pages contest is dropped by the loader.
    """
    if canonical_url is None:
        return None
    try:
        key = urls.key(canonical_url)
        same_site = urls.same_site(canonical_url, capture.final_url or capture.requested_url)
    except ValueError:
        return None
    if key == capture.url_key or not same_site or not may_be_article(canonical_url, profile):
        return None
    return key


def may_be_article(url: str, profile: Profile) -> bool:
    """Whether an address fits the source's article pattern, or is at least no home page."""
    if profile.url_pattern:
        return re.search(profile.url_pattern, url) is not None
    parts = urlsplit(url)
    return bool(parts.path.strip("/") or parts.query)


def digest(content: bytes) -> str:
    """16 bytes of BLAKE2b as UUID text."""
    return str(uuid.UUID(bytes=hashlib.blake2b(content, digest_size=16).digest()))


def opening(body: str) -> str:
    """The first words of a text as they are compared."""
    # Words do not touch one another, so a beginning gives the same ones as the whole, unless too many of it are none.
    for most in (3 * OPENING_WORDS, -1):
        start = body.split(maxsplit=most)
        words = normal(" ".join(start[:most] if most > 0 else start)).casefold().split()
        if len(words) >= OPENING_WORDS or len(start) <= most:
            break
    return " ".join(words[:OPENING_WORDS])


def normal(text: str) -> str:
    """Text for comparing: NFKC, one kind of quote and dash, single blanks, so that typography is no new version."""
    plain = _plain(text)
    if not plain.isascii() and not unicodedata.is_normalized("NFKC", plain):
        plain = _plain(unicodedata.normalize("NFKC", plain))
    return " ".join(plain.split())


def _plain(text: str) -> str:
    """Text with one kind of quote and dash; to look for each of them alone costs a tenth of looking at every letter."""
    for other, same in _SAME.items():
        text = text.replace(other, same)
    return text


def _dateline(dateline: Dateline) -> DatelineRow:
    return DatelineRow(
        raw=dateline.raw.strip(),
        places=list(dateline.places),
        date_text=dateline.date,
        day=dateline.day,
        precision=dateline.precision,
        basis=dateline.date_basis,
        source_tags=list(dateline.source_tags),
        info_sources=list(dateline.info_sources),
        byline=dateline.byline,
        rule=dateline.rule,
        confidence=dateline.confidence,
        warnings=list(dateline.warnings),
    )


def _evidence(evidence: tuple[Evidence, ...]) -> list[EvidenceRow]:
    """The evidence of fields that had more than one candidate: a single witness is in the row itself."""
    counts = Counter(item.field for item in evidence)
    return [
        EvidenceRow(item.field, item.value, item.basis, item.chosen, item.note)
        for item in evidence
        if counts[item.field] > 1 or item.note
    ]
