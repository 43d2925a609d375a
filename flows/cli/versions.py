"""Verbs about the versions of an article: diff, cite."""

from __future__ import annotations

import sys
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from flows.cli import comparing
from flows.cli.app import Exit, Problem, app, out
from flows.cli.questions import connected
from flows.cli.reading import INDENT, Article, Record, Version, found_by, put, times

if TYPE_CHECKING:
    from warehouse.lookup import Found


@app.command(epilog="\n[bold]Examples[/]\n\n  wireroom diff 3f2a\n\n  wireroom diff 3f2a --versions 1 3\n")
def diff(
    article: Article,
    versions: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="Compare these two (default: the last two).")
    ] = None,
    readings: Annotated[
        bool,
        typer.Option("--readings", help="What a better reader made of the same page, instead of the outlet's edits."),
    ] = False,
) -> None:
    """Show word by word what the outlet changed between two versions.

    On a terminal in colour; elsewhere [-what went-] and {+what came+}. What only a new reading of the same page changed
    is no edit of the outlet's: it is left out, and shown by --readings.
    """
    from warehouse import lookup

    with connected() as con:
        found = found_by(con, article)
        corrections = lookup.corrections(con, found.article_id)
    if readings:
        _print_corrections(corrections)
        return
    if versions is None and len(found.versions) == 1:
        out.print("The outlet has shown one version only: there is nothing to compare.", highlight=False)
    else:
        old, new = _pair(found, versions)
        _print_diff(
            f"version {old['version']}", old["valid_from"], f"version {new['version']}", new["valid_from"], old, new
        )
    if corrections:
        out.print(
            f"\nA page of it was read again with another result {times(len(corrections))}; that is no edit of the outlet's. "
            "See it with --readings.",
            style="dim",
            highlight=False,
        )


class Citation(StrEnum):
    """Forms of a citation."""

    text = "text"
    ris = "ris"
    bibtex = "bibtex"
    csl_json = "csl-json"


@app.command(epilog="\n[bold]Examples[/]\n\n  wireroom cite 3f2a\n\n  wireroom cite 3f2a --version 1 --format bibtex\n")
def cite(
    article: Article,
    version: Version = None,
    form: Annotated[Citation, typer.Option("--format", help="How to write it.")] = Citation.text,
) -> None:
    """Cite one version of an article: who, what, where, when it was shown so, and where that is archived."""
    from warehouse import citation

    with connected() as con:
        found = found_by(con, article, version)
    sys.stdout.buffer.write(citation.WRITERS[form.value](found.chosen).encode())
    sys.stdout.flush()


def _pair(found: Found, numbers: tuple[int, int] | None) -> tuple[Record, Record]:
    by_number = {version["version"]: version for version in found.versions}
    wanted = numbers or (found.versions[-2]["version"], found.versions[-1]["version"])
    for number in wanted:
        if number not in by_number:
            raise Problem(f"There is no version {number}: the article has {len(by_number)}.")
    return by_number[wanted[0]], by_number[wanted[1]]


def _print_corrections(corrections: list[tuple[Record, Record]]) -> None:
    if not corrections:
        out.print("No page of this article was read twice with different results.", highlight=False)
        raise typer.Exit(Exit.OK)
    for old, new in corrections:
        _print_diff("as first read", old["read_at"], "as read again", new["read_at"], old, new)


def _print_diff(a: str, a_at: datetime, b: str, b_at: datetime, old: Record, new: Record) -> None:
    """Print the fields that differ, then the paragraphs, with those that stayed counted only."""
    out.print(Text(f"{a} ({a_at:%Y-%m-%d %H:%M:%S} UTC) → {b} ({b_at:%Y-%m-%d %H:%M:%S} UTC)", style="bold"))
    nothing = True
    for name, line in comparing.fields(old, new):
        nothing = False
        put(marked(line), INDENT, f"{name.removesuffix('_text').replace('date_', '')}")
    out.print()
    if not print_paragraphs(old["body"], new["body"]) and nothing:
        out.print("Headline, dates and text are the same.", highlight=False)


def print_paragraphs(old: str, new: str, indent: str = "") -> bool:
    """Print the paragraphs of a text that differ, the others counted; whether any did."""
    same, differs = 0, False
    for line in comparing.paragraphs(old, new):
        if not comparing.changed(line):
            same += 1
            continue
        differs = True
        _print_same(same, indent)
        same = 0
        put(marked(line), indent)
        out.print()
    _print_same(same, indent)
    return differs


def _print_same(count: int, indent: str) -> None:
    if count:
        out.print(Text(f"{indent}… {count} paragraph{'s' * (count != 1)} unchanged …\n", style="dim"))


def marked(line: comparing.Line) -> Text:
    """The words, in colour on a terminal, else with marks that a reader and a program can see."""
    coloured = out.is_terminal and not out.no_color
    text = Text()
    for piece in line:
        if piece.kind == "same":
            text.append(piece.text)
        elif piece.kind == "gone":
            text.append(piece.text if coloured else f"[-{piece.text}-]", style="red strike")
        else:
            text.append(piece.text if coloured else f"{{+{piece.text}+}}", style="green underline")
    return text
