"""The Bulletin's warehouse made without network or clock, always the same: for worked queries and for tests.

Three passes through the real finders, parser and loader: everything as first read, everything read again once the
source's file named the outlet's own agency, and the edition in which the outlet corrects one article.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import parsers
from flows import exchanges, expectations, readings
from flows.discovery import Listing, Unit, Window, find_all
from flows.sample.pages import DEAD_LINK, Reply, pages
from flows.sample.site import SOURCE_ID, source_text
from flows.sources import SourceDefinition, load
from parsers import urls
from parsers.records import Page, Profile
from warehouse import loader, reading_copy, rows, spool
from warehouse.archive import Appender, Capture, Location, payload_hash
from warehouse.folders import Folders

HOST = "meridian.example"
BASE = f"https://{HOST}"
MORNING = datetime.fromisoformat("2026-11-02T06:00")  # naive UTC, as the tables keep it
RUN = "00000000-0000-4000-8000-00000000000{}"


def build(root: Path) -> Folders:
    """The folders of a workspace whose warehouse holds the Bulletin, read three times."""
    folders = Folders(root / "data")
    (root / "sources").mkdir(parents=True)
    path = root / "sources" / f"{SOURCE_ID}.toml"
    path.write_text(source_text(BASE).replace(f'"{HOST}"', f'"{HOST}:443"'), encoding="utf-8")
    source = load(path)
    reading_copy.ensure(folders)
    site, better = pages(corrected=False), source.profile
    poorer = replace(better, info_source=None)
    first = Pass(1, "ingest", MORNING, poorer)
    taken = _load(folders, first, [*_listed(source, site)], _captures(site, MORNING))
    _load(folders, Pass(2, "reparse", MORNING + timedelta(hours=8), better), again=taken)
    later = MORNING + timedelta(days=1)
    changed = {path: page for path, page in pages(corrected=True).items() if page != site.get(path)}
    _load(folders, Pass(3, "ingest", later, better), captures=_captures(changed, later))
    return folders


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: its number, its kind, when its pages are read, and with which profile."""

    number: int
    kind: str
    read_at: datetime
    profile: Profile


def _load(
    folders: Folders,
    made: Pass,
    found: Sequence[rows.Row] = (),
    captures: Sequence[Capture] = (),
    again: Sequence[tuple[Capture, Location]] = (),
) -> list[tuple[Capture, Location]]:
    """Archive the captures, read them and those that are read again, spool and load; where the captures lie."""
    run_id = RUN.format(made.number)
    with Appender(folders, SOURCE_ID, run_id, clock=lambda: made.read_at) as archive:
        batch: list[rows.Row] = [_run(made.number, made.kind, made.read_at), *found]
        archive.note(batch)
        taken = [(capture, archive.append(capture)) for capture in captures]
        batch += _read([*taken, *again], made.profile, made.read_at)
        archive.sync()
        batch += archive.segment_rows()
        spool.write(folders, batch, source_id=SOURCE_ID, run_id=run_id)
    loader.drain(folders, publish_now=True)
    return taken


def _run(number: int, kind: str, moment: datetime) -> rows.Run:
    ended = moment + timedelta(minutes=3)
    return rows.Run(
        RUN.format(number), SOURCE_ID, kind, "completed", moment, ended, ended, None, 0, 0, 0, 0, 0, 0, 0, 0, None
    )


def _listed(source: SourceDefinition, site: Mapping[str, Reply]) -> Iterator[rows.Row]:
    """The outlet, the first run, its units and every address they list."""

    def get(url: str, _: str) -> Listing:
        reply = site[urlsplit(url).path]
        return Listing(url, url, "fetched", None, 200, reply.body, reply.content_type)

    yield rows.Source(
        SOURCE_ID, source.name, source.home, source.language, source.timezone, source.profile.info_source,
        source.definition_hash, MORNING,
    )  # fmt: skip
    yield expectations.row(source, MORNING)
    today = MORNING.date()
    for unit in find_all(source, Window(today - source.lookback, today, today), get):
        yield _unit(unit)
        for candidate in unit.candidates:
            yield rows.Found(
                SOURCE_ID, candidate.url_key, urls.RULE, candidate.url, candidate.finder, candidate.unit, candidate.day,
                candidate.day_basis, candidate.hints.title, candidate.hints.published, candidate.hints.published_basis,
                candidate.hints.modified, MORNING, RUN.format(1),
            )  # fmt: skip


def _unit(unit: Unit) -> rows.Listed:
    return rows.Listed(
        SOURCE_ID, unit.finder, unit.unit, unit.url, unit.first_day, unit.last_day, MORNING, unit.whole, unit.outcome,
        unit.reason, unit.digest, unit.links, len(unit.candidates), unit.undated, RUN.format(1),
    )  # fmt: skip


def _read(taken: Iterable[tuple[Capture, Location]], profile: Profile, read_at: datetime) -> Iterator[rows.Row]:
    """The requests and what a reader makes of the pages."""
    results, reader = [], parsers.reader(profile)
    for capture, place in taken:
        yield exchanges.row(capture, place)
        if capture.is_page:
            page = Page(capture.body, capture.requested_url, capture.content_type, capture.observed_at)
            results.append(parsers.parse(page, profile))
            yield from readings.rows(capture, results[-1], profile=profile, reader=reader, read_at=read_at)
    yield from readings.named_agencies(results, read_at)


def _captures(site: Mapping[str, Reply], observed_at: datetime) -> list[Capture]:
    """Every page that is no listing, and the dead link where the whole site is read."""
    found = [path for path in site if path.startswith("/pr/") and not path.endswith("/index.html")]
    wanted = sorted([*found, DEAD_LINK] if len(found) > 1 else found)
    return [_capture(f"{BASE}{path}", site.get(path), observed_at) for path in wanted]


def _capture(url: str, reply: Reply | None, observed_at: datetime) -> Capture:
    body = reply.body if reply else b"<h1>Not found</h1>"
    key = urls.key(url)
    return Capture(
        fetch_id=str(uuid.uuid5(uuid.UUID(key), observed_at.isoformat())),
        source_id=SOURCE_ID,
        url_key=key,
        role="article",
        requested_url=url,
        observed_at=observed_at,
        outcome="fetched" if reply else "gone",
        run_id=RUN.format(1 if observed_at == MORNING else 3),
        status=200 if reply else 404,
        status_line="HTTP/1.1 200 OK" if reply else "HTTP/1.1 404 Not Found",
        reason=None if reply else "status_404",
        wire=body,
        content_type=reply.content_type if reply else "text/html",
        payload_hash=payload_hash(body) if reply else None,
        payload_bytes=len(body) if reply else None,
    )
