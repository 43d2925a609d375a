"""The verb that shows one article, and what every verb about one article needs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.cells import cell_len
from rich.markup import escape
from rich.text import Text

from flows.cli.app import Problem, app, here, out
from flows.cli.questions import connected
from flows.cli.tables import harmless

if TYPE_CHECKING:
    import duckdb

    from warehouse.lookup import Found

Record = dict[str, Any]

COLUMN = 88
"""Text is set no wider than this: longer lines are hard to read."""

NAMES = "Its address (any that led to it), its id or the beginning of that, or the id of a citation."
INDENT = " " * 11

Article = Annotated[str, typer.Argument(metavar="ARTICLE", help=NAMES)]
Version = Annotated[int | None, typer.Option("--version", metavar="N", help="This version instead of the current one.")]

SHOW_EXAMPLES = """

[bold]Examples[/]

  wireroom show https://example.org/pr/2026/260105_harbour.html

  wireroom show 3f2a                     an article by the beginning of its id

  wireroom show 3f2a --version 1         as the outlet showed it first

  wireroom show 3f2a --raw > page.html   the archived page, byte for byte
"""


@app.command(epilog=SHOW_EXAMPLES)
def show(
    article: Article,
    version: Version = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every column, version and address as JSON.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="Write the archived page to standard output.")] = False,
) -> None:
    """Show one article: facts, versions, addresses, where it is archived, and its text."""
    from warehouse import lookup

    with connected() as con:
        found = found_by(con, article, version)
        addresses = lookup.addresses(con, found.article_id)
        corrected = len(lookup.corrections(con, found.article_id))
    if raw:
        _write_page(found.chosen)
    elif as_json:
        whole = {**found.chosen, "citation_id": lookup.citation_id(found.chosen), "addresses": addresses}
        whole["versions"] = [{name: v[name] for name in _OF_VERSION} for v in found.versions]
        print(json.dumps(whole, default=plain, ensure_ascii=False, indent=2))
    else:
        _print_found(found, addresses, corrected)


def found_by(con: duckdb.DuckDBPyConnection, name: str, version: int | None = None) -> Found:
    """The article of a name, with its versions."""
    from parsers.urls import key
    from warehouse import lookup

    try:
        url_key = key(name if "://" in name else f"https://{name}") if _ADDRESS.match(name) else None
    except ValueError as error:
        raise Problem(f"This is no address: {error}.") from None
    return lookup.find(con, name, url_key, version)


_ADDRESS = re.compile(r"[a-z]+://|[\w\-]+(\.[\w\-]+)+(:\d+)?/", re.IGNORECASE)
"""What is an address and no id: with its scheme, or a host with a dot and a path behind it."""

_OF_VERSION = ("version", "valid_from", "valid_to", "change_reason", "headline", "word_count", "record_hash", "fetch_id",
               "origin", "segment_file", "record_offset")  # fmt: skip


def print_article(record: Record) -> None:
    """Print an article for reading: headline, the line of facts, then dateline and body."""
    facts = [
        record.get("outlet"),
        record.get("byline"),
        _with_basis(record, "date_published"),
        f"tag {record['source_tag']}" if record.get("source_tag") else None,
        f"from {record['info_source']}" if record.get("info_source") else None,
        None if record.get("body_extent") == "full" else record.get("body_extent"),
    ]
    out.print(f"[bold]{escape(record['headline'])}[/]", highlight=False)
    out.print("[dim]" + escape(" · ".join(str(fact) for fact in facts if fact)) + "[/]", highlight=False)
    out.print(f"[dim]{escape(record['url'] or '')}[/]\n", highlight=False, soft_wrap=True)
    _print_body(record)


@contextmanager
def as_made_today() -> Iterator[None]:
    """Around questions of ours to a reading copy; raises Problem where an earlier wireroom made it, and it lacks what they ask."""
    import duckdb  # here, because the other verbs' start need not wait for it

    try:
        yield
    except (duckdb.CatalogException, duckdb.BinderException):
        said = "The warehouse was made by an older version of wireroom. Bring it up to date with: wireroom load"
        raise Problem(said) from None


def plain(value: Any) -> Any:
    """A value that JSON has no word for, as text."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _print_body(record: Record) -> None:
    """Print dateline, paragraphs and credit, set to a width that is easy to read."""
    opening = record.get("dateline") or ""
    for place, paragraph in enumerate(record["body"].split("\n\n")):
        quoted = paragraph.startswith("> ")
        text = Text("\n".join(line.removeprefix("> ") for line in paragraph.split("\n")))
        if place == 0 and opening:
            text = Text.assemble((opening, "reverse"), " ", text)
        put(text, "    " if quoted else "")
        out.print()
    if record.get("credit_text"):
        put(Text(record["credit_text"], style="dim"))
    if record.get("body_extent") == "excerpt":
        put(
            Text(
                "The outlet shows only the opening here (an excerpt): the rest is for its subscribers.",
                style="dim italic",
            )
        )


def put(text: Text, indent: str = "", label: str = "") -> None:
    """Print text in lines of at most COLUMN cells, without blanks at their ends; the label stands before the first.

    An address is never broken, so that it can be copied.
    """
    text.plain = harmless(text.plain)
    width = min(out.width, COLUMN) - len(indent)
    if indent == INDENT and not out.is_terminal:
        width = max(width, cell_len(text.plain))  # a program wants facts unbroken
    longest = max(text.plain.split(), key=cell_len, default="")
    for place, line in enumerate(text.wrap(out, width, overflow="ignore" if "://" in longest[:10] else "fold")):
        line.rstrip()
        out.print(
            Text.assemble((indent if place or not label else label.ljust(len(indent)), "dim"), line), soft_wrap=True
        )


def _print_found(found: Found, addresses: list[Record], corrected: int) -> None:
    record = found.chosen
    put(Text(record["headline"], style="bold"))
    if record["subheadline"]:
        put(Text(record["subheadline"], style="italic"))
    for name, value in _facts(record):
        put(Text(str(value)), INDENT, name)
    for place, version in enumerate(found.versions if len(found.versions) > 1 else ()):
        put(_version(version, version is record), INDENT, "" if place else "versions")
    led_there = addresses if any(address["url"] != record["url"] for address in addresses) else ()
    for place, address in enumerate(led_there):
        put(Text(f"{address['url'] or '?'} ({address['how']})"), INDENT, "" if place else "addresses")
    if corrected:
        put(Text(f"{times(corrected)} by another reading of the same page: diff --readings"), INDENT, "corrected")
    out.print()
    _print_body(record)


def _facts(record: Record) -> list[tuple[str, Any]]:
    from warehouse.lookup import citation_id

    agency = record["agency"] or record["info_source"]
    named = " ".join(filter(None, [agency, f"(tag {record['source_tag']})" if record["source_tag"] else None]))
    dateline = "; ".join(filter(None, [", ".join(record["located_all"] or ()), _with_basis(record, "dateline_date")]))
    words = f"{record['word_count']} words" + ("" if record["body_extent"] == "full" else f", {record['body_extent']}")
    facts = [
        ("outlet", record["outlet"] or record["source_id"]),
        ("published", _with_basis(record, "date_published") or "not known"),
        ("modified", record["date_modified_text"]),
        ("dateline", dateline),
        ("agency", named),
        ("byline", record["byline"] or ", ".join(record["authors"] or ())),
        ("text", ", ".join(filter(None, [words, record["language"]]))),
        ("address", record["url"]),
        ("archived", _archived(record)),
        ("cite as", citation_id(record)),
    ]
    return [(name, value) for name, value in facts if value]


def _with_basis(record: Record, field: str) -> str | None:
    """A date as far as it is known, how precise that is, and what it rests on."""
    text = record.get(f"{field}_text")
    if not text:
        return None
    precision, basis = record.get(f"{field}_precision"), record.get(f"{field}_basis")
    if field == "dateline_date" and basis:
        basis = "year as printed" if basis == "explicit" else f"year by {basis}"
    elif basis:
        basis = f"by {basis}"
    known = ", ".join(filter(None, [f"to the {precision}" if precision else None, basis]))
    return f"{text} ({known})" if known else str(text)


def _archived(record: Record) -> str:
    if not record["segment_file"]:
        return "not in the archive"
    asked = f" ({record['origin']})" if record["origin"] != "live" else ""
    return f"{record['segment_file']} at {record['record_offset']}, record {record['fetch_id']}{asked}"


def _version(version: Record, shown: bool) -> Text:
    until = f"until {version['valid_to']:%Y-%m-%d %H:%M}" if version["valid_to"] else "current"
    said = f"{version['version']}: from {version['valid_from']:%Y-%m-%d %H:%M} {until}, {version['word_count']} words"
    return Text(said + (" (this one)" if shown else ""), style="bold" if shown else "")


def _write_page(record: Record) -> None:
    """Write the page that a version was read from, decoded as the browser saw it."""
    from warehouse import archive
    from warehouse.coding import BadCoding

    if not record["segment_file"]:
        raise Problem("The page of this version is not in the archive.")
    try:
        body = archive.read(here().folders, record["segment_file"], record["record_offset"]).body
    except (OSError, archive.Damaged, BadCoding) as error:
        raise Problem(
            f"The page cannot be read from {record['segment_file']}: {error} Try: wireroom archive verify"
        ) from None
    if sys.stdout.isatty() and b"\0" in body[:1000]:
        raise Problem("The page is binary: send it into a file, as in wireroom show ARTICLE --raw > page")
    sys.stdout.buffer.write(body)
    sys.stdout.flush()


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
