"""deploy/: every file is what its reader can read, and runs commands that exist."""

from __future__ import annotations

import os
import plistlib
import re
import shlex
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import typer
import yaml
from cronsim import CronSim

from flows.cli.verbs import app
from flows.workspace import create

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "deploy"
WIREROOM = Path(sys.executable).with_name("wireroom")
NOW = datetime(2026, 11, 24)


def options_of(verb: str) -> set[str]:
    command = typer.main.get_command(app)
    return {option for parameter in command.commands[verb].params for option in parameter.opts}


def checked(words: list[str]) -> None:
    """Fail unless these are words that the command line takes."""
    assert Path(words[0]).name == "wireroom"
    rest = words[3:] if words[1] == "--workspace" else words[1:]
    assert set(rest[1:]) <= options_of(rest[0])


def test_the_systemd_unit_is_sound(tmp_path: Path):
    text = (FOLDER / "wireroom.service").read_text()
    (start,) = re.findall(r"^ExecStart=(.*)$", text, re.M)
    checked(shlex.split(start))
    (patience,) = re.findall(r"^TimeoutStopSec=(\d+)$", text, re.M)
    assert int(patience) > 15
    assert "ProtectSystem=strict" in text
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not there to verify the rest")
    unit = tmp_path / "wireroom.service"
    unit.write_text(text.replace(start, "/bin/true"))
    done = subprocess.run(
        [analyze, "verify", "--user", str(unit)], capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert [line for line in done.stderr.splitlines() if "wireroom.service" in line] == []


def test_the_launchd_agent_is_sound(tmp_path: Path):
    agent = plistlib.loads((FOLDER / "org.wireroom.up.plist").read_bytes())
    assert agent["Label"] == "org.wireroom.up"
    checked(agent["ProgramArguments"])
    assert agent["ExitTimeOut"] > 15
    assert agent["Umask"] == 0o077
    log = Path(agent["StandardErrorPath"])
    news = create(tmp_path / "news").root
    assert (news / log.parent.relative_to("/Users/YOU/news")).is_dir(), "launchd makes no folder"


def test_the_compose_file_is_sound():
    (service,) = yaml.safe_load((FOLDER / "compose.yaml").read_text())["services"].values()
    assert set(service) <= {
        "build", "init", "restart", "stop_grace_period", "network_mode", "user", "read_only", "cap_drop", "security_opt", "tmpfs", "volumes",
    }  # fmt: skip
    assert "ports" not in service, "nothing is open to the network"
    assert int(service["stop_grace_period"].rstrip("s")) > 15
    context = FOLDER / service["build"]["context"]
    file = context / service["build"]["dockerfile"]
    copied = [line.split()[1] for line in file.read_text().splitlines() if line.startswith("COPY")]
    assert all((context / path).exists() for path in copied)
    assert re.search(r'^ENTRYPOINT \["wireroom"\]$', file.read_text(), re.M)


def test_the_cron_lines_are_sound():
    lines = [line for line in (FOLDER / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) == 2
    for line in lines:
        *fields, command = line.split(maxsplit=5)
        assert next(CronSim(" ".join(fields), NOW)) > NOW
        assert "%" not in command, "cron would take it for the end of the line"
        done = command.split("&& ")[1].split(" >")[0]
        assert ">>" not in command, "nobody would ever cut that log"
        checked(shlex.split(done.replace("$HOME", "/home/me")))


def test_what_fails_before_a_run_that_cron_starts_is_kept(tmp_path: Path):
    workspace = create(tmp_path / "news")
    (workspace.sources / "tide.toml").write_text("name = ", encoding="utf-8")
    line = next(line for line in (FOLDER / "crontab").read_text().splitlines() if "ingest" in line and line[0] != "#")
    command = line.split(maxsplit=5)[5].replace("$HOME/.local/bin/wireroom", shlex.quote(str(WIREROOM)))
    for _ in range(2):
        done = subprocess.run(
            ["/bin/sh", "-c", command], timeout=120, capture_output=True, text=True, check=False,
            env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert (done.returncode, done.stdout + done.stderr) == (1, "")
    said = (workspace.folders.logs / "cron-ingest.log").read_text(encoding="utf-8")
    assert said.count("tide.toml") == 1, "the last call's, and not those before it"
