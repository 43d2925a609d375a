"""Workspaces: made, completed, found from below, and not confused by foreign folders."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from flows import workspace

WIREROOM = Path(sys.executable).with_name("wireroom")


def test_init_makes_what_every_command_needs(tmp_path: Path):
    made = workspace.create(tmp_path / "news", contact="desk@example.org")
    assert made.sources.is_dir()
    assert made.setting("WIREROOM_CONTACT", {}) == "desk@example.org"
    assert stat.S_IMODE((made.root / ".env").stat().st_mode) == 0o600
    assert made.folders.warehouse.is_symlink()


def test_init_again_keeps_what_the_user_wrote(tmp_path: Path):
    made = workspace.create(tmp_path)
    (made.root / ".env").write_text("WIREROOM_CONTACT=me@example.org\n")
    (made.sources / "mine.toml").write_text("name = 'Mine'\n")
    workspace.create(tmp_path, contact="other@example.org")
    assert made.setting("WIREROOM_CONTACT", {}) == "me@example.org"
    assert (made.sources / "mine.toml").exists()


def test_it_is_found_from_any_folder_below(tmp_path: Path):
    made = workspace.create(tmp_path / "news")
    below = made.root / "notes" / "2026"
    below.mkdir(parents=True)
    assert workspace.find(below) == made


def test_where_there_is_none_the_message_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(workspace.WorkspaceError, match="wireroom init"):
        workspace.find(tmp_path)
    with pytest.raises(workspace.WorkspaceError, match="wireroom init"):
        workspace.find(named=tmp_path)


def test_the_environment_names_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = workspace.create(tmp_path / "news")
    monkeypatch.setenv(workspace.VARIABLE, str(made.root))
    assert workspace.find(tmp_path) == made


def test_the_environment_outranks_the_file(tmp_path: Path):
    made = workspace.create(tmp_path, contact="file@example.org")
    assert made.setting("WIREROOM_CONTACT", {"WIREROOM_CONTACT": "shell@example.org"}) == "shell@example.org"


def test_it_works_in_a_folder_that_holds_foreign_packages_of_our_names(tmp_path: Path):
    for name in ("flows", "parsers", "warehouse"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('this is somebody else\\'s package')\n")
    (tmp_path / "story.txt").write_text(
        "Fog closes harbour\n\nOSLO, Jan. 5, 2026 (AP) — The harbour was closed on Monday after fog.\n"
    )
    for arguments in (["init", "."], ["status", "--help"], ["parse", "story.txt", "--json"], ["query", "select 1"]):
        done = subprocess.run([WIREROOM, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_an_old_python_is_answered_with_a_sentence(tmp_path: Path):
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nif [ \"$1\" = -V ]; then echo 'Python 3.8.18'; exit 0; fi\nexit 1\n")
    old.chmod(0o755)
    done = setup_with(tmp_path, old)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "3.8.18" in done.stderr


def test_a_python_without_venv_is_answered_with_a_sentence(tmp_path: Path):
    bare = tmp_path / "python3"
    bare.write_text('#!/bin/sh\ncase "$2" in *venv*) exit 1;; *) exit 0;; esac\n')
    bare.chmod(0o755)
    done = setup_with(tmp_path, bare)
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def setup_with(folder: Path, python: Path) -> subprocess.CompletedProcess[str]:
    """Run the set-up script in a copy of the project that has no venv yet, with one Python to choose from."""
    project = folder / "project"
    (project / "scripts").mkdir(parents=True)
    script = project / "scripts" / "setup.sh"
    script.write_text((Path(__file__).parent.parent / "scripts" / "setup.sh").read_text())
    return subprocess.run(
        ["sh", str(script)], env={**os.environ, "PYTHON": str(python)}, capture_output=True, text=True, timeout=60
    )
