"""The checks that look into the archive: files that are there, and pages that can be read back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from warehouse import archive
from warehouse.archive import links, segments
from warehouse.archive.extents import NotKept
from warehouse.coding import BadCoding
from warehouse.doctor.findings import Check, Examination, Finding, copy_of, streamed

SAMPLE = 300
"""Pages that are read back where not all of them are asked for."""

RESTORE = "wireroom restore BACKUP DIR"
_MEND_LINK = "Put the linked file back, or write where it is now into its .linked.json"

_PAGES = """
SELECT DISTINCT f.fetch_id, f.source_id, f.segment_id, f.record_offset, f.payload_hash, f.requested_url
FROM versions AS v JOIN fetches AS f USING (fetch_id)
WHERE f.segment_id IS NOT NULL AND f.segment_id IN (SELECT segment_id FROM segments)
ORDER BY {order}
"""


def files_are_there(examination: Examination) -> Iterator[Finding]:
    """Every archive file of the ledger is there and as long as it was sealed, and the ledger knows every one."""
    folders = examination.folders
    known: set[str] = set()
    for source_id, segment_id, name, state, size in streamed(
        copy_of(examination), "SELECT source_id, segment_id, file, state, size FROM segments"
    ):
        if state == "linked":
            yield from _linked(folders.archive / str(source_id), str(segment_id), str(name))
            continue
        file = segments.file(folders, str(source_id), str(segment_id))
        if file is None:
            means = "Its pages cannot be shown or read again, and a rebuild would lose their articles."
            yield Finding(str(name), "is missing", RESTORE, means)
            continue
        known.add(file)
        path = folders.archive / file
        settled = state == "sealed" and not any(path.parent.glob(f"*{str(segment_id)[:8]}*.json"))
        if settled and path.stat().st_size != size:
            means = "It was cut or added to after it had been sealed."
            yield Finding(file, f"has {path.stat().st_size:,} bytes, and {size:,} when it was sealed", RESTORE, means)
    for path in segments.files(folders):
        file = str(path.relative_to(folders.archive))
        if file not in known and not any(path.parent.glob(path.name.removesuffix(segments.SUFFIX) + "*.json")):
            means = "Its pages are in no table. The run that wrote it may not have been loaded yet."
            yield Finding(file, "is not in the ledger", "wireroom rebuild", means)


def _linked(folder: Path, segment_id: str, name: str) -> Iterator[Finding]:
    """What is wrong with a linked file, which lies elsewhere and may have been moved."""
    place = links.place(folder, segment_id)
    means = "Its pages were imported with --link: they cannot be shown or read again without it."
    try:
        link = links.read(place)
        size = Path(link.file).stat().st_size
    except NotKept as error:
        yield Finding(name, f"was linked, and the link is lost ({error})", f"wireroom import --link {name}", means)
    except OSError as error:
        said = f"was linked, and cannot be read ({error.strerror})"
        yield Finding(link.file, said, f"Write where it is now into {place}", means)
    else:
        if size != link.size:
            yield Finding(link.file, f"has {size:,} bytes, and {link.size:,} when it was linked", RESTORE, means)


def pages_are_readable(examination: Examination) -> Iterator[Finding]:
    """The page of every version can be read back, and is the one that was fetched."""
    order = "f.segment_id, f.record_offset" if examination.full else f"hash(f.fetch_id) LIMIT {SAMPLE}"
    for fetch_id, source_id, segment_id, offset, payload, url in streamed(
        copy_of(examination), _PAGES.format(order=order)
    ):
        file = segments.file(examination.folders, str(source_id), str(segment_id))
        if file is None:
            continue  # said once for the whole file
        assert isinstance(offset, int)
        problem = _problem(examination, file, offset, fetch_id, payload)
        if problem:
            means = "The version cannot be shown as it was fetched, or read again by a better parser."
            mend = RESTORE if isinstance(problem, str) else _MEND_LINK
            yield Finding(str(url), f"is not at byte {offset:,} of {file}: {str(problem).rstrip('.')}", mend, means)


def _problem(
    examination: Examination, file: str, offset: int, fetch_id: object, payload: object
) -> str | links.LinkLost | None:
    """What is wrong with a capture, or None. What [keep] dropped is not missed."""
    try:
        capture = archive.read(examination.folders, file, offset)
        body = capture.body if payload else b""
    except links.LinkLost as error:
        return error
    except NotKept:
        return None
    except (archive.Damaged, BadCoding) as error:
        return str(error)
    except OSError as error:
        return error.strerror or str(error)
    if UUID(capture.fetch_id) != fetch_id:
        return "another page lies there"
    if payload and UUID(archive.payload_hash(body)) != payload:
        return "its content is not what was fetched"
    return None


CHECKS = (
    Check("segments", "Every archive file is there and whole, and the ledger knows it.", files_are_there),
    Check("pages", "The page of every version can be read back from the archive.", pages_are_readable),
)
