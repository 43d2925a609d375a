"""`wireroom export`: every form, every filter, and the package."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.flows.cli.conftest import Run

BODIES = ("forty boats", "fifty boats", "Gulls are")


def exported(wireroom: Run, *options: object) -> list[dict]:
    return [json.loads(line) for line in wireroom("export", *options).stdout.splitlines()]


def test_without_options_every_article_is_a_line_of_json(wireroom: Run) -> None:
    assert {row["headline"] for row in exported(wireroom)} == {
        'Bridge & Boats: 50% {more} "traffic"',
        "Gulls, uncounted",
    }


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--outlet", "paper"], 2), (["--outlet", "the paper"], 2), (["--agency", "ap"], 1),
        (["--agency", "AP"], 1), (["--agency", "Associated Press"], 1), (["--agency", "ap", "--agency", "AP"], 1),
        (["--from", "2026-02-28"], 1), (["--from", "2026-03-01"], 0), (["--to", "2026-02-27"], 0), (["--to", "2026-02-28"], 1),
        (["--where", "headline like 'Gulls%' -- and nothing else"], 1), (["--where", "true", "--agency", "ap"], 1), (["--versions"], 3),
    ],
)  # fmt: skip
def test_a_choice(wireroom: Run, options: list[str], count: int) -> None:
    assert len(exported(wireroom, *options)) == count


@pytest.mark.parametrize(
    "options",
    [
        ["--where", "bogus = 1"], ["--where", "true) union (select 1"], ["--where", "exists (from read_text('/etc/hosts'))"],
        ["--from", "2026-03-01", "--to", "2026-02-01"], ["--format", "parquet"], ["-o", "rows.what"], ["-o", "absent/rows.csv"],
        ["--package", "p", "-o", "rows.csv"],
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(wireroom: Run, tmp_path: Path, options: list[str]) -> None:
    assert wireroom("export", *options, code=1).stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nonsense > 3", "--where 'nonsense > 3' cannot be used: referenced column \"nonsense\" not found"),
        ("word_count >", "--where 'word_count >' cannot be used: syntax error at its end."),
    ],
)
def test_of_a_wrong_condition_only_the_users_own_words_are_shown(wireroom: Run, where: str, said: str) -> None:
    told = wireroom("export", "--where", where, code=1).stderr
    assert said in told
    assert not re.search("SELECT|TEMP TABLE|LINE 1", told, re.IGNORECASE)


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_file_has_every_column_and_row(wireroom: Run, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"articles.{ending}"
    assert wireroom("export", "-o", target).stderr == f"2 articles in {target}\n"
    reader = {"csv": "read_csv", "jsonl": "read_json", "parquet": "read_parquet"}[ending]
    rows = duckdb.sql(
        f"select article_id::varchar, headline, body, date_published::date from {reader}('{target}') order by 2"
    ).fetchall()
    assert re.fullmatch(r"[0-9a-f-]{36}", rows[0][0])
    assert "fifty boats" in rows[0][2]
    assert rows[0][3].isoformat() == "2026-02-28"
    assert "--force" in wireroom("export", "-o", target, code=1).stderr
    wireroom("export", "-o", target, "--force")


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "ninjs"])
def test_without_text_nothing_of_it_is_there(wireroom: Run, tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"articles.{ending}"
    wireroom("export", "--no-text", "--versions", "-o", target)
    assert not any(body.encode() in target.read_bytes() for body in (*BODIES, "Boats, counted."))


# What the published schema of ninjs 3.0 asks of the properties that we write, in our own words.
TEXT, MOMENT, URI = "text", "moment", "uri"
PIECE = {"role": TEXT, "contentType": TEXT, "value": TEXT}
CONCEPT = {"name": TEXT, "rel": TEXT, "uri": URI, "literal": TEXT}
NINJS = {
    "uri": URI, "type": {"text"}, "representationType": {"full", "partial"}, "version": TEXT, "versionCreated": MOMENT,
    "contentCreated": MOMENT, "language": TEXT, "headlines": [PIECE], "descriptions": [PIECE], "by": TEXT, "located": TEXT,
    "bodies": [{**PIECE, "charCount": int, "wordCount": int}], "people": [CONCEPT], "places": [CONCEPT], "subjects": [CONCEPT],
    "infoSources": [{"name": TEXT, "role": TEXT, "uri": URI, "literal": TEXT}], "copyrightHolder": TEXT, "copyrightNotice": TEXT,
    "edNote": TEXT, "altIds": [{"role": TEXT, "value": TEXT}], "standard": {"name": TEXT, "version": TEXT, "schema": URI},
}  # fmt: skip


def faults(value: Any, rule: Any, where: str = "") -> list[str]:
    """Where a value breaks a rule: an unknown property, another type, an instant without a zone, a text that is no URI."""
    if isinstance(rule, dict):
        unknown = [f"{where}.{name} is unknown" for name in value if name not in rule]
        missing = [f"{where} has no value"] if "value" in rule and "role" in rule and "value" not in value else []
        return (
            unknown
            + missing
            + [f for name in value if name in rule for f in faults(value[name], rule[name], f"{where}.{name}")]
        )
    if isinstance(rule, list):
        return (
            [f for item in value for f in faults(item, rule[0], where)]
            if isinstance(value, list)
            else [f"{where}: no array"]
        )
    if isinstance(rule, set):
        return [] if value in rule else [f"{where}: {value!r}"]
    if rule is int:
        return [] if isinstance(value, int) else [f"{where}: no integer"]
    if not isinstance(value, str):
        return [f"{where}: no string"]
    if rule == MOMENT and datetime.fromisoformat(value).tzinfo is None:
        return [f"{where}: no zone"]
    return [f"{where}: no URI"] if rule == URI and not re.match(r"[a-z][a-z0-9+.-]*:\S+$", value) else []


def test_ninjs_keeps_the_rules_of_its_schema(wireroom: Run) -> None:
    objects = exported(wireroom, "--format", "ninjs", "--versions")
    assert [fault for item in objects for fault in faults(item, NINJS)] == []
    assert all(item["uri"].startswith("urn:uuid:") for item in objects)
    bridge = next(item for item in objects if "located" in item and item["version"] == "2")
    assert bridge["located"] == "OSLO"
    assert [place["name"] for place in bridge["places"]] == ["OSLO", "BERGEN"]
    assert [(s["role"], s["literal"]) for s in bridge["infoSources"]] == [
        ("originator", "ap"),
        ("distributor", "paper"),
    ]
    assert "contentCreated" not in bridge  # the day is known, the instant is not
    assert "2026-02-28 (by dateline)" in bridge["edNote"]
    assert faults({"uri": "x", "headline": "y", "versionCreated": "2026-01-01T00:00:00"}, NINJS) != []


@pytest.fixture(scope="module")
def package(newsroom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from datetime import UTC

    from warehouse.export import package as packages
    from warehouse.export.selection import Selection

    target = tmp_path_factory.mktemp("packages") / "The Paper 2026"
    source = tmp_path_factory.mktemp("sources") / "paper.toml"
    source.write_text('name = "The Paper"\n')
    packages.write(newsroom.folders, target, Selection(), [source], datetime.now(UTC).replace(tzinfo=None))
    return target


def test_a_package_describes_exactly_what_it_holds(package: Path) -> None:
    descriptor = json.loads((package / "datapackage.json").read_text())
    assert re.fullmatch(r"[a-z0-9._-]+", descriptor["name"])
    names = [resource["name"] for resource in descriptor["resources"]]
    assert {f"{name}.parquet" for name in names} == {path.name for path in package.glob("*.parquet")}
    for resource in descriptor["resources"]:
        path = package / resource["path"]
        columns = duckdb.sql(f"describe from read_parquet('{path}')").fetchall()
        assert [(field["name"], field["duckdbType"]) for field in resource["schema"]["fields"]] == [
            row[:2] for row in columns
        ]
        assert resource["hash"] == f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
        assert resource["description"]
        for key in resource["schema"].get("foreignKeys", []):
            assert key["reference"]["resource"] in names
        if keys := resource["schema"].get("primaryKey"):
            count, distinct = duckdb.sql(
                f"select count(*), count(distinct ({', '.join(keys)})) from read_parquet('{path}')"
            ).fetchall()[0]
            assert count == distinct
    articles = next(resource for resource in descriptor["resources"] if resource["name"] == "articles")
    undescribed = [field["name"] for field in articles["schema"]["fields"] if "description" not in field]
    assert undescribed == []
    types = {field["name"]: field["type"] for field in articles["schema"]["fields"]}
    assert (types["article_id"], types["date_published"], types["valid_from"], types["authors"]) == (
        "string",
        "date",
        "datetime",
        "any",
    )


def test_the_checksums_are_of_every_file(package: Path) -> None:
    sums = dict(line.split("  ", 1)[::-1] for line in (package / "SHA256SUMS").read_text().splitlines())
    files = {
        path.relative_to(package).as_posix(): path
        for path in package.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == sums
    assert "sources/paper.toml" in sums


def test_the_datasheet_counts_and_names_the_holes(package: Path) -> None:
    sheet = (package / "README.md").read_text()
    assert "2 news articles in 3 versions" in sheet
    assert "| The Paper | 2 | 2026-02-28 | 2026-02-28 | 2 | 1 |" in sheet
    assert "| Associated Press | 1 |" in sheet
    assert "not_article" in sheet
    assert "| date_published | 1 |" in sheet


def test_a_package_to_share_holds_no_text(wireroom: Run, tmp_path: Path) -> None:
    wireroom("export", "--package", "shared", "--no-text", "--agency", "ap")
    for path in (tmp_path / "shared").glob("*.parquet"):
        told = duckdb.sql(f"select t::varchar from read_parquet('{path}') t").fetchall()
        assert not any(text in str(row) for row in told for text in (*BODIES, "Boats, counted."))
    assert duckdb.sql(f"from read_parquet('{tmp_path}/shared/articles.parquet')").fetchall() != []
    assert "Without the outlets' texts" in (tmp_path / "shared" / "README.md").read_text()


def test_a_package_replaces_a_package_only_by_force_and_nothing_else_ever(wireroom: Run, tmp_path: Path) -> None:
    wireroom("export", "--package", "mine", "--where", "bogus", code=1)
    assert list(tmp_path.iterdir()) == []
    wireroom("export", "--package", "mine")
    assert "--force" in wireroom("export", "--package", "mine", code=1).stderr
    wireroom("export", "--package", "mine", "--force", "--from", "2030")
    assert duckdb.sql(f"select count(*) from read_parquet('{tmp_path}/mine/articles.parquet')").fetchall() == [(0,)]
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "dear.txt").write_text("dear")
    wireroom("export", "--package", "letters", "--force", code=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters", "mine"]


def test_csv_of_an_export_is_read_back(wireroom: Run) -> None:
    rows = [*csv.DictReader(wireroom("export", "--format", "csv").stdout.splitlines(keepends=True))]
    bridge = next(row for row in rows if row["source_tag"] == "AP")
    assert json.loads(bridge["located_all"]) == ["OSLO", "BERGEN"]
    assert bridge["body"].count("\n\n") == 2


@pytest.mark.parametrize(
    ("option", "name", "hint"), [("--agency", "pa", "AP"), ("--outlet", "the papr", "The Paper"), ("--outlet", "x", "")]
)
def test_a_name_that_nothing_has_is_no_empty_answer(wireroom: Run, option: str, name: str, hint: str):
    done = wireroom("export", option, name, code=1)
    assert done.stdout == ""
    assert f"{name!r}" in done.stderr
    assert hint in done.stderr


def test_days_are_written_as_for_a_search(wireroom: Run):
    month = wireroom("export", "--from", "2026-02", "--to", "2026-02", "--format", "csv").stdout
    assert month == wireroom("export", "--from", "2026-02-01", "--to", "2026-02-28", "--format", "csv").stdout
    assert len(month.splitlines()) > 1
    assert "2026-03-01, 2026-03 or 2026" in wireroom("export", "--from", "soon", code=1).stderr
