"""Docs are code: in a folder where the demo was made, every command, query, snippet and file of each page works.

In commands, ARTICLE stands for the article that the demo's outlet has corrected. What cannot run here is a `text` block.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
import tomllib
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest
import yaml

from bench import handbook
from flows.cli.verbs import app, guarded
from flows.sample.pages import pages
from flows.sample.site import serve
from flows.sample.warehouse import build
from tests.flows.importing.recorded import Recorded
from tests.flows.importing.recorded import page as recorded_page
from tests.test_readme import ROOT, WIREROOM, blocks, run, twice_shown
from warehouse import loader, reading_copy
from warehouse.folders import Folders

SERVED = {"tutorial.md": 3, "backfill.md": 4}  # are run on an outlet of their own, below; articles that come
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))}
LANGUAGES = {"console", "sql", "python", "python-extra", "toml", "text", "yaml", "r", "sql+jinja", "html", "json", ""}
EXPECTED_CODES = {
    "wireroom ingest eir": 4,  # the outlet is not reachable from a test
    "wireroom backfill meridian --from 2026-01 --to 2026-01 --limit 1": 4,  # there is more to do
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("docs")
    build(place / "demo")
    (place / "demo" / ".env").touch(mode=0o600)
    (place / "page.html").write_bytes(
        next(reply.body for path, reply in pages(corrected=False).items() if "/pr/2026/26" in path)
    )
    record(place)
    return place


def record(place: Path) -> None:
    """Files to import: a page of the outlet and one of another host as WARC, and a list of addresses."""
    home = tomllib.loads((place / "demo" / "sources" / "meridian.toml").read_text(encoding="utf-8"))["home"]
    recorded = Recorded()
    recorded.answer(f"{home}pr/2025/250101_recorded.html", recorded_page("recorded"))
    recorded.answer("https://example.org/elsewhere", recorded_page("elsewhere"))
    recorded.at(place / "recorded.warc.gz")
    (place / "list.csv").write_text(f"url,date,title\n{home}pr/2025/250102_listed.html,2025-01-02,Listed\n")


@pytest.fixture
def place(sample: Path, tmp_path: Path) -> Path:
    """A folder with a workspace `demo` and a saved page."""
    return Path(shutil.copytree(sample, tmp_path / "place", symlinks=True))


def of_all(language: str) -> list[tuple[str, str]]:
    return [(name, block) for name, text in PAGES.items() for block in blocks(language, text)]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_block_that_no_test_knows(name: str):
    named = re.findall(r"^```([a-z+-]*)\n.*?^```$", PAGES[name], re.M | re.S)
    assert set(named) <= LANGUAGES


@pytest.mark.parametrize("name", sorted({name for name, _ in of_all("console")} - set(SERVED)))
def test_every_command_runs_in_the_order_of_the_page(
    place: Path, name: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    monkeypatch.chdir(place)
    assert follow(PAGES[name], name, place, monkeypatch, capfdbinary) > 0


@pytest.mark.parametrize("name", SERVED)
def test_a_worked_example_can_be_followed_on_the_sample_outlet(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
):
    monkeypatch.chdir(tmp_path)
    with serve() as site:
        text = PAGES[name].replace("127.0.0.1:8765", site.host)
        assert site.host in text
        assert follow(text, name, tmp_path, monkeypatch, capfdbinary) > 0
    with reading_copy.connect(Folders(Path.cwd() / "data")) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(SERVED[name],)]


def follow(
    text: str, name: str, place: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> int:
    """Run the commands of a page, one after another; how many there were."""
    lines = [line for block in blocks("console", text) for line in block.splitlines() if line.strip()]
    for line in lines:
        words = [twice_shown(place) if word == "ARTICLE" else word for word in shlex.split(line, comments=True)]
        if words[0] == "cd":
            monkeypatch.chdir(words[1])
        elif words[0] == "mkdir":
            Path(words[-1]).mkdir(parents=True)
        elif words[0] == "make":
            assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.M), line
        else:
            assert words[0] == "wireroom", f"{name}: {line}: say how it is tested"
            monkeypatch.delenv("WIREROOM_WORKSPACE", raising=False)  # what --workspace of the line before has set
            code = guarded(lambda words=words: app(words[1:], prog_name="wireroom"))
            assert code == EXPECTED_CODES.get(line, 0), f"{line}\n{capfdbinary.readouterr()}"
    return len(lines)


@pytest.mark.parametrize(("name", "sql"), of_all("sql"))
def test_every_query_runs(sample: Path, name: str, sql: str):
    with reading_copy.connect(Folders(sample / "demo" / "data")) as con:
        assert con.execute(sql).description


@pytest.mark.parametrize(("name", "snippet"), of_all("python") + of_all("python-extra"))
def test_every_snippet_runs(place: Path, name: str, snippet: str):
    if "polars" in snippet and not (find_spec("pandas") and find_spec("polars") and find_spec("pyarrow")):
        pytest.skip("pandas, polars and pyarrow are not among the project's own dependencies")
    assert run(sys.executable, "-W", "error", "-c", snippet, cwd=place).stdout.strip()


@pytest.mark.parametrize(("name", "text"), of_all("yaml"))
def test_every_yaml_file_can_be_read(name: str, text: str):
    assert isinstance(yaml.safe_load(text), dict)


def test_the_warehouses_page_is_what_the_generator_writes():
    assert handbook.FILE.read_text(encoding="utf-8") == handbook.page(), "Write it anew with: make docs"


def test_every_worked_query_shows_an_answer():
    text = PAGES["warehouse.md"].split("## Macros")[0]
    answers = re.findall(r"^```$\n\n((?:\|.*\n)+)", text, re.M)
    assert len(answers) == len(blocks("sql", text)) == 9
    assert all(len(answer.splitlines()) > 2 for answer in answers)


def test_the_users_own_tables_survive_new_editions(place: Path):
    """As docs/connect.md says: the file names the link, so whoever connects again sees the new edition."""
    (snippet,) = [block for block in blocks("python", PAGES["connect.md"]) if "mine.duckdb" in block]
    run(sys.executable, "-c", snippet, cwd=place)
    folders = Folders(place / "demo" / "data")
    before = folders.warehouse.resolve()
    reading_copy.publish(folders, now=True)
    reading_copy.publish(folders, now=True)
    reading_copy.publish(folders, now=True)
    assert folders.warehouse.resolve() != before
    assert not before.exists()
    assert run(sys.executable, "-c", snippet, cwd=place).stdout.strip() == "read later"
    with closing(duckdb.connect(str(place / "mine.duckdb"))) as mine:
        assert mine.execute("SELECT count(*) FROM marked").fetchall() == [(2,)]


def test_a_connection_that_stays_open_shows_its_own_edition_and_a_new_one_the_newest(place: Path):
    folders = Folders(place / "demo" / "data")
    with closing(duckdb.connect(str(folders.warehouse), read_only=True)) as kept:
        with closing(duckdb.connect(str(folders.live))) as live:
            live.execute("INSERT INTO agencies VALUES ('new', 'New Agency', 'agency', now()::TIMESTAMP, 9)")
        loader.drain(folders, publish_now=True)
        reading_copy.publish(folders, now=True)
        asked = "SELECT count(*) FROM agencies WHERE info_source = 'new'"
        assert kept.execute(asked).fetchall() == [(0,)]
        with closing(duckdb.connect(str(folders.warehouse), read_only=True)) as anew:
            assert anew.execute(asked).fetchall() == [(1,)]
        assert kept.execute("SELECT count(*) FROM articles").fetchall() == [(32,)]


@pytest.mark.skipif(shutil.which("dbt") is None, reason="dbt has an environment of its own: make dbt")
def test_dbt_builds_the_pages_model_and_checks_freshness(place: Path):
    text = PAGES["connect.md"]
    (profile,) = blocks("yaml", text)
    (model,) = re.findall(r"^```sql\+jinja\n(.*?)^```", text, re.M | re.S)
    files = {
        "profiles.yml": profile,
        "dbt_project.yml": "name: newsroom\nversion: 1.0.0\nprofile: newsroom\n",
        "models/agency_share.sql": model,
    }
    (place / "dbt" / "models").mkdir(parents=True)
    for name, content in files.items():
        (place / "dbt" / name).write_text(content, encoding="utf-8")
    (place / "dbt" / "data").symlink_to(place / "demo" / "data")
    run(WIREROOM, "--workspace", "demo", "dbt", "--write", "dbt/models", cwd=place)
    for verb in (("build",), ("source", "freshness", "--select", "source:wireroom")):
        run("dbt", *verb, "--profiles-dir", ".", cwd=place / "dbt")
    with closing(duckdb.connect(str(place / "dbt" / "mine.duckdb"), read_only=True)) as mine:
        assert mine.execute("SELECT count(DISTINCT outlet), max(agency_share) > 0 FROM agency_share").fetchall() == [
            (1, True)
        ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write to any file")
def test_a_program_that_wants_to_write_is_refused(place: Path):
    with pytest.raises(duckdb.IOException):
        duckdb.connect(str(place / "demo" / "data" / "warehouse.duckdb"))
