"""`wireroom query`: what is printed, written, refused, and what can never be reached."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

from flows.cli.tables import fitted
from tests.flows.cli.conftest import WIREROOM, Run

THREE = "select * from (values (1, 'a', [1, 2]), (2, '', []), (3, NULL, NULL)) as t(n, word, list) order by n"


def test_a_table_tells_null_from_empty_text(wireroom: Run) -> None:
    lines = wireroom("query", THREE).stdout.splitlines()
    assert lines[0].split() == ["n", "word", "list"]
    assert lines[2].split() == ["1", "a", "1,", "2"]
    assert lines[3].split() == ["2"]
    assert lines[4].split() == ["3", "NULL", "NULL"]
    assert lines[5] == "3 rows"


def test_a_page_cannot_steer_the_terminal(wireroom: Run) -> None:
    assert (
        "\x1b" not in wireroom("query", "select chr(27) || '[31mred' || chr(7) || chr(155) as a, [chr(27)] as b").stdout
    )


def test_columns_of_one_name_are_told_apart_in_json(wireroom: Run) -> None:
    assert json.loads(wireroom("query", "select 1 as a, 2 as a", "--json").stdout) == [{"a": 1, "a_1": 2}]


def test_in_a_pipe_nothing_is_cut(wireroom: Run) -> None:
    assert "x" * 500 in wireroom("query", "select repeat('x', 500) as long, * from articles").stdout


def test_csv_is_read_back_and_tells_null_from_empty_text(wireroom: Run) -> None:
    text = wireroom("query", THREE, "--format", "csv").stdout
    assert [*csv.reader(io.StringIO(text))][1:] == [["1", "a", "[1,2]"], ["2", "", "[]"], ["3", "", ""]]
    assert text.splitlines()[2:] == ['2,"",[]', "3,,"]


def test_json_is_one_array_and_jsonl_one_object_a_line(wireroom: Run) -> None:
    expected = [
        {"n": 1, "word": "a", "list": [1, 2]},
        {"n": 2, "word": "", "list": []},
        {"n": 3, "word": None, "list": None},
    ]
    assert json.loads(wireroom("query", THREE, "--json").stdout) == expected
    assert [json.loads(line) for line in wireroom("query", THREE, "--format", "jsonl").stdout.splitlines()] == expected
    assert json.loads(wireroom("query", "from articles limit 0", "--json").stdout) == []


def test_values_that_json_has_no_word_for(wireroom: Run) -> None:
    sql = (
        "select 'nan'::double as nan, 170141183460469231731687303715884105727 as huge, 'a'::blob as bytes, "
        "1.50::decimal(4,2) as money, date '2026-02-28' as day, timestamp '2026-02-28 10:00:00' as moment"
    )
    (row,) = json.loads(wireroom("query", sql, "--json").stdout.replace("NaN", "null"))
    assert row["huge"] == 2**127 - 1
    assert (row["day"], row["moment"], row["nan"]) == ("2026-02-28", "2026-02-28T10:00:00", None)


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "parquet", "xlsx"])
def test_the_name_of_the_output_says_how_to_write_it(wireroom: Run, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"rows.{ending}"
    done = wireroom("query", "select headline, authors, date_published from articles order by headline;", "-o", target)
    assert "2 rows in" in done.stderr
    assert done.stdout == ""
    if ending == "xlsx":
        assert target.read_bytes()[:2] == b"PK"
    else:
        reader = {"csv": "read_csv", "parquet": "read_parquet"}.get(ending, "read_json")
        assert duckdb.sql(f"select headline from {reader}('{target}')").fetchall()[1] == ("Gulls, uncounted",)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_file_is_replaced_only_by_force(wireroom: Run, tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_text("mine")
    assert "--force" in wireroom("query", "select 1 as a", "-o", target, code=1).stderr
    assert target.read_text() == "mine"
    wireroom("query", "select 1 as a", "-o", target, "--force")
    assert target.read_text() == "a\n1\n"


def test_a_query_that_fails_leaves_no_file(wireroom: Run, tmp_path: Path) -> None:
    for ending in ("csv", "parquet", "xlsx"):
        wireroom("query", "select error('late') from articles", "-o", tmp_path / f"rows.{ending}", code=1)
    assert list(tmp_path.iterdir()) == []


def test_sql_from_a_file_or_standard_input(wireroom: Run, tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("-- a comment; with a semicolon\nselect 'é;' as x; -- the end\n", encoding="utf-8")
    assert wireroom("query", "-f", "q.sql", "--format", "csv").stdout == "x\né;\n"
    assert wireroom("query", "-", "--format", "csv", stdin="select 2 as y").stdout == "y\n2\n"
    wireroom("query", code=1)
    wireroom("query", "-f", "absent.sql", code=1)


@pytest.mark.parametrize("ending", ["csv", "parquet", "json"])
def test_a_named_file_is_a_table(wireroom: Run, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"people.{ending}"
    duckdb.sql("select 'AP' as tag, 'Ada' as who").write_parquet(
        str(target)
    ) if ending == "parquet" else target.write_text(
        "tag,who\nAP,Ada\n" if ending == "csv" else '[{"tag": "AP", "who": "Ada"}]'
    )
    sql = "select who, headline from articles join people on source_tag = tag"
    assert "Ada" in wireroom("query", sql, "--table", f"people=people.{ending}").stdout
    assert (
        "not"
        in wireroom("query", f"from read_csv('people.{ending}')", "--table", f"people=people.{ending}", code=1).stderr
    )


@pytest.mark.parametrize(
    "table", ["people", "people=absent.csv", "articles=a.csv", "x y=a.csv", "a=a.exe", "b=broken.parquet"]
)
def test_a_table_that_cannot_be_brought_is_told_in_a_sentence(wireroom: Run, tmp_path: Path, table: str) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    (tmp_path / "broken.parquet").write_text("no parquet")
    assert wireroom("query", "select 1", "--table", table, code=1).stderr.count("\n") <= 2


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("select headlin from articles", "Did you mean headline"),
        ("select a.headlin from articles a", "Did you mean headline"),
        ("from artcles", "Did you mean articles"),
        ("select 1 +", "syntax error"),
        ("", "no SQL"),
        ("select 1; select 2", "2 statements"),
        ("select error('[bold]x') from articles", "[bold]x"),
    ],
)
def test_a_wrong_query_is_told_in_a_sentence(wireroom: Run, sql: str, told: str) -> None:
    assert told in wireroom("query", sql, code=1).stderr


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("select s.state from unit_states s", None),
        ("select s.state\nfrom unit_states s", "Did you mean status"),
        ("select s.word from articles s", "Did you mean keywords?"),
        ("from nope", None),
        ("from pg_tabels", None),
        ("select * from main.Artcles", "Did you mean articles?"),
    ],
)
def test_nothing_is_proposed_that_is_missing_or_of_the_catalogue(wireroom: Run, sql: str, hint: str | None) -> None:
    told = wireroom("query", sql, code=1).stderr.splitlines()[0]
    assert hint in told if hint else "Did you mean" not in told
    assert not {"state", "statement", "pg_enum"}.intersection(re.split(r"\W+", told.partition("Did you mean")[2]))


def test_the_place_of_a_mistake_is_shown(wireroom: Run) -> None:
    told = wireroom("query", "select\n  headlin\nfrom articles", code=1).stderr.splitlines()
    assert told[-2].startswith("  line 2:   headlin")
    assert told[-1].index("^") == told[-2].index("headlin")


def test_a_query_ends_when_its_time_is_over(wireroom: Run, tmp_path: Path) -> None:
    endless = "select count(*) from range(10000000) a, range(10000000) b"
    assert "--timeout" in wireroom("query", endless, "--timeout", "0.3", code=1).stderr
    wireroom("query", endless, "--timeout", "0.3", "-o", "rows.parquet", code=1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", [["--format", "csv"], ["--json"], ["-o", "rows.csv"], ["-o", "rows.jsonl"]])
def test_rows_that_stream_end_with_the_same_sentence_when_time_is_over(
    wireroom: Run, tmp_path: Path, output: list[str]
) -> None:
    many = "select a.range, repeat('long ', 20) as text from range(10000000) a, range(10000) b"
    told = wireroom("query", many, "--timeout", "0.5", *output, code=1).stderr
    assert "was stopped after 0.5 seconds" in told
    assert "INTERRUPT" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("output", [[], ["-o", "rows.parquet"], ["-o", "rows.csv"]])
def test_ctrl_c_stops_a_query_that_runs(wireroom: Run, tmp_path: Path, output: list[str]) -> None:
    endless = "select a.range from range(10000000) a, range(10000000) b where hash(a.range + b.range) = 1"
    timer = threading.Timer(1, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    wireroom("query", endless, *output, code=130)
    timer.join()
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_failure(newsroom, tmp_path: Path) -> None:
    command = [str(WIREROOM), "-w", str(newsroom.root), "query", "from range(1000000)", "--format", "csv"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(30) == 0


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_on_a_terminal_every_line_fits(newsroom, width: int) -> None:
    assert (
        max(map(len, on_terminal(newsroom, width, "select headline, url, outlet, date_published from articles")))
        <= width
    )
    assert max(map(len, on_terminal(newsroom, width, "from articles"))) <= width


def on_terminal(newsroom, width: int, sql: str) -> list[str]:
    """The lines that a terminal of this width gets."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(width), "TERM": "xterm", "NO_COLOR": "1"}
    command = [str(WIREROOM), "-w", str(newsroom.root), "query", sql]
    process = subprocess.Popen(command, stdout=follower, stderr=follower, env=environment)
    os.close(follower)
    pieces = []
    try:
        while piece := os.read(leader, 65536):
            pieces.append(piece)
    except OSError:  # Linux says so that the other end was closed
        pass
    os.close(leader)
    assert process.wait(30) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", b"".join(pieces).decode()).splitlines()


def test_short_columns_stay_whole_and_long_ones_share_the_rest() -> None:
    assert fitted([4, 300, 10, 200], 80) == [4, 30, 10, 30]
    assert fitted([4, 300, 10], None) == [4, 300, 10]
    assert fitted([20] * 20, 80) is None
    assert fitted([3, 3], 80) == [3, 3]


def test_memory_does_not_grow_with_the_rows(newsroom, tmp_path: Path) -> None:
    few, many = (
        most_memory(newsroom, f"select range, repeat('x', 1000) as x from range({rows})") for rows in (1_000, 300_000)
    )
    assert many - few < 100_000_000  # of 300 MB written


def most_memory(newsroom, sql: str) -> int:
    """The most bytes that a query held while it wrote its rows."""
    command = [str(WIREROOM), "-w", str(newsroom.root), "query", sql, "--format", "jsonl"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
