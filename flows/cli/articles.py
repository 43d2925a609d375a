"""Verbs that read one page and touch nothing: parse, explain."""

from __future__ import annotations

import json
import mimetypes
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import explaining
from flows.cli.app import Exit, Problem, app, err, out
from flows.cli.reading import plain, print_article
from parsers.records import Article, Page, Profile, Rejected

if TYPE_CHECKING:
    from flows.fetching import Exchange
    from flows.sources import SourceDefinition

PARSE_EXAMPLES = """

[bold]Examples[/]

  wireroom parse page.html

  wireroom parse article.txt --json

  curl -s https://example.org/story | wireroom parse - --url https://example.org/story
"""

EXPLAIN_EXAMPLES = """

[bold]Examples[/]

  wireroom explain page.html --url https://example.org/pr/2026/260105_harbour.html

  wireroom explain https://example.org/story --json
"""

What = Annotated[
    str, typer.Argument(metavar="FILE|URL|-", help="A saved page or plain text, an address, or standard input.")
]
Url = Annotated[str | None, typer.Option(help="The address the page came from: its date and links mean more then.")]
Of = Annotated[str | None, typer.Option("--source", help="Read it as a page of this source of the workspace.")]


@app.command(epilog=PARSE_EXAMPLES)
def parse(
    what: What,
    url: Url = None,
    source: Of = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole record as JSON, one line an article.")
    ] = False,
) -> None:
    """Read one page and print its record: dateline, source tag, dates, body."""
    result = read(what, url, source, "parse")
    if isinstance(result, Rejected):
        if as_json:
            print(json.dumps(asdict(result), default=plain, ensure_ascii=False))
        err.print(f"Not an article ({result.reason}): {result.message}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(Exit.PROBLEM)
    for article, record in result:
        if as_json:
            print(json.dumps(asdict(article), default=plain, ensure_ascii=False))
        else:
            _print_record(record)


@app.command(epilog=EXPLAIN_EXAMPLES)
def explain(
    what: What,
    url: Url = None,
    source: Of = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print candidates and datelines as JSON, one line an article.")
    ] = False,
) -> None:
    """Show how every field was decided, with the candidates that lost and the dateline marked in the lead."""
    result = read(what, url, source, "explain")
    found: list[Article | Rejected] = [result] if isinstance(result, Rejected) else [article for article, _ in result]
    for place, one in enumerate(found):
        if as_json:
            print(json.dumps(explaining.as_record(one), default=plain, ensure_ascii=False))
            continue
        if place:
            out.rule(style="dim")
        if isinstance(one, Rejected):
            explaining.show_rejected(one)
        else:
            explaining.show_article(one)
    if isinstance(result, Rejected):
        raise typer.Exit(Exit.PROBLEM)


def read(what: str, url: str | None, source: str | None, verb: str) -> list[tuple[Article, dict[str, Any]]] | Rejected:
    """The articles of a file, an address or standard input, each with its wide record; or why there is none.

    `verb` is what was run, for the advice where an address must not be asked.
    """
    import parsers
    from flows.readings import wide

    outlet = _outlet(source)
    page = _page(what, url, outlet, verb)
    result = parsers.parse(page, outlet.profile if outlet else Profile())
    if isinstance(result, Rejected):
        return result
    return [(article, asdict(wide(page.url or "", article))) for article in result]


def _outlet(source: str | None) -> SourceDefinition | None:
    if source is None:
        return None
    from flows.cli.app import here
    from flows.source_files import source_named

    return source_named(here(), source)


def _page(what: str, url: str | None, outlet: SourceDefinition | None, verb: str) -> Page:
    if what.startswith(("http://", "https://")):
        return _fetched(what, outlet, verb)
    if what == "-":
        return Page(sys.stdin.buffer.read(), url=url)
    path = Path(what)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(
            f"{what} cannot be read: {error.strerror}. Name a saved page, an address, or - for standard input."
        ) from None
    kind = mimetypes.guess_type(path.name)[0]
    return Page(content, url=url, content_type=kind if kind in ("text/plain", "text/html") else None)


def _fetched(url: str, outlet: SourceDefinition | None, verb: str) -> Page:
    """Ask for one page, as politely as a run would, without a workspace; its outlet may let in what is usually refused."""
    import tempfile

    from flows.fetching import Fetcher, Pace
    from flows.workspace import AGENT
    from warehouse.folders import Folders

    with (
        tempfile.TemporaryDirectory() as folder,
        Fetcher(AGENT, pace=Pace(Folders(Path(folder))), allow=outlet.allow if outlet else frozenset()) as fetcher,
    ):
        exchange = fetcher.get(url)
    if exchange.outcome != "fetched":
        raise Problem(_unfetched(exchange, is_of_source=outlet is not None, verb=verb))
    return Page(exchange.body, exchange.final_url, exchange.content_type, exchange.observed_at)


def _unfetched(exchange: Exchange, *, is_of_source: bool, verb: str) -> str:
    """Why a page could not be fetched, with its address said once, and the way out."""
    url, why = exchange.requested_url, exchange.message or exchange.outcome
    if why.startswith(f"{url} "):
        why = f"it {why.removeprefix(f'{url} ')}"
    said = f"{url} could not be fetched: {why}"
    if exchange.reason != "ssrf":
        return said
    if not is_of_source:  # there is no file that could let it in
        said = f"{said.partition(': [access]')[0].rstrip('.')}."
    return f"{said} Save the page and name its file and its address: wireroom {verb} page.html --url ADDRESS"


def _print_record(record: dict[str, Any]) -> None:
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in record.items()
        if name not in ("body", "headline", "datelines", "url") and value not in (None, [], "")
    }
    explaining.labelled([*shown.items()], indent=0)
    out.print()
    print_article(record)
