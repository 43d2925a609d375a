"""What the system refuses, and what a person breaks off, is said in sentences."""

from __future__ import annotations

import errno
import os
import subprocess
from pathlib import Path

import pytest
import typer

from flows.cli.app import Exit, guarded
from flows.cli.frame import Verbs
from flows.cli.verbs import app
from flows.workspace import Workspace
from tests.flows.cli.conftest import WIREROOM, Run
from warehouse import locks
from warehouse.search import search


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR])
def test_a_refusal_names_the_place_and_the_way_out(code: int, capsys: pytest.CaptureFixture[str]):
    def write() -> None:
        raise OSError(code, os.strerror(code), "/mnt/paper/search.lock")

    assert guarded(write) == Exit.PROBLEM
    said = " ".join(capsys.readouterr().err.split())
    assert "/mnt/paper/search.lock cannot be written" in said
    assert "place elsewhere" in said


@pytest.mark.parametrize("place", ["/proc/news", "/dev/null/news"])
def test_a_workspace_where_none_can_be(wireroom: Run, place: str):
    assert "cannot be written" in wireroom("init", place, code=1).stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["search", "ferry", "--limit", "0"], "0 is too little: the least is 1."),
        (["backfill", "paper", "--limit", "0"], "0 is too little: the least is 1."),
        (["search", "ferry", "--limit", "10001"], "10001 is too much: the most is 10000."),
        (["search", "ferry", "--limit", "a{few}"], "a{few} is no whole number."),
        (["query", "SELECT 1", "--timeout", "soon"], "soon is no number."),
        (["export", "--format", "{0}"], "'{0}' is not one of 'parquet'"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_our_words(
    capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
):
    assert guarded(lambda: app(words, prog_name="wireroom")) == Exit.USAGE
    said = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert sentence in said
    assert "Input should" not in said


def _refuse_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def refusing(path: str | Path, flags: int, mode: int = 0o777) -> int:
        if str(path).endswith(".lock") and flags & (os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return opened(path, flags, mode)

    monkeypatch.setattr(locks.os, "open", refusing)


def test_a_workspace_that_can_only_be_read_is_searched_as_it_is(newsroom: Workspace, monkeypatch: pytest.MonkeyPatch):
    assert search(newsroom.folders, "bridge").total == 1
    _refuse_to_write(monkeypatch)
    monkeypatch.setattr("warehouse.search.lags", lambda folders, index: True)
    found = search(newsroom.folders, "bridge")
    assert (found.total, found.behind) == (1, True)


def test_where_no_index_can_be_made_it_is_said_who_makes_it(
    newsroom: Workspace, wireroom: Run, monkeypatch: pytest.MonkeyPatch
):
    newsroom.folders.search.unlink(missing_ok=True)
    _refuse_to_write(monkeypatch)
    said = wireroom("search", "bridge", code=1).stderr
    assert "There is no search index yet, and none can be made" in said
    assert "Whoever may write there makes it with: wireroom search --rebuild" in said


def test_who_only_looks_holds_a_lock_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lock = tmp_path / "loader.lock"
    with locks.hold(lock, "the loader"):
        _refuse_to_write(monkeypatch)
        with pytest.raises(locks.Held, match="the loader"), locks.hold_to_look(lock, "doctor"):
            pytest.fail("two hold it")
    with locks.hold_to_look(lock, "doctor"):
        assert lock.read_text() == ""


@pytest.mark.parametrize("broken_off", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_a_verb_that_is_broken_off_says_so(broken_off: BaseException, capsys: pytest.CaptureFixture[str]):
    broken = typer.Typer(cls=Verbs)

    @broken.callback()
    def _options() -> None: ...

    @broken.command()
    def ingest() -> None:
        raise broken_off

    assert guarded(lambda: broken(["ingest"], prog_name="wireroom")) == Exit.INTERRUPTED
    assert "the same command goes on from here" in " ".join(capsys.readouterr().err.split())


def test_an_output_without_the_signs_gets_marks(newsroom: Workspace):
    done = subprocess.run(
        [WIREROOM, "query", "select '北' as place"],
        env={
            **os.environ,
            "WIREROOM_WORKSPACE": str(newsroom.root),
            "LC_ALL": "C",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u5317" in done.stdout


def test_the_verbs_stand_in_the_order_of_use(wireroom: Run):
    said = wireroom("--help").stdout
    places = [said.index(f"│ {name} ") for name in ("demo", "ingest", "query", "parse", "doctor", "withdraw")]
    assert places == sorted(places)
    assert wireroom("--version").stdout.startswith("wireroom 0.")
    assert "--collapse" in wireroom("search", "-h").stdout
    assert app is not None
