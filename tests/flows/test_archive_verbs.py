"""The verbs about the archive: what they print, what they ask, and their exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli.app import Problem
from flows.cli.verbs import app
from flows.workspace import VARIABLE, Workspace, create
from tests.warehouse.facts import fetched, found, key, reading
from tests.warehouse.test_archive import SOURCE, capture, only_file
from warehouse import archive, loader, reading_copy, spool
from warehouse.errors import WarehouseError

ADDRESS = "https://paper.example/harbour"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A source with two articles in archive and tables."""
    from parsers import urls

    made = create(tmp_path / "news")
    monkeypatch.setenv(VARIABLE, str(made.root))
    (made.sources / f"{SOURCE}.toml").write_text(
        'name = "Paper"\nhome = "https://paper.example/"\n[[find]]\nkind = "feed"\nurl = "https://paper.example/feed"\n'
    )
    with archive.Appender(made.folders, SOURCE, key("run")) as appender:
        rows = []
        for name in ("harbour", "mayor"):
            item = capture(name, url_key=urls.key(f"https://paper.example/{name}"))
            place = appender.append(item)
            own = {"fetch_id": item.fetch_id, "url_key": item.url_key}
            located = {"segment_id": place.segment_id, "record_offset": place.offset, "record_length": place.length}
            rows += [found(name, url_key=item.url_key), fetched(name, **own, **located)]
            rows.append(replace(reading(name, f"the {name} was seen by many people in town today"), **own))
        spool.write(made.folders, [*rows, *appender.segment_rows()], source_id=SOURCE, run_id=key("run"))
    loader.drain(made.folders, publish_now=True)
    return made


def ran(*words: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=answer)


def articles(workspace: Workspace) -> int:
    with reading_copy.connect(workspace.folders) as connection:
        return connection.execute("select count(*) from articles").fetchall()[0][0]


def test_a_sound_archive_is_said_to_be_sound(workspace: Workspace):
    done = ran("archive", "verify")
    assert done.exit_code == 0
    assert "1 file, 0.0 MB, 2 captures; 2 rows point to them" in done.output


def test_a_damaged_one_is_named_with_the_way_out_and_exit_code_1(workspace: Workspace):
    path = only_file(workspace.folders)
    data = bytearray(path.read_bytes())
    data[-40] ^= 0xFF
    path.write_bytes(data)
    done = ran("archive", "verify", SOURCE)
    assert done.exit_code == 1
    assert path.name in done.output.replace("\n", "")
    assert "wireroom restore" in done.output
    verdict = json.loads(ran("archive", "verify", "--json").output)
    assert verdict["problems"]


def test_an_unknown_source_is_said(workspace: Workspace):
    done = ran("archive", "verify", "papre")
    assert isinstance(done.exception, Problem)
    assert "It has: paper" in str(done.exception)


def test_withdrawing_names_what_goes_and_asks(workspace: Workspace):
    done = ran("withdraw", ADDRESS, "--reason", "asked", answer="n\n")
    assert done.exit_code == 1
    assert "1 article (1 version, 1 archived page, 1 address)" in done.output
    assert "The Harbour Was Seen" in done.output
    assert articles(workspace) == 2


def test_yes_withdraws_at_once(workspace: Workspace):
    done = ran("withdraw", ADDRESS, "--reason", "asked", "--yes", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output)[0]["source_id"] == SOURCE
    assert articles(workspace) == 1
    again = ran("withdraw", ADDRESS, "--reason", "asked", "--yes")
    assert "It was withdrawn before" in again.output
    assert again.exit_code == 0


def test_a_whole_source(workspace: Workspace):
    assert ran("withdraw", "--source", SOURCE, "--reason", "asked", "--yes").exit_code == 0
    assert articles(workspace) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Name what is to be withdrawn"),
        ((ADDRESS, "--source", SOURCE, "--reason", "x"), "Name what is to be withdrawn"),
        ((ADDRESS,), "Say why"),
        (("https://elsewhere.example/x", "--reason", "x"), "Nothing is known"),
        (("--source", "papre", "--reason", "x"), "no source"),
    ],
)
def test_what_cannot_be_withdrawn_is_said(workspace: Workspace, words: tuple[str, ...], said: str):
    done = ran("withdraw", *words)
    assert isinstance(done.exception, Problem | WarehouseError)
    assert said in str(done.exception)
    assert articles(workspace) == 2


def test_rebuild_says_what_it_did(workspace: Workspace):
    done = ran("rebuild", "--json")
    assert done.exit_code == 0
    report = json.loads(done.output)
    assert (report["captures"], report["pages"], report["problems"]) == (2, 2, [])
