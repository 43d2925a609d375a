"""The README is code: every command, query and snippet of it runs; so does the demo, twice. Other docs: test_docs.py."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from warehouse import reading_copy
from warehouse.folders import Folders

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
WIREROOM = Path(sys.executable).with_name("wireroom")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def run(*arguments: object, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "WIREROOM_"))}
    environment |= {"COLUMNS": "120", "HOME": str(cwd)}
    done = subprocess.run(
        [str(part) for part in arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )
    assert not check or done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A folder in which the demo was run twice, and what it printed each time."""
    place = tmp_path_factory.mktemp("demo")
    first = run(WIREROOM, "demo", cwd=place)
    second = run(WIREROOM, "demo", cwd=place)
    return place, first.stdout + first.stderr, second.stdout + second.stderr


def rows(place: Path, sql: str) -> list[tuple]:
    with reading_copy.connect(Folders(place / "demo" / "data")) as connection:
        return connection.execute(sql).fetchall()


def test_the_demo_ends_with_the_sample_outlet_in_the_warehouse(demo):
    place, first, _ = demo
    assert rows(place, "select count(*) from articles")[0][0] >= 24
    assert "Traceback" not in first
    assert "source_tag" in first


def test_the_second_demo_does_not_promise_the_correction_again(demo):
    _, first, second = demo
    assert "the outlet corrects one article" in first
    assert "the outlet corrects one article" not in second
    assert "To begin anew: rm -r demo" in second
    assert all(" requests, " in line and " s" in line for line in first.splitlines() if "meridian: " in line)


def test_every_page_that_the_readme_links_is_there():
    linked = re.findall(r"\]\(([^)#:]+)\)", README)
    assert {"docs/tutorial.md", "docs/terminal.svg"} <= set(linked)
    assert [path for path in linked if not (ROOT / path).exists()] == []
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} - set(linked) == {"docs/index.md"}


LATEST_RUN = "(select arg_max(run_id, started_at) from runs)"


def test_the_second_demo_changes_the_corrected_article_and_nothing_else(demo):
    place, _, _ = demo
    loads = f"(select load_id from loads where run_id = {LATEST_RUN})"
    assert rows(place, f"select change, count(*) from changes where load_id in {loads} group by all") == [
        ("revised", 1)
    ]
    twice = "select article_id from article_versions group by all having count(*) > 1"
    assert rows(place, f"select count(*) from ({twice})") == [(1,)]


def test_the_second_demo_asks_conditionally(demo):
    place, _, _ = demo
    asked = f"from fetches where role = 'article' and run_id = {LATEST_RUN}"
    outcomes = dict(rows(place, f"select outcome, count(*) {asked} group by all"))
    assert outcomes["fetched"] == 1
    assert outcomes["unchanged"] == rows(place, "select count(*) from articles")[0][0] - 1
    assert rows(place, f"select distinct status {asked} and outcome = 'unchanged'") == [(304,)]


def test_the_commands_that_the_demo_prints_work_when_pasted(demo):
    place, first, _ = demo
    printed = [line.strip() for line in first.splitlines() if "--workspace demo" in line]
    assert len(printed) >= 4
    for line in printed:
        run(*shlex.split(line), cwd=place)


@pytest.mark.parametrize("sql", blocks("sql"))
def test_every_query_runs(demo, sql: str):
    place, _, _ = demo
    assert isinstance(rows(place, sql), list)


@pytest.mark.parametrize("snippet", blocks("python", README))
def test_every_snippet_runs(snippet: str, tmp_path: Path):
    assert run(sys.executable, "-W", "error", "-c", snippet, cwd=tmp_path).stdout.strip() == "('OSLO',) 2026-01-05 AP"


@pytest.mark.parametrize("text", blocks("toml", README))
def test_the_example_source_is_a_valid_one(text: str, tmp_path: Path):
    from flows.sources import load

    path = tmp_path / "example.toml"
    path.write_text(text, encoding="utf-8")
    assert load(path).finders[0].kind == "template"
    assert tomllib.loads(text)["name"] == load(path).name


COMMANDS = [line for block in blocks("console") for line in block.splitlines() if line.strip()]
EXPECTED_TO_FAIL_OFFLINE = {"wireroom ingest eir": 4}  # the outlet is not reachable from a test


def test_every_make_command_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {line.split()[1] for line in COMMANDS if line.startswith("make ")}
    assert named
    assert named <= targets


def twice_shown(place: Path) -> str:
    """The beginning of the id of the article that the second demo changed."""
    sql = "select left(article_id::varchar, 8) from article_versions group by all having count(*) > 1"
    return str(rows(place, sql)[0][0])


def test_every_command_runs(demo):
    """In the order in which they stand there, `cd` included."""
    place, _, _ = demo
    from flows.sample.pages import pages

    (place / "page.html").write_bytes(
        next(reply.body for path, reply in pages(corrected=False).items() if "/pr/2026/26" in path)
    )
    folder = place
    for line in COMMANDS:
        words = [twice_shown(place) if word == "ARTICLE" else word for word in shlex.split(line)]
        if words[0] == "cd":
            folder = place / words[1]
        elif words[0] == "wireroom":
            at = place if (place / words[-1]).exists() or "demo" in words else folder
            done = run(WIREROOM, *words[1:], cwd=at, check=False)
            assert done.returncode == EXPECTED_TO_FAIL_OFFLINE.get(line, 0), f"{line}\n{done.stdout}\n{done.stderr}"
            assert "Traceback" not in done.stderr
        else:
            assert words[0] == "make", f"{line}: say how it is tested"
