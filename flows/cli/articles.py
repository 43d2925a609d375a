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
    result = read(what, url, source)
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
    result = read(what, url, source)
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


def read(what: str, url: str | None, source: str | None) -> list[tuple[Article, dict[str, Any]]] | Rejected:
    """The articles of a file, an address or standard input, each with its wide record; or why there is none."""
    import parsers
    from flows.readings import wide

    outlet = _outlet(source)
    page = _page(what, url, outlet.allow if outlet else frozenset())
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


def _page(what: str, url: str | None, allow: frozenset[str]) -> Page:
    if what.startswith(("http://", "https://")):
        return _fetched(what, allow)
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


def _fetched(url: str, allow: frozenset[str]) -> Page:
    """Ask for one page, as politely as a run would, without a workspace; `allow` is what its source lets in."""
    import tempfile

    from flows.fetching import Fetcher, Pace
    from flows.workspace import AGENT
    from warehouse.folders import Folders

    with (
        tempfile.TemporaryDirectory() as folder,
        Fetcher(AGENT, pace=Pace(Folders(Path(folder))), allow=allow) as fetcher,
    ):
        exchange = fetcher.get(url)
    if exchange.outcome != "fetched":
        way_out = (
            f" Save the page and name its file: wireroom parse page.html --url {url}"
            if exchange.reason == "ssrf"
            else ""
        )
        raise Problem(f"{url} could not be fetched: {exchange.message}{way_out}")
    return Page(exchange.body, exchange.final_url, exchange.content_type, exchange.observed_at)


def _print_record(record: dict[str, Any]) -> None:
    shown = {
        name: ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in record.items()
        if name not in ("body", "headline", "datelines", "url") and value not in (None, [], "")
    }
    explaining.labelled([*shown.items()], indent=0)
    out.print()
    print_article(record)
