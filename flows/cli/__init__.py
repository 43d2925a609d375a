"""The `wireroom` command: one file a group of verbs. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; every foreseeable mistake ends in a sentence and an exit code, never in a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an output that cannot write ✓ or 北 gets a mark in its place
            stream.reconfigure(errors="backslashreplace")
    try:
        from flows.cli.verbs import app, guarded
    except KeyboardInterrupt:  # before there is anything that could say more
        print("Stopped.", file=sys.stderr)
        sys.exit(130)
    sys.exit(guarded(lambda: app(prog_name=os.path.basename(sys.argv[0]) or "wireroom")))
