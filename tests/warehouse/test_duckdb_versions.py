"""The reading copy opens in every DuckDB from 1.2 on, and a loader of another version reads and writes the same file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.warehouse.facts import fetched, found, reading
from tests.warehouse.tables import write
from warehouse import loader, reading_copy
from warehouse.folders import Folders

ROOT = Path(__file__).parent.parent.parent
WORDS = "The harbour was closed on Monday after fog had covered the coast for the third day in a row. " * 30
VERSIONS = ("1.2.2", "1.3.2", "1.4.4", "1.5.5", "2.0.0")
LOADING = ("1.5.5", "2.0.0")
"""Versions that pyproject.toml admits for the loader."""

READ = """
import sys, duckdb
assert duckdb.__version__ == sys.argv[2], duckdb.__version__
con = duckdb.connect(sys.argv[1], read_only=True)
con.execute("SET enable_progress_bar = false")  # which older ones print where a busy machine takes its time
print(con.execute("SELECT count(*), sum(length(body)) FROM articles").fetchall())
left_out = {"coverage", "day_levels", "unit_days"} if duckdb.__version__ < "1.4" else set()  # docs/connect.md says so: they plan them for minutes
for (view,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
    if view not in left_out:
        con.execute(f"SELECT * FROM {view} LIMIT 5").fetchall()
con.execute("SELECT * FROM articles_as_of(TIMESTAMP '2026-03-02 12:00')").fetchall()
(said,) = con.execute("SELECT count(comment) FROM duckdb_columns() WHERE table_name = 'articles'").fetchall()[0]
assert said > 20, said
"""

LOAD = """
import sys, duckdb
from pathlib import Path
from tests.warehouse.facts import reading
from tests.warehouse.tables import write
from warehouse import loader
from warehouse.folders import Folders
assert duckdb.__version__ == sys.argv[2], duckdb.__version__
folders = Folders(Path(sys.argv[1]))
write(folders, reading("later", "loaded by another version"), reading("a", "changed by another version", hours=9))
report = loader.drain(folders, publish_now=True)
assert report.problems == [], report.problems
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory):
    """The folder of a DuckDB of some version: the one that runs the tests, or one installed for them."""

    def folder(version: str) -> Path | None:
        if version == duckdb.__version__:
            return None
        target = tmp_path_factory.getbasetemp() / f"duckdb-{version}"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:", "--retries=0", "--timeout=20",
                   "--target", target, f"duckdb=={version}"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip(f"DuckDB {version} cannot be had here: {done.stderr.strip().splitlines()[-1:]}")
        return target

    return folder


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "data")
    reading_copy.ensure(made)
    names = [f"a{number}" for number in range(50)] + ["a"]
    write(
        made,
        *(found(name) for name in names),
        *(fetched(name) for name in names),
        *(reading(name, f"{name} {WORDS}") for name in names),
    )
    loader.drain(made, publish_now=True)
    return made


def run(code: str, where: Path | None, *arguments: object) -> str:
    paths = [str(part) for part in (where, ROOT) if part]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], env=environment, cwd=where or ROOT,
                          capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("version", VERSIONS)
def test_the_reading_copy_opens_in_it(folders: Folders, installed, version: str):
    letters = sum(len(f"{name} {WORDS}") for name in [f"a{number}" for number in range(50)] + ["a"])
    assert run(READ, installed(version), folders.warehouse, version) == f"[(51, {letters})]\n"


@pytest.mark.parametrize("version", LOADING)
def test_what_it_loads_opens_everywhere(folders: Folders, installed, version: str):
    run(LOAD, installed(version), folders.data, version)
    for other in (VERSIONS[0], duckdb.__version__):
        assert run(READ, installed(other), folders.warehouse, other).startswith("[(52,")
    write(folders, reading("last", "and then by this one"))
    assert loader.drain(folders, publish_now=True).problems == []
    assert run(READ, None, folders.warehouse, duckdb.__version__).startswith("[(53,")
