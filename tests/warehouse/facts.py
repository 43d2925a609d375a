"""Rows for tests, made from a few words: everything that is not named has a harmless value."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

from warehouse import rows

SOURCE = "paper"
START = datetime(2026, 3, 1, 12, 0)
NAMESPACE = uuid.UUID("6f0c8f5e-52a0-4d1c-9c5f-9a0f4d7e2b11")


def key(name: str) -> str:
    """A UUID that a name stands for."""
    return str(uuid.uuid5(NAMESPACE, name))


def at(hours: float) -> datetime:
    """A moment so many hours after the start."""
    return START + timedelta(hours=hours)


def found(name: str, *, hours: float = 0, day: date | None = None, **other) -> rows.Found:
    row = rows.Found(
        source_id=SOURCE, url_key=key(name), url_rule=1, url=f"https://paper.example/{name}", finder="index", unit="2026",
        day=day, day_basis="listing" if day else None, title=None, published=None, published_basis=None, modified=None,
        found_at=at(hours), run_id=key("run"),
    )  # fmt: skip
    return replace(row, **other)


def fetched(name: str, *, hours: float = 0, outcome: str = "fetched", **other) -> rows.Fetched:
    row = rows.Fetched(
        fetch_id=key(f"{name}@{hours}"), source_id=SOURCE, url_key=key(name), role="article",
        requested_url=f"https://paper.example/{name}", final_url=None, final_key=None, origin="live", observed_at=at(hours),
        outcome=outcome, status=200, reason=None, attempts=1, next_attempt_at=None, etag=None, last_modified=None,
        content_type="text/html", robots_rule=None, rights=None, payload_hash=key(f"payload {name}@{hours}"), payload_bytes=1000,
        segment_id=key("segment"), record_offset=0, record_length=100, seconds=0.1, run_id=key("run"),
    )  # fmt: skip
    return replace(row, **other)


def text(name: str, words: str, **other) -> rows.Text:
    row = rows.Text(
        url=f"https://paper.example/{name}", canonical_url=None, headline=words.title(), subheadline=None, abstract=None,
        byline=None, authors=[], body=words, body_extent="full", word_count=len(words.split()), dateline=None, located=None,
        located_all=[], dateline_date=None, dateline_date_text=None, dateline_date_precision=None, dateline_date_basis=None,
        datelines=[], source_tag=None, info_source=None, is_wire_copy=None, credit_text=None, date_published=None,
        published_at=None, date_published_text=None, date_published_precision=None, date_published_basis=None,
        date_modified=None, modified_at=None, date_modified_text=None, language="en", keywords=[], article_section=None,
        image_url=None, publisher=None, copyright_notice=None, is_accessible_for_free=None, warnings=[],
    )  # fmt: skip
    return replace(row, **other)


def reading(
    name: str, words: str | None = "a few plain words", *, hours: float = 0, read: float | None = None, reader: str = "r1",
    headline: str | None = None, final: str | None = None, canonical: str | None = None, item: int = 0,
    extent: str = "full", published: date | None = None, reject: str = "not_article", **other,
) -> rows.Reading:  # fmt: skip
    """A reading of the page that `name` showed at `hours`; a reject where there are no words."""
    wide = None
    if words is not None:
        wide = text(name, words, headline=headline or words.title(), body_extent=extent, date_published=published)
    row = rows.Reading(
        fetch_id=key(f"{name}@{hours}"), source_id=SOURCE, url_key=key(name), item=item,
        final_key=key(final) if final else None, canonical_key=key(canonical) if canonical else None,
        observed_at=at(hours), read_at=at(hours if read is None else read), reader=key(reader),
        record_hash=key(f"record {wide}") if wide else None, content_hash=key(f"content {words}") if wide else None,
        opening_hash=key(" ".join(words.split()[:3])) if words else None,
        headline_hash=key(wide.headline) if wide else None, word_count=wide.word_count if wide else 0,
        body_extent=extent if wide else None, reject_reason=None if wide else reject,
        reject_message=None if wide else "This page is no article.", evidence=[], text=wide,
    )  # fmt: skip
    return replace(row, **other)


def withdrawal(name: str | None, *, hours: float = 0) -> rows.Withdrawal:
    return rows.Withdrawal(SOURCE, key(name) if name else None, "asked for", at(hours))
