"""A disk without room ends a command with a sentence, whatever was being written."""

from __future__ import annotations

import errno
import os

import pytest

from flows.cli.app import Exit, guarded


def test_no_room_is_a_sentence(capsys: pytest.CaptureFixture[str]):
    def write() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert guarded(write) == Exit.PROBLEM
    assert "There is no room on the disk" in capsys.readouterr().err


def test_another_failure_of_the_system_is_not_taken_for_it():
    def read() -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with pytest.raises(OSError, match="Input/output"):
        guarded(read)
