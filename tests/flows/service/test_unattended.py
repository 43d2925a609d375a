"""bench.unattended in its short form: nobody helps, flow, server and worker are killed with -9, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.mark.prefect
def test_it_runs_itself_whatever_is_killed(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.unattended", "--minutes", "2"],
        cwd=ROOT, env={"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=1500,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    report = json.loads(done.stdout)
    assert [what.partition(" ")[0] for what in report["killed"]] == ["flow", "server", "worker"]
    assert report["published"] == report["articles"] > 50
    assert report["ended_in"] < 20  # 15 on a quiet machine
    assert {name: report[name] for name in ("twice", "fetched_twice", "faults", "left")} == {
        "twice": 0, "fetched_twice": [], "faults": [], "left": [],
    }  # fmt: skip
