"""What loading costs: articles per CPU second, bytes written per changed article, and memory, at growing sizes.

    python -m bench.warehouse [ROWS …]

Figures are process CPU seconds and bytes, so that a busy machine says the same as an idle one.
"""

from __future__ import annotations

import random
import resource
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
    print(
        f"{'rows':>10} {'new/CPU-s':>10} {'changed/CPU-s':>14} {'mixed/CPU-s':>12} {'kB/changed':>11} {'file MB':>8} {'copy s':>7} {'peak MB':>8}"
    )
    with tempfile.TemporaryDirectory() as name:
        folders = Folders(Path(name) / "data")
        reading_copy.ensure(folders)
        have = 0
        for size in sizes:
            fill(folders, have, size)
            have = size
            print(measured(folders, size), flush=True)


def measured(folders: Folders, size: int) -> str:
    """The figures of one size as a line."""
    new = rate(folders, lambda number: new_articles(size + number * BATCH, size + (number + 1) * BATCH))
    written = -_bytes_written()
    changed = rate(folders, lambda number: changed_articles(range(number * BATCH, (number + 1) * BATCH)))
    written += _bytes_written()
    mixed = rate(folders, lambda number: mixed_articles(size, number))
    seconds = time.process_time()
    reading_copy.publish(folders, now=True)
    copy = time.process_time() - seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    megabytes = folders.live.stat().st_size / 1e6
    return (f"{size:>10,} {new:>10,.0f} {changed:>14,.0f} {mixed:>12,.0f} {written / BATCH / BATCHES / 1000:>11.1f} "
            f"{megabytes:>8,.0f} {copy:>7.2f} {peak:>8,.0f}")  # fmt: skip


def rate(folders: Folders, make: Callable[[int], Iterator[rows.Row]]) -> float:
    """Articles per CPU second of one drain; opening, checkpoint and closing included, the reading copy not."""
    for number in range(BATCHES):
        spool.write(folders, make(number), source_id="bench", run_id=RUN)
    started = time.process_time()
    _load(folders)
    return BATCHES * BATCH / (time.process_time() - started)


def fill(folders: Folders, first: int, end: int) -> None:
    """Load articles until there are `end`, in large batches."""
    for begin in range(first, end, 20_000):
        spool.write(folders, new_articles(begin, min(end, begin + 20_000)), source_id="bench", run_id=RUN)
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


def changed_articles(numbers: Iterable[int]) -> Iterator[rows.Row]:
    """Known articles with a new text."""
    for number in numbers:
        yield from list(capture(number, 1))[1:]


def mixed_articles(size: int, number: int) -> Iterator[rows.Row]:
    """A quarter new, a quarter read again without a change, half changed, from all over the table."""
    numbers = random.Random(number).sample(range(size), BATCH * 3 // 4)
    first = size + (BATCHES + number) * BATCH
    yield from new_articles(first, first + BATCH // 4)
    for number in numbers[: BATCH // 4]:
        yield from list(capture(number, 0, again=True))[1:]
    yield from changed_articles(numbers[BATCH // 4 :])


def capture(number: int, state: int, *, again: bool = False) -> Iterator[rows.Row]:
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
    return int(next(line for line in lines if line.startswith("wchar")).split()[1])


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
