"""wireroom logs: the last lines, chosen by source, run and level, also from files that were put aside, and as they come."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import pytest

from flows import progress
from flows.cli import journal
from flows.cli.journal import Level, Wanted, last
from flows.journal import logs
from flows.progress import Event
from flows.workspace import Workspace, create

WIREROOM = Path(sys.executable).with_name("wireroom")


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = create(tmp_path_factory.mktemp("journal") / "news")
    with logs.kept(made):
        for source, run in (("town", "aaaa"), ("field", "bbbb")):
            with progress.about(source, run):
                progress.tell(
                    Event("page", "", outcome="failed", reason="status_404", url=f"https://{source}.example/x")
                )
                progress.tell(Event("note", f"{source} notes"))
                progress.tell(Event("warning", f"{source} warns \x1b[31m"))
    return made


def wireroom(place: Workspace, *words: str) -> list[str]:
    command = [WIREROOM, "logs", *words]
    done = subprocess.run(command, cwd=place.root, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def test_pages_are_shown_only_on_demand(news: Workspace):
    assert [line.split()[-1] for line in wireroom(news, "town")] == ["notes", "�[31m"]
    (page,) = [line for line in wireroom(news, "town", "--level", "debug") if "example" in line]
    assert page.split()[2:] == ["town", "failed", "status_404", "https://town.example/x"]


def test_lines_are_chosen_by_source_run_and_level(news: Workspace):
    assert len(wireroom(news, "--level", "warning")) == 2
    assert len(wireroom(news, "--run", "bb", "--level", "debug")) == 3
    assert [json.loads(line)["source"] for line in wireroom(news, "--json", "-n", "1")] == ["field"]


def test_a_log_without_such_a_line_says_so(news: Workspace):
    code, said = refused(news, "town", "--level", "error")
    assert (code, "No such line" in said) == (0, True)


@pytest.mark.parametrize(("words", "name"), [(("nobody",), "nobody"), (("town", "--run", "zz"), "zz")])
def test_a_source_or_run_that_there_is_not_is_named(news: Workspace, words: tuple[str, ...], name: str):
    code, said = refused(news, *words)
    assert (code, f"'{name}'" in said) == (1, True), said


def refused(place: Workspace, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [WIREROOM, "logs", *words], cwd=place.root, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_the_last_lines_come_from_as_many_files_as_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(logs, "LARGEST", 500)
    file = logs.File(tmp_path / logs.NAME)
    for number in range(40):
        file.write(json.dumps({"level": "info", "number": number, "text": "x" * 60}))
    with file.path.open("a") as half:
        half.write('{"level": "info", "numb')
    wanted = Wanted((), Level.info, None)
    assert [said["number"] for said in last(file.path, wanted, 20)] == list(range(20, 40))
    assert [said["number"] for said in last(file.path, wanted, 1)] == [39]
    assert last(file.path, wanted, 0) == []
    assert last(tmp_path / "nowhere", wanted, 5) == []


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process that says nothing more, so that who reads it reads an end."""
    timer = Timer(120, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def test_following_shows_what_comes_also_in_the_next_file(news: Workspace):
    file = logs.File(news.folders.logs / logs.NAME)
    command = [WIREROOM, "logs", "-f", "--json", "-n", "1", "field", "--level", "warning"]
    with subprocess.Popen(command, cwd=news.root, stdout=subprocess.PIPE, text=True) as following, ended(following):
        assert following.stdout is not None
        assert "field warns" in following.stdout.readline()
        file.write(logs.line_of({"level": "error", "source": "field", "text": "first"}))
        file.write(logs.line_of({"level": "error", "source": "town", "text": "not asked for"}))
        assert json.loads(following.stdout.readline())["text"] == "first"
        file.path.rename(file.path.with_name(f"{logs.NAME}.1"))
        file.write(logs.line_of({"level": "error", "source": "field", "text": "second"}))
        assert json.loads(following.stdout.readline())["text"] == "second"
        following.send_signal(2)
        assert following.wait(60) == 130


def test_a_line_that_comes_while_the_last_ones_are_shown_is_not_missed(
    news: Workspace, monkeypatch: pytest.MonkeyPatch
):
    file, shown = logs.File(news.folders.logs / logs.NAME), []

    def show(said: dict[str, str]) -> None:
        if not shown:
            file.write(logs.line_of({"level": "error", "source": "field", "text": "meanwhile"}))
        shown.append(said["text"])

    def looked_in_vain(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(journal, "_print_json", show)
    monkeypatch.setattr(journal.time, "sleep", looked_in_vain)
    monkeypatch.chdir(news.root)
    with pytest.raises(KeyboardInterrupt):
        journal.logs(["field"], Level.warning, lines=1, follow=True, as_json=True)
    assert shown[1:] == ["meanwhile"]
