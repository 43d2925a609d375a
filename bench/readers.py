"""Whether readers are answered while the loader loads: attempts and failures over an hour's worth of loads.

    python -m bench.readers [LOADS]

Four readers open the reading copy again and again, as any client would, and one keeps it open; the loader loads a batch
and publishes, 240 times by default: an hour of loads every fifteen seconds, one after the other.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.warehouse import RUN, changed_articles, new_articles
from warehouse import loader, reading_copy, spool
from warehouse.folders import Folders

READER = """
import json, os, sys, time
import duckdb

path, stop = sys.argv[1:]
attempts, failures, slowest, seen = 0, [], 0.0, 0
while not os.path.exists(stop):
    started = time.monotonic()
    attempts += 1
    try:
        with duckdb.connect(path, read_only=True) as con:
            articles, current = con.execute("SELECT count(*), count(DISTINCT article_id) FROM articles").fetchall()[0]
            con.execute("SELECT sum(length(body)) FROM articles").fetchall()
        if articles != current or articles < seen:
            failures.append(f"{articles} articles, {current} ids, {seen} seen before")
        seen = articles
    except Exception as error:
        failures.append(f"{type(error).__name__}: {error}"[:200])
    slowest = max(slowest, time.monotonic() - started)
print(json.dumps([attempts, failures, slowest]))
"""


def main(loads: int) -> int:
    """Print attempts and failures, and say by the exit code whether there was none."""
    with tempfile.TemporaryDirectory() as name:
        folders, stop = Folders(Path(name) / "data"), Path(name) / "stop"
        reading_copy.ensure(folders)
        command = [sys.executable, "-c", READER, str(folders.warehouse), str(stop)]
        readers = [subprocess.Popen(command, stdout=-1, text=True) for _ in range(4)]
        with reading_copy.connect(folders) as kept:
            for number in range(loads):
                one_load(folders, number)
            stop.touch()
            assert kept.execute("SELECT count(*) FROM articles").fetchall() == [(0,)], "a copy changed under a reader"
        found = [json.loads(reader.communicate()[0]) for reader in readers]
    attempts, failures = sum(each[0] for each in found), [failure for each in found for failure in each[1]]
    print(
        f"{loads} loads and copies; {attempts:,} readings, {len(failures)} failures, the slowest took {max(each[2] for each in found):.2f} s"
    )
    print("".join(f"  {failure}\n" for failure in failures[:10]), end="")
    return 1 if failures else 0


def one_load(folders: Folders, number: int) -> None:
    """Fifty articles, half of them changed ones, and a copy."""
    first = 25 * number
    spool.write(folders, new_articles(first, first + 25), source_id="bench", run_id=RUN)
    spool.write(folders, changed_articles(range(max(0, first - 25), first), number), source_id="bench", run_id=RUN)
    report = loader.drain(folders, publish_now=True)
    assert report is not None, "another loader is at it"
    assert not report.problems, report.problems


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 240))
