"""The `wireroom` command: one file a group of verbs. Nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import os
import sys

from flows.cli import (  # noqa: F401  (each registers its verbs)
    adding,
    archive,
    articles,
    care,
    checking,
    demo,
    export,
    questions,
    reading,
    runs,
    search,
    setup,
    sources,
    versions,
)
from flows.cli.app import app, guarded


def main() -> None:
    """Run the command line; every foreseeable mistake ends in a sentence and an exit code, never in a traceback."""
    sys.exit(guarded(lambda: app(prog_name=os.path.basename(sys.argv[0]) or "wireroom")))
