"""The verb `watch`: saved searches, as feeds and messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli import prose
from flows.cli.app import Exit, Problem, app, as_typed, counted, err, here, out
from flows.cli.tables import as_entries
from flows.plural import are
from flows.workspace import Workspace

if TYPE_CHECKING:
    from flows.watching import Watch

EXAMPLES = """

[bold]Examples[/]

  wireroom watch "climate AND dateline:Paris"     a feed of what is found from now on, and of the newest that is there

  wireroom watch '"sea ice" agency:ap' --name ice

  wireroom watch --list                           all of them, with their feeds

  wireroom watch --remove ice

Words are those of wireroom search; dateline:, outlet: and agency: narrow it. New matches go out as wireroom notify says.

[bold]Exit codes[/]  0 done · 1 a problem it names
"""


@app.command(
    epilog=EXAMPLES, context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}
)  # -harbour is a word
def watch(
    words: Annotated[list[str] | None, typer.Argument(metavar="WORDS", help="What to look for.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Its name, which is that of its feed, too.")] = None,
    listing: Annotated[bool, typer.Option("--list", "-l", help="List the saved searches.")] = False,
    gone: Annotated[str | None, typer.Option("--remove", metavar="NAME", help="Remove a saved search.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one object a search.")] = False,
) -> None:
    """Save a search: it becomes an Atom feed, and new articles are told of."""
    if unknown := [word for word in words or [] if word.startswith("--")]:
        raise Problem(f"There is no option {unknown[0]}. All there are: wireroom watch --help")
    query = as_typed(" ".join(words or [])).strip()
    if bool(query) + listing + (gone is not None) != 1:
        raise Problem('Say what to watch for, for example wireroom watch "climate AND dateline:Paris"; or --list; or --remove NAME.')  # fmt: skip
    workspace = here()
    if gone is not None:
        _remove(workspace, gone)
    elif listing:
        _list(workspace, as_json)
    else:
        _add(workspace, query, name, as_json)


def _add(workspace: Workspace, query: str, name: str | None, as_json: bool) -> None:
    from flows import watching
    from warehouse import search

    kept = watching.add(workspace, query, name)
    search.opened(workspace.folders)  # the index may lag behind, or not be there yet
    watching.renew_one(workspace, kept)
    if as_json:
        _print_json(workspace, [kept])
        return
    _, feed, count = _row(workspace, kept)
    said = f"✓ {kept.name}: {counted(count, 'article')} {are(count)} there now, and new ones come with each load. Feed: {feed}"
    prose.say(out, said, mark="green")


def _remove(workspace: Workspace, name: str) -> None:
    from flows import watching

    watching.remove(workspace, name)
    prose.say(out, f"✓ {name} is watched no more, and its feed is gone.", mark="green")


def _list(workspace: Workspace, as_json: bool) -> None:
    from flows import watching

    found, problems = watching.load_each(workspace)
    if as_json:
        _print_json(workspace, found)
    elif found:
        rows = [
            (watch.name, watch.query, f"{count:,}", feed)
            for watch in found
            for _, feed, count in [_row(workspace, watch)]
        ]
        as_entries(["name", "search", "articles", "feed"], rows, title="Saved searches")
    else:
        prose.say(out, 'Nothing is watched yet. Begin with: wireroom watch "climate AND dateline:Paris"')
    for sentence in problems:
        prose.say(err, sentence)
    if problems:
        raise typer.Exit(Exit.PROBLEM)


def _print_json(workspace: Workspace, found: Sequence[Watch]) -> None:
    for watch in found:
        name, feed, count = _row(workspace, watch)
        print(json.dumps({"name": name, "query": watch.query, "articles": count, "feed": feed}, ensure_ascii=False))


def _row(workspace: Workspace, watch: Watch) -> tuple[str, str, int]:
    """Name, feed and number of articles of a saved search."""
    from flows.watching.watches import feed_of

    path = feed_of(workspace, watch.name)
    return watch.name, str(path), path.read_bytes().count(b"<entry>") if path.exists() else 0
