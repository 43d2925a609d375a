"""Articles as IPTC ninjs 3.0, the news industry's JSON: one news object an article.

3.0 rather than 1.x or 2.x, because its names are those of NewsML-G2 and it needs no pattern properties. It has no word
for a date that is known to the day only: an instant goes into contentCreated, everything else into edNote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

STANDARD = {"name": "ninjs", "version": "3.0", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.0.json#"}
PLAIN = "text/plain"


def news_object(record: Mapping[str, Any]) -> dict[str, Any]:
    """The news object of a row of `articles` or `article_versions`; what is not known is left out."""
    item = {
        "uri": f"urn:uuid:{record['article_id']}",
        "standard": STANDARD,
        "type": "text",
        "representationType": "full" if record.get("body_extent") == "full" and record.get("body") else "partial",
        "version": str(record["version"]),
        "versionCreated": _moment(record["valid_from"]),
        "contentCreated": _moment(record.get("published_at")),
        "language": record.get("language"),
        "headlines": [*_texts(record, ("headline", "main"), ("subheadline", "subheadline"))],
        "descriptions": [*_texts(record, ("abstract", "summary"))],
        "bodies": [*_bodies(record)],
        "by": record.get("byline"),
        "people": [{"name": name, "rel": "author"} for name in record.get("authors") or ()],
        "located": record.get("located"),
        "places": [{"name": name, "rel": "located"} for name in record.get("located_all") or ()],
        "subjects": [*_subjects(record)],
        "infoSources": [*_info_sources(record)],
        "copyrightHolder": record.get("publisher"),
        "copyrightNotice": record.get("copyright_notice"),
        "edNote": _note(record),
        "altIds": [
            {"role": name, "value": str(record[name])}
            for name in ("url", "canonical_url", "content_hash")
            if record.get(name)
        ],
    }
    return {name: value for name, value in item.items() if value not in (None, "", [])}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() + "Z" if value else None


def _texts(record: Mapping[str, Any], *fields: tuple[str, str]) -> Iterator[dict[str, Any]]:
    for name, role in fields:
        if record.get(name):
            yield {"role": role, "contentType": PLAIN, "value": record[name]}


def _bodies(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    body = record.get("body")
    if body:
        yield {
            "role": "main",
            "contentType": PLAIN,
            "charCount": len(body),
            "wordCount": record["word_count"],
            "value": body,
        }


def _subjects(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for word in record.get("keywords") or ():
        yield {"name": word, "rel": "keyword"}
    if record.get("article_section"):
        yield {"name": record["article_section"], "rel": "section"}


def _info_sources(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Who wrote it, and who printed it: never one for the other."""
    if record.get("info_source"):
        yield {
            "name": record.get("agency") or record["info_source"],
            "role": "originator",
            "literal": record["info_source"],
        }
    yield {"name": record.get("outlet") or record["source_id"], "role": "distributor", "literal": record["source_id"]}


def _note(record: Mapping[str, Any]) -> str | None:
    """What is known of the dates, in words, and the dateline as printed."""
    said = []
    if record.get("date_published_text"):
        said.append(
            f"Published {record['date_published_text']} (by {record.get('date_published_basis') or 'unknown'})."
        )
    if record.get("date_modified_text"):
        said.append(f"Modified {record['date_modified_text']}.")
    if record.get("dateline"):
        said.append(f"Dateline: {record['dateline']}")
    return " ".join(said) or None
