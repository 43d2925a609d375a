"""What analysts see: names, comments, and the macros that make a question short."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from parsers import claims, headline
from tests.warehouse.facts import SOURCE, at, fetched, found, key, reading, text
from tests.warehouse.tables import article, loaded
from warehouse import rows, schema
from warehouse.folders import Folders


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path / "data")


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    return schema.opened(":memory:")


def outlet(**other) -> rows.Source:
    given = {"name": "The Paper", "home": "https://paper.example/", "language": "en", "timezone": "Europe/Oslo",
             "info_source": "paper-desk", "definition_hash": key("definition"), "noted_at": at(0), **other}  # fmt: skip
    return rows.Source(SOURCE, **given)


def wire(
    name: str, agency: str | None, *, hours: float = 0, day: date | None = None, words: str = "some words"
) -> rows.Reading:
    read = reading(name, words, hours=hours)
    wide = text(name, words, info_source=agency, date_published=day, located="OSLO")
    return rows.Reading(
        **{field: getattr(read, field) for field in read.__dataclass_fields__ if field != "text"}, text=wide
    )


def answers(con: duckdb.DuckDBPyConnection, sql: str) -> list[tuple]:
    return con.execute(sql).fetchall()


NAMED = """
SELECT 'view ' || view_name AS thing, comment FROM duckdb_views() WHERE NOT internal
UNION ALL SELECT 'table ' || table_name, comment FROM duckdb_tables() WHERE NOT internal
UNION ALL SELECT 'column ' || table_name || '.' || column_name, comment FROM duckdb_columns() WHERE NOT internal
UNION ALL SELECT 'macro ' || function_name, comment FROM duckdb_functions() WHERE NOT internal
"""


def test_everything_says_what_it_is_and_whether_it_is_a_contract(empty):
    named = answers(empty, NAMED)
    assert len(named) > 300
    unsaid = [thing for thing, comment in named if not (comment or "").startswith(("Stable. ", "Internal. "))]
    assert unsaid == []


def test_a_column_named_at_says_utc(empty):
    moments = answers(empty, "SELECT table_name, column_name, comment FROM duckdb_columns() "
                             "WHERE NOT internal AND data_type = 'TIMESTAMP'")  # fmt: skip
    assert [row[:2] for row in moments if "UTC" not in row[2]] == []
    assert answers(empty, "SELECT table_name, column_name FROM duckdb_columns() "
                          "WHERE NOT internal AND data_type LIKE 'TIMESTAMP WITH%'") == []  # fmt: skip


@pytest.mark.parametrize("view", ["articles", "article_versions", "article_history", "article_urls", "datelines", "fetches",
                                  "field_evidence", "coverage", "rejects", "changes", "runs", "source_health", "sources"])  # fmt: skip
def test_what_the_design_promises_is_there_and_stable(empty, view: str):
    assert answers(empty, f"SELECT count(*) FROM {view}") == [(0,)]
    comments = answers(empty, f"SELECT comment FROM duckdb_views() WHERE view_name = '{view}' "
                              f"UNION ALL SELECT comment FROM duckdb_tables() WHERE table_name = '{view}'")  # fmt: skip
    assert comments[0][0].startswith("Stable. ")


def test_an_older_files_views_give_way_to_the_new_ones(tmp_path: Path):
    path = tmp_path / "live.duckdb"
    with schema.opened(path) as con:
        con.execute("CREATE VIEW left_over AS SELECT 1; DELETE FROM schema_views")
    with schema.opened(path) as con:
        assert answers(con, "SELECT count(*) FROM duckdb_views() WHERE view_name = 'left_over'") == [(0,)]


def test_outlet_and_agency_are_plain_names(folders: Folders):
    agency = rows.Agency("ap", "Associated Press", "agency", at(0))
    con = loaded(
        folders,
        [[outlet(), agency, wire("a", "ap"), wire("b", "paper-desk"), wire("c", "unheard-of"), wire("d", None)]],
    )
    asked = answers(con, "SELECT outlet, agency FROM articles ORDER BY url")
    assert asked == [
        ("The Paper", "Associated Press"),
        ("The Paper", "The Paper"),
        ("The Paper", "unheard-of"),
        ("The Paper", None),
    ]
    assert answers(con, "SELECT outlet, agency FROM article_versions ORDER BY url") == asked


def test_articles_by_agency_counts_by_period_and_place(folders: Folders):
    days = [date(2026, 1, 5), date(2026, 1, 20), date(2026, 2, 1)]
    con = loaded(folders, [[outlet(), *(wire(f"a{number}", "ap", day=day) for number, day in enumerate(days))]])
    asked = answers(con, "SELECT period, agency, located, articles FROM articles_by_agency('month') ORDER BY period")
    assert asked == [(date(2026, 1, 1), "ap", "OSLO", 2), (date(2026, 2, 1), "ap", "OSLO", 1)]


@pytest.fixture
def revised(folders: Folders) -> duckdb.DuckDBPyConnection:
    first, second = "One.\n\nTwo.\n\nThree.", "One.\n\nTwo and a half.\n\nThree."
    return loaded(folders, [[found("a"), fetched("a"), reading("a", first, headline="A line")],
                            [fetched("a", hours=2), reading("a", second, hours=2, headline="A line")]])  # fmt: skip


def test_an_article_is_found_by_id_and_by_any_of_its_addresses(revised):
    for name in (article(revised, "a"), "https://paper.example/a"):
        assert answers(revised, f"SELECT version FROM versions_of('{name}')") == [(1,), (2,)]
    assert answers(revised, "SELECT count(*) FROM versions_of('https://paper.example/nothing')") == [(0,)]


def test_a_merged_id_leads_to_the_article_that_it_became(folders: Folders):
    con = loaded(folders, [[reading("b", hours=2)], [reading("a", hours=1)], [reading("b", hours=3, canonical="a")]])
    assert article(con, "a") == key("b")
    assert answers(con, f"SELECT DISTINCT article_id::VARCHAR FROM versions_of('{key('a')}')") == [(key("b"),)]


def test_versions_of_has_the_columns_of_article_versions(revised):
    names = [revised.execute(f"SELECT * FROM {what}").description for what in ("article_versions", "versions_of('x')")]
    assert [column[0] for column in names[0]] == [column[0] for column in names[1]]


def test_a_diff_shows_the_paragraphs_that_went_and_came(revised):
    asked = answers(revised, "SELECT version, mark, position, paragraph FROM diff_of('https://paper.example/a')")
    assert asked == [(2, "-", 2, "Two."), (2, "+", 2, "Two and a half.")]
    assert answers(revised, "SELECT count(*) FROM article_paragraphs WHERE version = 1") == [(4,)]


def test_changes_are_asked_for_by_load_and_by_time(revised):
    assert answers(revised, "SELECT change, headline FROM changes_since(1)") == [("revised", "A line")]
    assert answers(revised, "SELECT count(*) FROM changes_since(2)") == [(0,)]
    for moment in ("current_date - 1", "now() - INTERVAL 1 DAY", "TIMESTAMP '2020-01-01'", "'2020-01-01'"):
        assert answers(revised, f"SELECT count(*) FROM changes_since({moment})") == [(2,)]
    assert answers(revised, "SELECT count(*) FROM changes_since(TIMESTAMP '2099-01-01')") == [(0,)]


def test_articles_as_of_a_moment_is_what_was_shown_then(revised):
    asked = "SELECT version FROM articles_as_of(TIMESTAMP '{}')"
    assert answers(revised, asked.format(at(1))) == [(1,)]
    assert answers(revised, asked.format(at(2))) == [(2,)]
    assert answers(revised, asked.format(at(-1))) == []


def test_history_names_the_version_that_each_look_showed(folders: Folders):
    looks = [(0, "first"), (1, "first"), (2, "second")]
    con = loaded(
        folders,
        [[row for hours, words in looks for row in (fetched("a", hours=hours), reading("a", words, hours=hours))]],
    )
    assert answers(con, "SELECT observed_at, version, requested_url FROM article_history ORDER BY 1") == [
        (at(hours), version, "https://paper.example/a") for hours, version in ((0, 1), (1, 1), (2, 2))
    ]


def test_a_status_of_nothing_does_not_keep_the_one_before(folders: Folders):
    con = loaded(folders, [[found("a"), fetched("a", status=500, outcome="failed", reason="status_500"),
                            fetched("a", hours=1, status=None, outcome="failed", reason=None)]])  # fmt: skip
    assert answers(con, "SELECT status, reason, outcome FROM rejects") == [(None, None, "failed")]


def test_source_health_says_how_the_last_run_went(folders: Folders):
    def run(name: str, hours: float, state: str, message: str | None = None) -> rows.Run:
        ended = None if state == "running" else at(hours + 0.1)
        return rows.Run(
            key(name), SOURCE, "ingest", state, at(hours), at(hours), ended, None, 1, 3, 2, 1, 2, 0, 0, 0, message
        )

    asked = "SELECT state, last_run_message, last_success_at FROM source_health"
    assert answers(loaded(folders, [[outlet()]]), asked) == [("never_ran", None, None)]
    went = [[outlet(), reading("a"), run("one", 0, "completed")]]
    assert answers(loaded(folders, went), asked) == [("ok", None, at(0.1))]
    went.append([run("two", 1, "failed", "The disk is full.")])
    assert answers(loaded(folders, went), asked) == [("failed", "The disk is full.", at(0.1))]
    went.append([run("three", 2, "running")])
    assert answers(loaded(folders, went), asked) == [("unfinished", None, at(0.1))]


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([("ingest", "completed"), ("backfill", "cancelled")], "ok"),
        ([("ingest", "completed"), ("backfill", "running")], "ok"),
        ([("ingest", "failed"), ("import", "completed")], "failed"),
        ([("backfill", "completed"), ("backfill", "cancelled")], "cancelled"),
    ],
)
def test_source_health_is_judged_by_the_passes_where_there_was_any(folders: Folders, kinds, state):
    runs = [
        rows.Run(
            key(f"{place}"),
            SOURCE,
            kind,
            how,
            at(place),
            at(place),
            at(place + 0.1),
            None,
            1,
            3,
            2,
            1,
            2,
            0,
            0,
            0,
            None,
        )
        for place, (kind, how) in enumerate(kinds)
    ]
    asked = "SELECT state, last_run_kind, last_run_state, last_run_at FROM source_health"
    assert answers(loaded(folders, [[outlet(), reading("a"), *runs]]), asked) == [(state, *kinds[-1], at(1))]


def comment_of(con: duckdb.DuckDBPyConnection, table: str, column: str) -> str:
    asked = f"SELECT comment FROM duckdb_columns() WHERE table_name = '{table}' AND column_name = '{column}'"
    return str(answers(con, asked)[0][0])


def test_the_bases_that_are_documented_are_those_of_the_code(empty):
    said = comment_of(empty, "articles", "date_published_basis")
    assert said.rstrip(".").partition("rests on: ")[2].split(", ") == list(claims.BASES)
    headlines = comment_of(empty, "field_evidence", "basis").partition("Headlines: ")[2].partition(".")[0]
    assert set(headlines.split(", ")) == set(headline.WEIGHTS)
