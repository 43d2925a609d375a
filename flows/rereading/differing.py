"""How two readings of one page differ, by the fields that a user knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from warehouse.proposals import Look
from warehouse.reparsing import Archived, Key, Past
from warehouse.rows import DatelineRow, Reading, Text

Record = Mapping[str, Any]

FAMILIES = {
    "dateline": ("dateline", "located", "located_all", "dateline_date", "dateline_date_text", "dateline_date_precision",
                 "dateline_date_basis", "datelines"),
    "date_published": ("date_published", "published_at", "date_published_text", "date_published_precision", "date_published_basis"),
    "date_modified": ("date_modified", "modified_at", "date_modified_text"),
    "body": ("body", "word_count"),
}  # fmt: skip
"""Columns that say one thing; every other column is a field of its own."""

_COLUMNS = tuple(field.name for field in fields(Text))
_PARTS = tuple(field.name for field in fields(DatelineRow))

FIELD_OF = {column: family for family, columns in FAMILIES.items() for column in columns}

FIELDS = tuple(dict.fromkeys(FIELD_OF.get(name, name) for name in _COLUMNS))
"""What can differ, in the order of the wide record."""

CHOICES = (*FIELDS, "rejected", "accepted")
"""What --fields takes: a field, or the articles that are newly rejected or newly accepted."""


def chosen(names: Sequence[str]) -> list[str]:
    """The fields that are named, a column standing for the field it belongs to; raises ValueError with the likely intended name."""
    found = []
    for name in names:
        field = name if name in CHOICES else FIELD_OF.get(name)
        if field is None:
            close = get_close_matches(name, [*CHOICES, *FIELD_OF], n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(CHOICES)}."
            raise ValueError(f"No field is called {name!r}. {hint}")
        found.append(field)
    return list(dict.fromkeys(found))


def of_page(page: Archived, read: Sequence[Reading], texts: Mapping[Key, Record]) -> list[Look]:
    """How each article of a page differs from what counts; `texts` holds the records of those that may have changed."""
    past = {former.item: former for former in page.past}
    rejected = next((reading for reading in read if reading.record_hash is None), None)
    looks = [_of_article(page, reading, past.get(reading.item), texts) for reading in read if reading is not rejected]
    lost = {item for item, former in past.items() if former.record_hash} - {look.item for look in looks}
    looks += [_lost(page, past[item], rejected) for item in sorted(lost)]
    if rejected is not None and not lost:
        former = next((former.reject_reason for former in page.past), None)
        looks.append(_look(page, 0, "still_rejected", reject=rejected, former_reason=former))
    return looks


def keys_to_compare(page: Archived, read: Sequence[Reading]) -> list[Key]:
    """The records that count of those articles of a page whose new record is another."""
    new = {reading.item: reading.record_hash for reading in read}
    return [
        (former.article_id, former.record_hash)
        for former in page.past
        if former.article_id and former.record_hash and new.get(former.item) not in (None, former.record_hash)
    ]


def as_record(text: Text) -> dict[str, Any]:
    """A wide record as DuckDB gives one back."""
    record = {name: getattr(text, name) for name in _COLUMNS}
    record["datelines"] = [{name: getattr(part, name) for name in _PARTS} for part in text.datelines]
    return record


def differing(old: Record, new: Record) -> list[str]:
    """The fields in which two wide records differ."""
    columns = [name for name in _COLUMNS if old.get(name) != new.get(name)]
    return list(dict.fromkeys(FIELD_OF.get(column, column) for column in columns))


def single(old: Record, new: Record) -> list[str]:
    """The columns in which two wide records differ, of those fields that are one column each."""
    return [name for name in differing(old, new) if name not in FAMILIES]


def _of_article(page: Archived, reading: Reading, former: Past | None, texts: Mapping[Key, Record]) -> Look:
    assert reading.text is not None
    if former is None or former.record_hash is None or former.article_id is None:
        reason = former.reject_reason if former else next((other.reject_reason for other in page.past), None)
        return _look(page, reading.item, "accepted", former_reason=reason, warnings=reading.text.warnings)
    if former.record_hash == reading.record_hash:
        return _look(page, reading.item, "unchanged", former)
    old, new = texts.get((former.article_id, former.record_hash), {}), as_record(reading.text)
    found = differing(old, new)
    gained = [warning for warning in reading.text.warnings if warning not in (old.get("warnings") or ())]
    return _look(page, reading.item, "changed" if found else "unchanged", former, fields=tuple(found), warnings=gained)


def _lost(page: Archived, former: Past, rejected: Reading | None) -> Look:
    """An article that is none any more: its page is rejected, or read as fewer articles."""
    return _look(page, former.item, "rejected", former, reject=rejected)


def _look(
    page: Archived,
    item: int,
    outcome: Any,
    former: Past | None = None,
    *,
    reject: Reading | None = None,
    former_reason: str | None = None,
    fields: Sequence[str] = (),
    warnings: Sequence[str] = (),
) -> Look:
    gone = "not_on_the_page" if outcome == "rejected" else None
    return Look(
        fetch_id=page.fetch_id,
        item=item,
        url_key=page.url_key,
        url=page.url,
        article_id=former.article_id if former else None,
        observed_at=page.observed_at,
        outcome=outcome,
        fields=list(fields),
        reason=reject.reject_reason if reject else gone,
        message=reject.reject_message if reject else None,
        former_reason=former_reason,
        warnings=list(warnings),
    )
