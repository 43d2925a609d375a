"""The check that what was withdrawn is gone: from the tables of every edition, the archive, the spool, the search.

What is left of it is a hash of its address, so it is looked for by address: in every row and record that could carry
its text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse import archive
from warehouse.archive import Capture, Damaged, segments
from warehouse.doctor.findings import Check, Examination, Finding, copy_of

SCANNED = 500_000_000
"""Bytes of archive that are read from end to end without being asked to."""

MEANS = "What was withdrawn must be gone from every file; a text that stays may be against somebody's right."

_LEFT = """
SELECT source_id, 'a reading' AS what, count(*) FROM readings
WHERE list_contains($1::UUID[], url_key) OR list_contains($1::UUID[], final_key) OR list_contains($1::UUID[], canonical_key) OR list_contains($2::VARCHAR[], source_id) GROUP BY ALL
UNION ALL
SELECT t.source_id, 'a text', count(*) FROM texts AS t
WHERE list_contains($2::VARCHAR[], t.source_id) OR t.article_id IN (SELECT article_id FROM article_urls WHERE list_contains($1::UUID[], url_key)) GROUP BY ALL
"""


@dataclass(frozen=True, slots=True)
class Gone:
    """What must be gone: addresses by their keys, from every source; whole sources; when the last of it was withdrawn."""

    keys: frozenset[str]
    sources: frozenset[str]
    last: datetime | None

    def covers(self, capture: Capture) -> bool:
        """Whether a capture shows a page that was withdrawn."""
        return capture.source_id in self.sources or not self.keys.isdisjoint({capture.url_key, capture.final_key})


def withdrawn_is_gone(examination: Examination) -> Iterator[Finding]:
    """No file of the workspace has what was withdrawn."""
    for path in sorted(examination.folders.withdrawals.glob("*.json")):
        yield Finding(str(path), "was ordered and is not carried out to its end", "wireroom ingest --all", MEANS)
    gone = _gone(examination)
    if gone.last is None:
        return
    yield from _in_tables(examination, gone)
    yield from _in_archive(examination, gone)
    yield from _in_spool(examination, gone)
    for path in [examination.folders.search, *sorted(examination.folders.feeds.glob("*"))]:
        if path.exists() and datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None) < gone.last:
            yield Finding(str(path), "was made before the last withdrawal", f"rm {path}*", MEANS)


def _gone(examination: Examination) -> Gone:
    found = copy_of(examination).execute("SELECT source_id, url_key::VARCHAR, withdrawn_at FROM withdrawals").fetchall()
    return Gone(
        frozenset(key for _, key, _ in found if key),
        frozenset(source_id for source_id, key, _ in found if not key),
        max((moment for *_, moment in found), default=None),
    )


def _in_tables(examination: Examination, gone: Gone) -> Iterator[Finding]:
    """Rows of every edition that lies there, for somebody may open an older one; the live database has those of the newest."""
    keys = sorted(gone.keys)
    newest = examination.folders.warehouse.resolve()
    for path in sorted(examination.folders.editions.glob("*.duckdb")):
        mend = "wireroom rebuild" if path == newest else f"rm {path}"
        with closing(duckdb.connect(str(path), read_only=True)) as con:
            for source_id, what, count in con.execute(_LEFT, [keys, sorted(gone.sources)]).fetchall():
                yield Finding(str(path), f"has {what} of {source_id} that was withdrawn ({count})", mend, MEANS)


def _in_archive(examination: Examination, gone: Gone) -> Iterator[Finding]:
    """Records whose body is there although their page was withdrawn."""
    paths = [path for path in segments.files(examination.folders) if _concerns(path, gone)]
    if not examination.full and sum(path.stat().st_size for path in paths) > SCANNED:
        yield Finding(
            str(examination.folders.archive),
            "is too large to be searched in passing for what was withdrawn",
            "wireroom doctor --full",
        )
        return
    for path in paths:
        for capture in archive.captures(path, _passed_over):
            if capture.wire and gone.covers(capture):
                yield Finding(
                    str(path),
                    f"has the page of fetch {capture.fetch_id}, which was withdrawn",
                    f"wireroom withdraw {capture.requested_url} --reason 'it was left'",
                    MEANS,
                )


def _passed_over(damage: Damaged) -> None:
    """Damage is another check's finding."""


def _concerns(path: Path, gone: Gone) -> bool:
    return bool(gone.keys) or path.parent.name in gone.sources


def _in_spool(examination: Examination, gone: Gone) -> Iterator[Finding]:
    """Lines of batches (waiting, set aside, or not accepted yet) that carry a reading of what was withdrawn."""
    names = [key.encode() for key in gone.keys]
    folders = examination.folders
    for path in [*folders.spool.rglob("*.jsonl*"), *(folders.data / "reparse").rglob("*.jsonl*")]:
        if not path.is_file():
            continue
        for line in path.read_bytes().splitlines():
            if line.startswith(b'{"reading"') and any(name in line for name in names):
                yield Finding(str(path), "has a reading of what was withdrawn", f"rm {path}", MEANS)
                break


CHECKS = (Check("withdrawn", "What was withdrawn is in no file.", withdrawn_is_gone),)
