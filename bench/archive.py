"""What the raw archive costs: writing, reading, verifying and rebuilding pages, in CPU; and the files that two years leave.

python -m bench.archive [PAGES]     pages of the sample outlet, each with a text of its own (1,000 unless said)
"""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
import time
import tracemalloc
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from flows.rereading import rebuild
from flows.sample.pages import pages
from flows.sample.site import SOURCE_ID, source_text
from flows.workspace import Workspace, create
from parsers import urls
from warehouse import archive, loader, spool
from warehouse.archive import segments, verifying
from warehouse.archive.captures import Capture, payload_hash
from warehouse.folders import Folders

START = datetime(2026, 1, 1)  # naive UTC, as every time here
BASE = "http://127.0.0.1:8765"
RUN = str(uuid.UUID(int=1))


def captured(count: int) -> Iterator[Capture]:
    """So many pages, each with a word that no other has, as a server sends them."""
    bodies = [(path, reply) for path, reply in pages(corrected=False).items() if "_" in path]
    for number in range(count):
        path, reply = bodies[number % len(bodies)]
        body = reply.body.replace(b"<p>", f"<p>Number {number}. ".encode())
        url = f"{BASE}{path.replace('.html', f'-{number}.html')}"
        yield Capture(
            fetch_id=str(uuid.uuid4()), source_id=SOURCE_ID, url_key=urls.key(url), role="article", requested_url=url,
            final_url=url, observed_at=START + timedelta(seconds=5 * number), outcome="fetched", run_id=RUN, status=200,
            status_line="HTTP/1.1 200 OK", headers=(("Content-Type", reply.content_type), ("Content-Encoding", "gzip")),
            wire=gzip.compress(body), content_encoding="gzip", content_type=reply.content_type,
            payload_hash=payload_hash(body), payload_bytes=len(body),
        )  # fmt: skip


def measured(what: str, count: int, work: Callable[[], object]) -> None:
    """Do some work, and say what it cost a page, child processes included."""
    before, started = os.times(), time.perf_counter()
    work()
    after = os.times()
    spent = sum(after[:4]) - sum(before[:4])
    wall = time.perf_counter() - started
    print(
        f"{what:<34} {spent / count * 1000:8.2f} CPU-ms a page {count / spent:10,.0f} pages a CPU-s {wall:8.1f} s of wall"
    )


def write(folders: Folders, count: int) -> None:
    """Append pages, synced and noted every fifty, as a run does."""
    with archive.Appender(folders, SOURCE_ID, RUN) as appender:
        for number, page in enumerate(captured(count), start=1):
            appender.append(page)
            if number % 50 == 0:
                appender.note([])
                appender.sync()
        spool.write(folders, appender.segment_rows(), source_id=SOURCE_ID, run_id=RUN)


def read(folders: Folders) -> None:
    """Read every capture with its body."""
    for entry in archive.history(folders, SOURCE_ID):
        if hasattr(entry, "capture"):
            assert entry.capture.body


def two_years(folders: Folders) -> str:
    """The files after a pass every quarter of an hour for two years, four new pages each; one pass in twenty is made."""
    moment, passes = START, 0
    new = captured(1 << 30)
    while moment < START + timedelta(days=731):
        at = moment
        with archive.Appender(folders, "twoyears", RUN, clock=lambda at=at: at) as appender:
            for _ in range(4):
                appender.append(next(new))
            appender.note([])
        passes += 1
        moment += timedelta(minutes=15 * 20)
    paths = list(segments.files(folders, "twoyears"))
    size = sum(path.stat().st_size for path in paths)
    states = sum(path.stat().st_size for path in folders.archive.rglob("*.json"))
    return (
        f"{passes:,} passes over two years: {len(paths)} file(s), {size / 1e6:,.0f} MB, {states / 1e3:,.0f} kB of state"
    )


def main() -> None:
    """Measure, and print one line a figure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        workspace: Workspace = create(Path(folder) / "news")
        (workspace.sources / f"{SOURCE_ID}.toml").write_text(source_text(BASE))
        folders = workspace.folders
        measured("making pages (not the archive's)", count, lambda: list(captured(count)))
        measured("making and writing", count, lambda: write(folders, count))
        loader.drain(folders, publish_now=True)
        measured("reading with bodies", count, lambda: read(folders))
        measured("verifying", count, lambda: list(verifying.verify(folders)))
        tracemalloc.start()
        read(folders)
        print(f"{'memory at most while reading':<34} {tracemalloc.get_traced_memory()[1] / 1e6:8.1f} MB")
        tracemalloc.stop()
        measured("rebuilding, parsing included", count, lambda: rebuild.rebuild(workspace))
        size = sum(path.stat().st_size for path in segments.files(folders))
        print(f"{'bytes a page':<34} {size / count:8,.0f}")
        print(two_years(folders))


if __name__ == "__main__":
    main()
