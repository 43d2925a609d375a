"""What a warehouse holds after an import, as values that do not depend on when it was done."""

from __future__ import annotations

from typing import Any

from flows.workspace import Workspace
from warehouse import loader, reading_copy

SQL = """
SELECT f.source_id, f.requested_url, f.origin, f.observed_at, f.outcome, f.reason, f.payload_hash, r.reject_reason,
       t.headline, t.body, t.date_published, a.day, a.day_basis, a.finder
FROM fetches AS f
LEFT JOIN readings AS r USING (fetch_id)
LEFT JOIN texts AS t USING (article_id, record_hash)
LEFT JOIN addresses AS a ON a.source_id = f.source_id AND a.url_key = f.url_key
ORDER BY ALL
"""

VERSIONS = """
SELECT u.url_key, v.version, v.content_hash, v.valid_from, v.valid_to, v.fetch_id
FROM versions AS v JOIN article_urls AS u USING (article_id) ORDER BY ALL
"""


def asked(workspace: Workspace, sql: str) -> list[tuple[Any, ...]]:
    """The answer of the newest reading copy, everything in the spool loaded."""
    loader.drain(workspace.folders, publish_now=True)
    with reading_copy.connect(workspace.folders) as con:
        return con.execute(sql).fetchall()


def all_of(workspace: Workspace) -> list[tuple[Any, ...]]:
    """Requests, readings, texts, addresses and versions."""
    return asked(workspace, SQL) + asked(workspace, VERSIONS)


def headlines(workspace: Workspace) -> list[str]:
    """The headlines of all articles."""
    return [headline for (headline,) in asked(workspace, "SELECT headline FROM articles ORDER BY headline")]
