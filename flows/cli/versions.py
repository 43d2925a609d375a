"""Verbs about the versions of an article: diff, cite."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from flows.cli import comparing, version_records
from flows.cli.app import Exit, Problem, app, here, out
from flows.cli.questions import connected
from flows.cli.reading import INDENT, Article, Record, Version, found_by, put, times

if TYPE_CHECKING:
    from warehouse.lookup import Found


DIFF_EXAMPLES = """

[bold]Examples[/]

  wireroom diff 3f2a

  wireroom diff 3f2a --versions 1 3

  wireroom diff 3f2a --readings --json
"""

CITE_EXAMPLES = """

[bold]Examples[/]

  wireroom cite 3f2a

  wireroom cite 3f2a --version 1 --format bibtex

  wireroom cite 3f2a --json                every form at once
"""


@app.command(epilog=DIFF_EXAMPLES)
def diff(
    article: Article,
    versions: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="Compare these two (default: the last two).")
    ] = None,
    readings: Annotated[
        bool,
        typer.Option("--readings", help="What a better reader made of the same page, instead of the outlet's edits."),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print the fields and paragraphs that differ as JSON; of readings one object a line."
        ),
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
    if as_json:
        _print_json(found, versions, corrections if readings else None)
        return
    if readings:
        _print_corrections(corrections, _todays_reader(found.chosen["source_id"]))
        return
    if versions is None and len(found.versions) == 1:
        out.print("The outlet has shown one version only: there is nothing to compare.", highlight=False)
    else:
        old, new = _pair(found, versions)
        title = " → ".join(f"version {one['version']} ({_moment(one['valid_from'])})" for one in (old, new))
        _print_diff(title, old, new)
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


@app.command(epilog=CITE_EXAMPLES)
def cite(
    article: Article,
    version: Version = None,
    form: Annotated[Citation, typer.Option("--format", help="How to write it.")] = Citation.text,
    as_json: Annotated[bool, typer.Option("--json", help="Print it in every form, as one JSON object.")] = False,
) -> None:
    """Cite one version of an article: who, what, where, when it was shown so, and where that is archived."""
    from warehouse import citation

    with connected() as con:
        found = found_by(con, article, version)
    if as_json:
        print(version_records.of_citation(found.chosen))
        return
    sys.stdout.buffer.write(citation.WRITERS[form.value](found.chosen).encode())
    sys.stdout.flush()


def _print_json(
    found: Found, versions: tuple[int, int] | None, corrections: Sequence[tuple[Record, Record]] | None
) -> None:
    """Print two versions as JSON, or the corrections."""
    if corrections is None:
        is_one = versions is None and len(found.versions) == 1
        print(version_records.of_versions(*((None, found.chosen) if is_one else _pair(found, versions))))
        return
    for old, new in corrections:
        print(version_records.of_readings(found.article_id, old, new, _corrected(old, new)))


def _corrected(old: Record, new: Record) -> list[str]:
    """The fields by which two readings are compared: the usual ones, and whatever else differs."""
    from flows.rereading.differing import single

    return list(dict.fromkeys((*comparing.COMPARED, *single(old, new))))


def _pair(found: Found, numbers: tuple[int, int] | None) -> tuple[Record, Record]:
    by_number = {version["version"]: version for version in found.versions}
    wanted = numbers or (found.versions[-2]["version"], found.versions[-1]["version"])
    for number in wanted:
        if number not in by_number:
            raise Problem(f"There is no version {number}: the article has {len(by_number)}.")
    return by_number[wanted[0]], by_number[wanted[1]]


def _todays_reader(source_id: str) -> str | None:
    """The reader by which the source would be read now; None where its file is gone or broken."""
    import parsers
    from flows.source_files import source_named
    from flows.sources import SourceError

    try:
        return parsers.reader(source_named(here(), source_id).profile)
    except SourceError:
        return None


def _print_corrections(corrections: list[tuple[Record, Record]], today: str | None) -> None:
    if not corrections:
        out.print("No page of this article was read twice with different results.", highlight=False)
        raise typer.Exit(Exit.OK)
    for old, new in corrections:
        read = " → ".join(f"{_named(one, today)} ({_moment(one['read_at'])})" for one in (old, new))
        title = f"shown {_moment(old['observed_at'])}, read by {read}"
        rejected = new["reject_reason"] or old["reject_reason"]
        if rejected:
            said = (
                f"no article any more: {new['reject_reason']}"
                if new["reject_reason"]
                else f"an article now; was {rejected}"
            )
            out.print(Text.assemble((title, "bold"), f"\n{said}\n"), soft_wrap=not out.is_terminal)
        else:
            _print_diff(title, old, new, _corrected(old, new))


def _named(reading: Record, today: str | None) -> str:
    """A reader by the beginning of its name, as what waits to be accepted is named after it."""
    reader = str(reading["reader"])
    return f"{reader[:8]}, today's reader" if reader == today else reader[:8]


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _print_diff(title: str, old: Record, new: Record, names: Sequence[str] = comparing.COMPARED) -> None:
    """Print those of the fields that differ, then the paragraphs, with those that stayed counted only."""
    out.print(Text(title, style="bold"), soft_wrap=not out.is_terminal)
    nothing = True
    for name, line in comparing.fields(old, new, names):
        nothing = False
        put(marked(line), INDENT, f"{name.removesuffix('_text').replace('date_', '')} ")
    out.print()
    if not print_paragraphs(old["body"], new["body"]) and nothing:
        out.print("Headline, dates and text are the same.", highlight=False)


def print_paragraphs(old: str, new: str, indent: str = "", most: int | None = None) -> bool:
    """Print the paragraphs of a text that differ (the first ones, or all), the others counted; whether any did."""
    same, left = 0, most
    lines = comparing.paragraphs(old, new)
    for place, line in enumerate(lines):
        if not comparing.changed(line):
            same += 1
            continue
        _print_same(same, indent)
        if left == 0:
            more = sum(map(comparing.changed, lines[place:]))
            out.print(Text(f"{indent}… {more} more paragraph{'s differ' if more > 1 else ' differs'} …", style="dim"))
            return True
        same, left = 0, left and left - 1
        put(marked(line), indent)
        out.print()
    _print_same(same, indent)
    return any(map(comparing.changed, lines))


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
