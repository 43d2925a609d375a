"""The generated dbt sources: every contract is kept by the sample's warehouse, and real dbt accepts and proves them.

dbt has an environment of its own (make dbt), because it holds back what our other tools need: docs/dependencies.md.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
import yaml

from flows.sample.warehouse import build
from warehouse import reading_copy
from warehouse.export import dbt
from warehouse.folders import Folders

WIREROOM = Path(sys.executable).with_name("wireroom")
needs_dbt = pytest.mark.skipif(shutil.which("dbt") is None, reason="dbt has an environment of its own: make dbt")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the sample's warehouse, whose outlet may be silent for ever."""
    place = tmp_path_factory.mktemp("dbt") / "news"
    build(place)
    return place


@pytest.fixture
def con(sample: Path):
    with closing(reading_copy.connect(Folders(sample / "data"))) as opened:
        yield opened


CONTRACTS = [
    (kind, table, column)
    for kind, tables in dbt.CONTRACTS.items()
    for table, columns in tables.items()
    for column in columns
]


@pytest.mark.parametrize(("kind", "table", "column"), CONTRACTS, ids=[".".join(contract) for contract in CONTRACTS])
def test_a_contract_is_kept(con: duckdb.DuckDBPyConnection, kind: str, table: str, column: str):
    broken = {
        "not_null": f"SELECT count(*) FROM {table} WHERE {column} IS NULL",
        "unique": f"SELECT count({column}) - count(DISTINCT {column}) FROM {table}",
    }[kind]
    assert con.execute(broken).fetchall() == [(0,)]


def test_what_is_unique_is_not_null_either():
    assert [
        t for t, columns in dbt.CONTRACTS["unique"].items() if set(columns) - set(dbt.CONTRACTS["not_null"][t])
    ] == []


def test_every_stable_table_and_column_is_there_with_what_it_means(con: duckdb.DuckDBPyConnection):
    (source,) = dbt.sources(con, {}, "news")["sources"]
    described = {
        table["name"]: {column["name"]: column["description"] for column in table["columns"]}
        for table in source["tables"]
    }
    assert {"articles", "article_versions", "datelines", "coverage", "rejects", "changes", "runs"} <= set(described)
    stable = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND table_name IN "
        "(SELECT view_name FROM duckdb_views() WHERE starts_with(comment, 'Stable') "
        "UNION SELECT table_name FROM duckdb_tables() WHERE starts_with(comment, 'Stable'))"
    ).fetchall()
    assert sorted(stable) == sorted((table, column) for table, columns in described.items() for column in columns)
    assert [(table, name) for table, columns in described.items() for name, said in columns.items() if not said] == []
    assert "texts" not in described


@pytest.mark.parametrize(
    ("silence", "period"),
    [
        (timedelta(days=4), {"count": 4, "period": "day"}),
        (timedelta(hours=36), {"count": 36, "period": "hour"}),
        (timedelta(minutes=90), {"count": 90, "period": "minute"}),
        (timedelta(seconds=30), {"count": 1, "period": "minute"}),
        (timedelta(weeks=2), {"count": 14, "period": "day"}),
    ],
)
def test_freshness_is_the_silence_that_an_outlet_is_allowed(
    con: duckdb.DuckDBPyConnection, silence: timedelta, period: dict
):
    _, outlets = dbt.sources(con, {"meridian": silence, "quiet": None}, "news")["sources"]
    (table,) = outlets["tables"]
    assert table["name"] == "meridian"
    assert table["config"]["freshness"] == {"error_after": period, "filter": "source_id = 'meridian'"}


def wireroom(place: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([WIREROOM, *words], cwd=place, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    return done


def test_the_verb_prints_writes_and_compares(sample: Path, tmp_path: Path):
    printed = wireroom(sample, "dbt").stdout
    assert yaml.safe_load(printed)["version"] == 2
    assert "is not there" in wireroom(sample, "dbt", "--check", str(tmp_path), code=1).stderr
    wireroom(sample, "dbt", "--write", str(tmp_path))
    assert (tmp_path / "sources.yml").read_text(encoding="utf-8") == printed
    wireroom(sample, "dbt", "--check", str(tmp_path))
    (tmp_path / "sources.yml").write_text("version: 2\n")
    assert "is not what would be written now" in wireroom(sample, "dbt", "--check", str(tmp_path), code=1).stderr
    (tmp_path / "sources.yml").write_text("version: 2\n")
    assert "was not written by Wireroom" in wireroom(sample, "dbt", "--write", str(tmp_path), code=1).stderr
    wireroom(sample, "dbt", "--write", str(tmp_path / "news.yml"))
    assert (tmp_path / "news.yml").read_text(encoding="utf-8") == printed
    assert "is no folder" in wireroom(sample, "dbt", "--write", str(tmp_path / "nowhere"), code=1).stderr


PROFILE = """\
newsroom:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: mine.duckdb
      attach:
        - {{path: {warehouse}, alias: news, read_only: true}}
"""
MODEL = """\
{{ config(materialized='table') }}
select outlet, count(*) as articles from {{ source('wireroom', 'articles') }} group by all
"""


@pytest.fixture
def project(sample: Path, tmp_path: Path) -> Path:
    """A dbt project with one model over the generated sources."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "profiles.yml").write_text(PROFILE.format(warehouse=sample / "data" / "warehouse.duckdb"))
    (folder / "dbt_project.yml").write_text("name: newsroom\nversion: 1.0.0\nprofile: newsroom\n")
    (folder / "models" / "by_outlet.sql").write_text(MODEL)
    return folder


def told(sample: Path, silence: str) -> None:
    """Let the outlet's file say how long it may be silent."""
    path = sample / "sources" / "meridian.toml"
    path.write_text(path.read_text().split("[expect]")[0] + f'[expect]\nsilence = "{silence}"\n')


def run_dbt(project: Path, *words: str, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", "TZ": zone, "HOME": str(project)}
    command = ["dbt", "--no-use-colors", *words, "--profiles-dir", "."]
    return subprocess.run(
        command, cwd=project, env=os.environ | quiet, capture_output=True, text=True, timeout=600, check=False
    )


@needs_dbt
def test_dbt_builds_and_proves_every_contract_without_a_warning(sample: Path, project: Path):
    told(sample, "4d")
    wireroom(sample, "dbt", "--write", str(project / "models"))
    done = run_dbt(project, "--warn-error", "build")
    assert done.returncode == 0, done.stdout
    assert f"PASS={len(CONTRACTS) + 1} WARN=0 ERROR=0" in done.stdout
    with closing(duckdb.connect(str(project / "mine.duckdb"), read_only=True)) as mine:
        assert mine.execute("SELECT articles FROM by_outlet").fetchall() == [(32,)]


@needs_dbt
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_dbt_finds_an_outlet_that_has_been_silent_for_longer_than_it_may(sample: Path, project: Path, zone: str):
    with closing(reading_copy.connect(Folders(sample / "data"))) as con:
        sql = "SELECT ceil(epoch(make_timestamp(epoch_us(now())) - last_article_at) / 3600)::INTEGER FROM source_health"
        ((hours,),) = con.execute(sql).fetchall()
    for silence, code, said in ((hours + 2, 0, "PASS"), (hours - 2, 1, "ERROR STALE")):
        told(sample, f"{silence}h")
        wireroom(sample, "dbt", "--write", str(project / "models"))
        done = run_dbt(project, "source", "freshness", "--select", "source:wireroom_outlets", zone=zone)
        assert done.returncode == code, done.stdout
        assert f"{said} freshness of wireroom_outlets.meridian" in done.stdout
