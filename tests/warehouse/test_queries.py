"""What SQL from a user can reach: the warehouse and the files that were named, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest

from warehouse import queries, reading_copy
from warehouse.errors import BadQuery
from warehouse.export import rowfiles
from warehouse.folders import Folders


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace's data, a secret, and a file that may be named."""
    monkeypatch.chdir(tmp_path)
    reading_copy.ensure(Folders(tmp_path / "data"))
    (tmp_path / "secret.csv").write_text("password\nhunter2\n")
    (tmp_path / "people.csv").write_text("name\nAda\n")
    duckdb.sql("select 'hunter2' as password").write_parquet(str(tmp_path / "secret.parquet"))
    return tmp_path


ESCAPES = """
from 'secret.csv'
from "secret.parquet"
from read_csv('secret.csv')
from read_csv_auto(['secret.csv'])
from read_csv('people.csv')
from read_text('secret.csv')
from read_blob('*.csv')
from read_json('secret.csv')
from read_ndjson_objects('secret.csv')
from read_parquet('secret.parquet')
from parquet_scan('secret.parquet')
from parquet_metadata('secret.parquet')
from parquet_schema('secret.parquet')
from sniff_csv('secret.csv')
from read_duckdb('data/warehouse.duckdb')
from glob('*')
from query_table('secret.csv')
from query('from read_text(''secret.csv'')')
from json_execute_serialized_sql(json_serialize_sql('from read_text(''secret.csv'')'))
from 'https://example.org/x.csv'
from read_csv('s3://bucket/x.csv')
from duckdb_secrets()
from local_variable
select getenv('HOME')
select (select content from read_text('secret.csv'))
attach 'secret.db'
attach ':memory:' as m
copy (select 1) to 'out.csv'
copy (select 1) to 'out.parquet' (format parquet)
copy people from 'secret.csv'
explain analyze copy (select 1) to 'out.csv'
export database 'out'
import database 'out'
install httpfs
load httpfs
load './secret.so'
create table mine as select 1
create temp table mine as from 'secret.csv'
insert into articles values (1)
update versions set version = 2
delete from versions
drop table versions
set enable_external_access = true
set allowed_paths = ['/']
set lock_configuration = false
reset lock_configuration
set log_query_path = 'out.log'
set profiling_output = 'out.json'
set temp_directory = 'out'
set file_search_path = '/'
pragma enable_profiling
pragma log_query_path = 'out.log'
call enable_logging(storage = 'file', storage_path = 'out')
from enable_logging(storage = 'file', storage_path = 'out')
from enable_profiling(save_location = 'out.txt')
create secret s (type s3)
call pragma_version()
checkpoint
begin
execute p
select 1; select 2
select 1; copy (select 1) to 'out.csv'
select 1) to 'out.csv' --
""".strip().splitlines()


@pytest.mark.parametrize("sql", ESCAPES)
def test_no_way_leads_out(place: Path, sql: str) -> None:
    local_variable = [("hunter2",)]
    before = listing(place)
    target = place / "rows.parquet"
    with (
        queries.connect(Folders(place / "data"), {"people": place / "people.csv"}) as con,
        pytest.raises(BadQuery) as told,
    ):
        list(queries.ask(con, sql).blocks)
    assert "hunter2" not in str(told.value)
    with queries.connect(Folders(place / "data"), writable=[target]) as con, pytest.raises(BadQuery):
        rowfiles.write_parquet(con, sql, target)
    target.unlink(missing_ok=True)
    assert listing(place) == before
    assert local_variable


def listing(place: Path) -> list[str]:
    return sorted(
        os.path.relpath(os.path.join(folder, name), place) for folder, _, names in os.walk(place) for name in names
    )


@pytest.mark.parametrize("sql", ["copy (select 1) to 'rows.parquet'", "explain analyze copy (select 1) to '{target}'"])
def test_the_file_that_we_may_write_the_user_may_not(place: Path, sql: str) -> None:
    target = place / "rows.parquet"
    with queries.connect(Folders(place / "data"), writable=[target]) as con, pytest.raises(BadQuery):
        queries.ask(con, sql.format(target=target))
    assert not target.exists()


@pytest.mark.parametrize(
    "sql",
    ["from articles", "show tables", "describe articles", "summarize articles", "explain select 1", "values (1)", "table articles",
     "pragma table_info('articles')", "with a as (select 1) from a", "pivot people on name using count(*)", "select 1;;", "-- c;\nselect 1 -- ;"],
)  # fmt: skip
def test_every_way_of_asking_is_open(place: Path, sql: str) -> None:
    with queries.connect(Folders(place / "data"), {"people": place / "people.csv"}) as con:
        assert queries.ask(con, sql).columns


@pytest.mark.parametrize(
    "sql", ["select 1 as a;", "show tables", "describe articles", "-- x\nfrom range(3) -- y", "select 'é;' as b ; -- z"]
)
def test_every_answer_can_be_written_as_parquet(place: Path, sql: str) -> None:
    target = place / "rows.parquet"
    with queries.connect(Folders(place / "data"), writable=[target]) as con:
        count = rowfiles.write_parquet(con, sql, target)
    assert duckdb.sql(f"select count(*) from read_parquet('{target}')").fetchall() == [(count,)]


def test_rows_come_in_blocks(place: Path) -> None:
    with queries.connect(Folders(place / "data")) as con:
        blocks = [len(block) for block in queries.ask(con, "from range(2500)").blocks]
    assert blocks == [1000, 1000, 500]


def test_a_failure_in_the_middle_is_told_like_one_at_the_beginning(place: Path) -> None:
    sql = "select case when range = 200000 then error('late') else '1' end from range(300000)"
    with queries.connect(Folders(place / "data")) as con, pytest.raises(BadQuery, match="late"):
        list(queries.ask(con, sql).rows())


def test_what_does_not_fit_into_memory_overflows_apart_from_other_readers(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    overflow = place / "overflow"
    overflow.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(overflow))
    sql = "select max(x) from (select range as x, repeat('x', 100) as y from range(400000) order by y, x desc limit 399999)"
    used = set()
    for _ in range(2):
        with reading_copy.connect(Folders(place / "data"), memory_limit="60MB") as con:
            assert con.execute(sql).fetchall() == [(399_999,)]
            used.add(Path(con.execute("select current_setting('temp_directory')").fetchall()[0][0]))
    assert len(used) == 2
    assert {path.parent for path in used} == {overflow}
    assert list(overflow.iterdir()) == []


def test_a_stop_stays_a_stop_however_duckdb_wraps_it(place: Path) -> None:
    def fetching() -> None:
        raise duckdb.InvalidInputException(
            "Invalid Input Error: Attempting to fetch from an unsuccessful or closed streaming query result\n"
            "Error: INTERRUPT Error: Interrupted!"
        )

    with queries.connect(Folders(place / "data")) as con, pytest.raises(duckdb.InterruptException):
        queries.said_well(con, fetching)
