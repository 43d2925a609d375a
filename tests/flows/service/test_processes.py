"""Who loses the process above ends at once, and who loses one below starts it again."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import until
from test_up import is_alive

from flows.cli.up import down
from flows.cli.verbs import app, guarded
from flows.service import home, noted
from flows.service.child import Child, rotating
from flows.service.supervisor import Supervisor
from flows.workspace import create
from warehouse.locks import hold

PARENT = """
import subprocess, sys, time
child = "import os, sys, time; from flows.service.bound import end_with; end_with(int(sys.argv[1]), group=True); " \\
    "import subprocess; below = subprocess.Popen(['sleep', '300']); print(os.getpid(), below.pid, flush=True); time.sleep(300)"
import os
subprocess.Popen([sys.executable, "-c", child, str(os.getpid())], process_group=0)
time.sleep(300)
"""


def test_kill_9_of_the_one_above_leaves_no_orphan():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout as lines:
        below = [int(number) for number in lines.readline().split()]
    assert len(below) == 2
    assert all(map(is_alive, below))
    parent.kill()
    parent.wait()
    until(lambda: not any(map(is_alive, below)), "the end of both", 60)


def child(tmp_path: Path, code: str) -> Child:
    return Child("parrot", [sys.executable, "-c", code], os.environ, tmp_path / "parrot.log", tmp_path)


def test_what_ends_is_started_again_and_what_it_said_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("flows.service.child.FIRST_PAUSE", 0.05)
    parrot = child(tmp_path, "print('pieces of eight'); raise SystemExit(7)")
    said: list[str] = []
    until(lambda: said.append(parrot.keep_alive() or "") or parrot.restarts >= 2, "two restarts", 60)
    parrot.end(5)
    told = [line for line in said if line]
    assert "started as process" in told[0]
    assert "exit code 7" in told[1]
    until(lambda: (tmp_path / "parrot.log").read_text().count("pieces of eight") >= 2, "its lines", 60)


def test_one_that_will_not_end_is_killed_with_its_children(tmp_path: Path):
    code = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "below = subprocess.Popen(['sleep', '300']); print(below.pid, flush=True); time.sleep(300)"
    )
    parrot = child(tmp_path, code)
    parrot.keep_alive()
    below = int(until(lambda: (tmp_path / "parrot.log").read_text().strip(), "its child", 60))
    pid = parrot.pid
    assert pid is not None
    parrot.end(0.5)
    assert not is_alive(pid)
    until(lambda: not is_alive(below), "the end of its child", 30)


def test_a_terminal_that_was_closed_and_a_full_disk_hinder_no_orderly_end(tmp_path: Path, monkeypatch):
    """As when a window is closed: the signal comes, and nothing can be said any more."""
    workspace = create(tmp_path / "news")
    code = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: (print('ended well'), sys.exit())); "
        "print('up', flush=True); time.sleep(300)"
    )
    children = [child(tmp_path / name, code) for name in ("server", "worker")]
    logs = [tmp_path / name / "parrot.log" for name in ("server", "worker")]

    def nobody(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    def close() -> None:
        monkeypatch.setattr(noted, "write", nobody)
        until(lambda: all(log.read_text() == "up\n" for log in logs), "both", 60)
        os.kill(os.getpid(), signal.SIGHUP)

    supervisor = Supervisor(workspace, 1, say=nobody)
    monkeypatch.setattr(supervisor, "_children", lambda: children)
    monkeypatch.setattr("flows.service.supervisor.answers", lambda url: True)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)}
    try:
        supervisor.run(close)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert [log.read_text() for log in logs] == ["up\nended well\n"] * 2
    assert not noted.was_killed(workspace)


def test_a_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import logging

    monkeypatch.setattr("flows.service.child.LOG_BYTES", 1000)
    log = rotating(tmp_path / "logs" / "up.log")
    for number in range(500):
        log.emit(logging.makeLogRecord({"msg": f"line {number}"}))
    log.close()
    files = sorted((tmp_path / "logs").iterdir())
    assert len(files) == 4
    assert sum(file.stat().st_size for file in files) < 5000


def test_the_password_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    workspace = create(tmp_path / "news", "desk@example.org")
    monkeypatch.setenv("PREFECT_SERVER_API_AUTH_STRING", "somebody:elses")
    monkeypatch.setenv("PREFECT_API_URL", "http://elsewhere.example/api")
    monkeypatch.setenv("PREFECT_PROFILE", "theirs")
    (workspace.root / ".env").chmod(0o644)
    first = home.password(workspace)
    assert first == home.password(workspace)
    assert first != "somebody:elses"
    assert stat.S_IMODE((workspace.root / ".env").stat().st_mode) == 0o600
    assert workspace.setting("WIREROOM_CONTACT") == "desk@example.org"
    environment = home.environment(workspace, 4999)
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:4999/api"
    assert environment["PREFECT_HOME"] == str(workspace.prefect_home)
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert environment["DO_NOT_TRACK"] == "1"
    assert "PREFECT_PROFILE" not in environment


def test_the_port_is_kept_while_it_is_free(tmp_path: Path):
    import socket

    workspace = create(tmp_path / "news")
    port = home.port(workspace)
    assert home.port(workspace) == port
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert home.port(workspace) != port


def test_up_beside_another_prefect_points_to_deploy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    workspace = create(tmp_path / "news")
    monkeypatch.chdir(workspace.root)
    monkeypatch.setenv("PREFECT_API_URL", "http://prefect.example/api")
    assert guarded(lambda: app(["up"])) == 1
    said = capsys.readouterr().err
    assert "http://prefect.example/api" in said
    assert "wireroom deploy" in said


@pytest.mark.parametrize("written", ["secret", "secret:", ":secret"])
def test_a_log_in_that_is_none_is_named_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, written: str
):
    workspace = create(tmp_path / "news")
    monkeypatch.chdir(workspace.root)
    (workspace.root / ".env").write_text(f"PREFECT_SERVER_API_AUTH_STRING={written}\n", encoding="utf-8")
    assert guarded(lambda: app(["up", "--detach"])) == 1
    said = capsys.readouterr().err
    assert "must be user:password" in said
    assert "secret" not in said


def test_one_that_is_just_being_started_is_no_run_to_wait_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    workspace = create(tmp_path / "news")
    monkeypatch.chdir(workspace.root)
    with hold(noted.lock(workspace), "wireroom up in process 1"):
        assert guarded(lambda: app(["up"])) == 3
    said = capsys.readouterr().err
    assert "wireroom up in process 1" in said
    assert "--wait" not in said


def test_a_note_of_one_that_was_killed_deceives_nobody(tmp_path: Path):
    workspace = create(tmp_path / "news")
    note = noted.Service(os.getpid(), "2026-11-24T10:00:00", "http://127.0.0.1:1", "running", {}, {})
    noted.write(workspace, note)
    assert noted.running(workspace) is None
    assert noted.was_killed(workspace)
    assert noted.stop(workspace) is False
    assert not noted.was_killed(workspace), "who says down knows"
    noted.write(workspace, note)
    with hold(noted.lock(workspace), "wireroom up in process 1"):
        assert noted.running(workspace) == note
        assert not noted.was_killed(workspace)


def test_down_says_that_it_clears_away_what_a_killed_up_has_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    workspace = create(tmp_path / "news")
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(workspace.root))
    noted.write(workspace, noted.Service(os.getpid(), "2026-11-24T10:00:00", "http://127.0.0.1:1", "running", {}, {}))
    down()
    assert "was killed, and the note it left has been cleared away" in capsys.readouterr().out
    down()
    assert capsys.readouterr().out == "Nothing runs here. Start it with: wireroom up\n"


def test_down_kills_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(noted, "PATIENCE", 0.5)
    workspace = create(tmp_path / "news")
    code = (
        "import signal, sys, time; from pathlib import Path; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "from warehouse.locks import hold\n"
        "with hold(Path(sys.argv[1]), 'wireroom up'): print('held', flush=True); time.sleep(300)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(noted.lock(workspace))], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout as lines:
        assert lines.readline() == "held\n"
    noted.write(workspace, noted.Service(process.pid, "2026-11-24T10:00:00", "http://127.0.0.1:1", "running", {}, {}))
    assert noted.stop(workspace) is True
    assert process.wait(timeout=30) == -signal.SIGKILL
    assert noted.running(workspace) is None
