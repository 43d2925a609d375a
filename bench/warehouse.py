"""What loading costs: articles per CPU second, bytes written per changed article, and memory, at growing sizes.

    python -m bench.warehouse [ROWS …]

Figures are process CPU seconds and bytes, so that a busy machine says the same as an idle one. The loader runs in a
process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from warehouse import loader, reading_copy, rows, spool
from warehouse.folders import Folders

BATCH = 1_000
BATCHES = 8  # of one drain
WORDS = 480  # about 3 kB of body
START = datetime(2026, 1, 1)
RUN = str(uuid.UUID(int=1))
READER = str(uuid.UUID(int=2))


def main(sizes: list[int]) -> None:
    """Print one line a size."""
    print(f"{'rows':>10} {'new/CPU-s':>10} {'changed/CPU-s':>14} {'mixed/CPU-s':>12} {'kB written/changed':>19} {'file MB':>8} "
          f"{'copy CPU-s':>11} {'peak MB':>8}")  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folders = Folders(Path(name) / "data")
        reading_copy.ensure(folders)
        have = 0
        for visit, size in enumerate(sizes, start=1):
            fill(folders, have, size)
            have = size + 2 * BATCHES * BATCH
            print(measured(folders, size, visit), flush=True)


def measured(folders: Folders, size: int, visit: int) -> str:
    """The figures of one size as a line; `visit` tells the texts of this size from those of others."""
    new = drained(folders, lambda number: new_articles(size + number * BATCH, size + (number + 1) * BATCH))
    changed = drained(folders, lambda number: changed_articles(range(number * BATCH, (number + 1) * BATCH), 2 * visit))
    mixed = drained(folders, lambda number: mixed_articles(size, number, 2 * visit + 1))
    seconds = time.process_time()
    reading_copy.publish(folders, now=True)
    copy = time.process_time() - seconds
    peak = max(each["peak"] for each in (new, changed, mixed))
    rates = [BATCHES * BATCH / each["seconds"] for each in (new, changed, mixed)]
    return (f"{size:>10,} {rates[0]:>10,.0f} {rates[1]:>14,.0f} {rates[2]:>12,.0f} {changed['written'] / BATCH / BATCHES / 1000:>19.1f} "
            f"{folders.live.stat().st_size / 1e6:>8,.0f} {copy:>11.2f} {peak:>8,.0f}")  # fmt: skip


def drained(folders: Folders, make: Callable[[int], Iterator[rows.Row]]) -> dict[str, float]:
    """What one drain of several batches took; opening, checkpoint and closing included, the reading copy not."""
    for number in range(BATCHES):
        spool.write(folders, make(number), source_id="bench", run_id=RUN)
    done = subprocess.run(
        [sys.executable, "-m", "bench.warehouse", "--drain", str(folders.data)], check=True, stdout=-1, text=True
    )
    return dict(json.loads(done.stdout))


def drain(folders: Folders) -> dict[str, float]:
    """Load what lies in the spool, in this process: CPU seconds, bytes sent to storage, peak memory in MB."""
    written, started = _bytes_written(), time.process_time()
    _load(folders)
    return {
        "seconds": time.process_time() - started,
        "written": _bytes_written() - written,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def fill(folders: Folders, first: int, end: int) -> None:
    """Load articles until there are `end`, in large batches."""
    for begin in range(first, end, 5_000):
        spool.write(folders, new_articles(begin, min(end, begin + 5_000)), source_id="bench", run_id=RUN)
        if len(spool.files(folders)) == 4:
            _load(folders)
    _load(folders)


def _load(folders: Folders) -> None:
    """Load and drop the spool without a reading copy."""
    report = loader.Report()
    for path in loader.load_spool(folders, report):
        path.unlink()
    assert not report.problems, report.problems


def new_articles(first: int, end: int) -> Iterator[rows.Row]:
    """Found, fetched and read for the first time."""
    for number in range(first, end):
        yield from capture(number, 0)


def changed_articles(numbers: Iterable[int], state: int) -> Iterator[rows.Row]:
    """Known articles with a new text."""
    for number in numbers:
        yield from list(capture(number, state))[1:]


def mixed_articles(size: int, number: int, state: int) -> Iterator[rows.Row]:
    """A quarter new, a quarter read again without a change, half changed, from all over the table."""
    numbers = random.Random(number).sample(range(size), BATCH * 3 // 4)
    first = size + (BATCHES + number) * BATCH
    yield from new_articles(first, first + BATCH // 4)
    for number in numbers[: BATCH // 4]:
        yield from list(capture(number, 0, again=state))[1:]
    yield from changed_articles(numbers[BATCH // 4 :], state)


def capture(number: int, state: int, *, again: int = 0) -> Iterator[rows.Row]:
    """One article as one visit found it."""
    moment = START + timedelta(seconds=30 * number, hours=state + again)
    url_key, fetch_id = _id("url", number), _id("fetch", number, state, again)
    yield rows.Found("bench", url_key, 1, f"https://bench.example/{number}", "index", moment.strftime("%Y-%m"), moment.date(), "url",
                     None, None, None, None, moment, RUN)  # fmt: skip
    yield rows.Fetched(fetch_id, "bench", url_key, "article", f"https://bench.example/{number}", None, None, "live", moment, "fetched",
                       200, None, 1, None, f'"{number}"', None, "text/html", None, None, _id("payload", number, state), 30_000,
                       _id("segment"), number * 1000, 1000, 0.2, RUN)  # fmt: skip
    words = random.Random(number * 7 + state)
    body = " ".join(words.choices(_VOCABULARY, k=WORDS))
    wide = replace(_BLANK, url=f"https://bench.example/{number}", headline=f"Headline {number} {state}", body=body,
                   date_published=moment.date(), published_at=moment)  # fmt: skip
    claim = _id("url", number + 1) if number % 12 == 0 else None  # some pages name another address
    yield rows.Reading(fetch_id, "bench", url_key, 0, None, claim, moment, moment, READER, _id("record", number, state),
                       _id("content", number, state), _id("opening", number, state), _id("headline", number), WORDS, "full", None, None,
                       [], wide)  # fmt: skip


_VOCABULARY = ["".join(random.Random(i).choices("abcdefghijklmnopqrstuvwxyz", k=3 + i % 7)) for i in range(5_000)]
_BLANK = rows.Text(
    "", None, "", None, "An abstract of one line.", "By a Reporter", ["A Reporter"], "", "full", WORDS, "PARIS, Jan. 1 (AP)—", "PARIS",
    ["PARIS"], date(2026, 1, 1), "2026-01-01", "day", "explicit",
    [rows.DatelineRow("PARIS, Jan. 1 (AP)—", ["PARIS"], "2026-01-01", date(2026, 1, 1), "day", "explicit", ["AP"], ["ap"], None, "place date tag", 0.9, [])],
    "AP", "ap", True, None, date(2026, 1, 1), START, "2026-01-01", "day", "json-ld", None, None, None, "en", ["one", "two"], "World", None,
    "Bench", None, True, [],
)  # fmt: skip


def _id(*parts: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, repr(parts)))


def _bytes_written() -> int:
    """Bytes this process has sent to storage, where the system counts them."""
    try:
        lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--drain"]:
        print(json.dumps(drain(Folders(Path(sys.argv[2])))))
    else:
        main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
