"""What a command imports before it does anything: a second of tables is not spent on a question to the warehouse."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from flows.cli.help_text import fitted
from flows.cli.verbs import app
from flows.workspace import Workspace

IMPORTED = """
import sys
from flows.cli import main
sys.argv = ["wireroom", *sys.argv[1:]]
try:
    main()
except SystemExit as end:
    print(*(name for name in ("parsers.dateline", "parsers.parsing", "trafilatura", "prefect", "duckdb")
            if name in sys.modules), file=sys.stderr)
    raise
"""


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [(["--help"], set()), (["status"], {"duckdb"}), (["query", "select 1"], {"duckdb"})],
)
def test_only_what_is_needed_is_imported(newsroom: Workspace, arguments: list[str], needed: set[str]):
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *arguments],
        env={**os.environ, "WIREROOM_WORKSPACE": str(newsroom.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert set(done.stderr.splitlines()[-1].split()) <= needed
    assert "Traceback" not in done.stderr


def test_parse_is_a_function_however_it_is_reached():
    said = subprocess.run(
        [sys.executable, "-c", "import parsers.parsing, parsers; print(parsers.parse is parsers.parsing.parse)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout == "True\n"


def test_no_help_loses_what_stands_in_brackets_to_the_markup():
    meant = re.compile(r"(?<!\\)\[(?!/|bold)[a-z#@][^\[\]]*\]")

    def texts(command: Any) -> Iterator[str]:
        yield from filter(None, [command.help, command.epilog, *(getattr(one, "help", None) for one in command.params)])
        for other in getattr(command, "commands", {}).values():
            yield from texts(other)

    assert [text for text in texts(typer.main.get_command(app)) if meant.search(text)] == []


def test_examples_stand_above_what_they_do_where_there_is_no_room_beside_them():
    text = "\n\nExamples\n\n  wireroom up      runs it\n\n  wireroom status  says how it stands in many words\n\nAll of\nit"
    assert fitted(text, 30) == (
        "\n\nExamples\n\n  wireroom up\n      runs it\n\n  wireroom status\n      says how it stands in\n      many words\n\nAll of it"
    )
    assert fitted(fitted(text, 30), 30) == fitted(text, 30)
    assert fitted("  wireroom up  runs it", 80) == "  wireroom up  runs it"
