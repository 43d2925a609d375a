"""What a decade costs, and whether it is whole: two sources of a made archive, killed and undisturbed, held against each other.

    python -m bench.backfill [--days N] [--per-day N] [--kilobytes N] [--kills N]

For each source one backfill runs undisturbed, another is killed with `kill -9` at random moments and begun again until it
ends. Reported are the holes found against those that were planted, also after everything was read anew by another reader,
differences between the tables, pages that were served twice, peak memory by year, the share of the CPU that is neither
fetching nor parsing (see shares.py), and what a second full run asks for.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.archive_site import FIRST, Archive
from flows import backfilling
from flows.rereading import accepting, reparsing
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import archive as pages
from warehouse import reading_copy

ANSWERS = {
    "articles": "SELECT url, headline, date_published, dateline, content_hash::VARCHAR, version, body_extent FROM articles ORDER BY ALL",
    "addresses": "SELECT url, finder, unit, day, outcome, reason FROM address_states ORDER BY ALL",
    "units": "SELECT finder, unit, first_day, last_day, listing, links, undated FROM unit_states ORDER BY ALL",
    "days": "SELECT day, state, found, articles, rejected, gone, missing FROM coverage WHERE scope = 'day' ORDER BY ALL",
    "twice": "SELECT count(*) - count(DISTINCT (fetch_id, item, reader)) FROM readings",
}
"""What must be the same however often a backfill was killed."""

ANOTHER_READER = '[parse]\nfurniture = ["Printed in Meridian"]\n'
"""Added to a source it makes another reader of it, which reads the same: no page has that line."""

BOOKKEEPING, GROWTH = 0.10, 1.20
"""Largest share of the CPU that is neither fetch nor parse, and of the peak memory of the last year over that of the first."""


def main() -> int:
    """Measure both sources, print what came of it as JSON, and say by the exit code whether all is well."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("days", 3_650), ("per-day", 5), ("kilobytes", 60), ("kills", 20)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--source", choices=("daily", "yearly"), action="append")
    asked = options.parse_args()
    archive = Archive(asked.days, asked.per_day, asked.kilobytes)
    with tempfile.TemporaryDirectory() as name, served(archive, Path(name)) as base:
        found = {
            source: measured(Path(name), base, archive, source, asked.kills)
            for source in asked.source or ["daily", "yearly"]
        }
    print(json.dumps(found, indent=2))
    return 0 if all(is_well(one) for one in found.values()) else 1


def is_well(found: dict[str, Any]) -> bool:
    """Whether everything is as it must be."""
    nothing = (
        "holes_missed",
        "holes_invented",
        "reparse_left",
        "reparse_holes_differ",
        "reparse_different",
        "different",
        "holes_differ",
        "fetched_twice",
        "second_run_articles",
        "articles_missing",
    )
    return (
        not any(found[name] for name in nothing)
        and found["bookkeeping"] < BOOKKEEPING
        and found["memory_growth"] < GROWTH
    )


def measured(folder: Path, base: str, archive: Archive, source: str, kills: int) -> dict[str, Any]:
    """The figures of one source."""
    log = folder / "requests"
    whole = workspace(folder / f"{source}-whole", base, archive, source)
    started = time.monotonic()
    first = in_child(whole, source, archive.days)
    seconds = time.monotonic() - started
    say(f"{source}: undisturbed in {seconds:.0f} s: {first}")
    planted, reported = archive.holes(source), holes(whole, archive, source)
    seen = len(lines(log))
    in_child(whole, source, archive.days)
    second = Counter(kind(path) for _, path in lines(log)[seen:])
    say(f"{source}: second run asked for {dict(second)}")
    killed = workspace(folder / f"{source}-killed", base, archive, source)
    in_flight, again = kill(killed, source, archive.days, kills, seconds, log)
    expected, found = answers(whole), answers(killed)
    pages_read = reparse(whole, source)
    say(f"{source}: {pages_read} pages were read anew")
    anew = answers(whole)
    return {
        **first,
        "articles": len(expected["articles"]),
        "articles_missing": archive.articles(source) - len(expected["articles"]),
        "planted": len(planted),
        "holes_missed": sorted(map(str, planted - reported)),
        "holes_invented": sorted(map(str, reported - planted)),
        "second_run_listings": second["listing"],
        "second_run_articles": second["article"],
        "reparsed": pages_read,
        "reparse_left": first["fetched"] - pages_read,
        "reparse_holes_differ": sorted(map(str, holes(whole, archive, source) ^ reported)),
        "reparse_different": [name for name in ANSWERS if expected[name] != anew[name]],
        "kills": kills,
        "different": [name for name in ANSWERS if expected[name] != found[name]],
        "holes_differ": sorted(map(str, holes(killed, archive, source) ^ reported)),
        "fetched_twice": again,
        "lost_on_the_way": in_flight,
    }


def kill(place: Workspace, source: str, days: int, kills: int, seconds: float, log: Path) -> tuple[int, list[str]]:
    """Kill a backfill so many times, then let it end; pages that were on the way when it died, and those fetched twice.

    A page that was answered and had not reached the archive when the process died is asked for again: nobody has it.
    """
    moments, complete, again, lost = random.Random(11), set[str](), list[str](), 0
    for number in range(kills + 1):
        seen = len(lines(log))
        child = start(place, source, days)
        if number < kills:
            time.sleep(moments.uniform(2.0, 2.0 + 2 * seconds / kills))
            child.kill()
        child.communicate()
        if number == kills and child.returncode:
            raise SystemExit(f"The last run of {source} ended with {child.returncode}.")
        new = lines(log)[seen:]
        served_now = [
            path.replace("/moved/", f"/{source}/")
            for status, path in new
            if status == "200" and kind(path) == "article"
        ]
        again += [path for path in served_now if path in complete]
        before = len(complete)
        complete |= archived(place, source)
        lost += max(0, len(set(served_now)) - (len(complete) - before))
        say(f"{source}: {'killed' if number < kills else 'ended'}, {len(complete)} pages in the archive")
    return lost, again


def reparse(place: Workspace, source: str) -> int:
    """Have every archived page read by another reader, and accept what it says; how many pages that were."""
    path = place.sources / f"{source}.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}{ANOTHER_READER}", encoding="utf-8")
    definition = load(path)
    reparsing.read(place, definition)
    return accepting.accept(place, definition).pages


def holes(place: Workspace, archive: Archive, source: str) -> set[Any]:
    """The days of the archive that are reported as holes."""
    definition = load(place.sources / f"{source}.toml")
    return {hole.day for hole in backfilling.holes(place, definition, FIRST, archive.all_days[-1]) if hole.day}


def answers(place: Workspace) -> dict[str, Any]:
    """What the reading copy says."""
    with reading_copy.connect(place.folders) as con:
        return {name: con.execute(sql).fetchall() for name, sql in ANSWERS.items()}


def archived(place: Workspace, source: str) -> set[str]:
    """Paths of the pages whose record is complete."""
    segments = sorted((place.folders.archive / source).glob("*.warc*"))
    found = (capture for segment in segments for capture in pages.captures(segment, lambda damage: None))
    return {"/" + capture.requested_url.split("/", 3)[3] for capture in found if capture.is_page}


def workspace(root: Path, base: str, archive: Archive, source: str) -> Workspace:
    """A workspace that reads one source of the archive."""
    from bench.archive_site import Site

    made = create(root)
    (made.sources / f"{source}.toml").write_text(Site(archive, base).source_text(source), encoding="utf-8")
    return made


def in_child(place: Workspace, source: str, days: int) -> dict[str, Any]:
    """A backfill to its end, in a process of its own."""
    child = start(place, source, days)
    said, _ = child.communicate()
    if child.returncode:
        raise SystemExit(f"A run of {source} ended with {child.returncode}.")
    return dict(json.loads(said))


def start(place: Workspace, source: str, days: int) -> subprocess.Popen[str]:
    """A backfill in a process of its own."""
    command = [sys.executable, "-m", "bench.shares", str(place.root), source, str(days)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@contextmanager
def served(archive: Archive, folder: Path) -> Iterator[str]:
    """The archive in a process of its own: its address."""
    figures = {"--days": archive.days, "--per-day": archive.per_day, "--kilobytes": archive.kilobytes}
    command = [sys.executable, "-m", "bench.archive_site", str(folder)]
    child = subprocess.Popen(command + [str(part) for pair in figures.items() for part in pair])
    try:
        while not (folder / "address").exists():
            time.sleep(0.05)
        yield (folder / "address").read_text(encoding="utf-8")
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def lines(log: Path) -> list[tuple[str, str]]:
    """Status and path of every answer so far."""
    split = (line.partition(" ") for line in log.read_text(encoding="utf-8").splitlines())
    return [(status, path) for status, _, path in split]


def kind(path: str) -> str:
    """What lies at a path: an article, a listing or manners."""
    if path.endswith("/index.html") or (path.startswith("/yearly/") and path.count("/") == 2):
        return "listing"
    return "article" if path.startswith(("/daily/", "/yearly/", "/moved/")) else "manners"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
