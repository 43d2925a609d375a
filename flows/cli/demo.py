"""The verb `demo`: a sample outlet on this machine, the real flow over it, and a few questions to what came of it."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from flows.cli.app import Problem, app, err, out
from flows.cli.display import watched
from flows.cli.questions import answer
from flows.cli.runs import summary
from flows.cli.tables import as_table
from flows.workspace import VARIABLE, Workspace, create

if TYPE_CHECKING:
    from flows.sample.site import Site

SOURCE = "meridian"
QUERIES = (
    (
        "Who wrote it: articles by source tag",
        "select source_tag, count(*) as articles from articles group by all order by 2 desc, 1",
    ),
    (
        "Where and when: the newest datelines",
        "select dateline, dateline_date as date, dateline_date_basis as year_from, headline from articles "
        "where dateline is not null order by dateline_date desc limit 6",
    ),
    (
        "Honest dates: how precise, and on what evidence",
        "select date_published_precision as precision, date_published_basis as basis, count(*) as articles "
        "from articles group by all order by 3 desc",
    ),
    ("What is no article, and why", "select url, coalesce(reason, outcome) as reason from rejects order by url"),
)
CHANGES = (
    "What this pass changed",
    "select change, headline from changes join articles using (article_id) "
    "where changes.load_id > {since} order by change, headline limit 8",
)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Workspace of the demo; delete it to begin anew.")] = Path(
        "demo"
    ),
    serve: Annotated[
        bool, typer.Option("--serve", help="Only serve the sample outlet, until Ctrl-C: an outlet to try things on.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port for --serve; 0 takes a free one.")] = 8765,
) -> None:
    """Ingest a sample outlet on this machine with the real Prefect flow, then query it."""
    if serve:
        _only_serve(port)
        return
    again = (folder / "sources" / f"{SOURCE}.toml").exists()
    workspace = create(folder)
    with _served(workspace, again) as server:
        out.print(
            f"\n[bold]1.[/] A sample outlet, the [italic]Meridian Bulletin[/], is served on {server.base}",
            highlight=False,
        )
        before = _last_load(workspace)
        _ingest(workspace)
        asked = server.counts()
        if again:
            told = f"The outlet was asked for {asked.total()} pages; to {asked[304]} it answered 304 (not modified)."
            out.print(f"   {told}", highlight=False, soft_wrap=True)
    _ask(workspace, before if again else None)
    _next(workspace, again)


def _only_serve(port: int) -> None:
    """Serve the outlet until Ctrl-C."""
    from flows.sample import site

    try:
        with site.serve(port) as served:
            out.print(f"The Meridian Bulletin is on {served.base}/ until Ctrl-C.", highlight=False)
            threading.Event().wait()
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise Problem(f"Port {port} is taken ({error.strerror}). Name another: --port 8766, or --port 0.") from None


@contextmanager
def _served(workspace: Workspace, again: bool) -> Iterator[Site]:
    """The sample outlet, at the address that the workspace's source names, and with a correction the second time."""
    from flows.sample import site

    try:
        with site.serve_for(workspace.sources / f"{SOURCE}.toml", corrected=again) as served:
            yield served
    except OSError as error:
        raise Problem(
            f"The sample outlet cannot be served where it was before ({error.strerror}). Another program has taken "
            f"its port: end that, or begin anew with: rm -r {workspace.root}"
        ) from None


def _ingest(workspace: Workspace) -> None:
    """Run the flow, recorded in a Prefect database of the demo's own."""
    os.environ[VARIABLE] = str(workspace.root)
    for name, value in _prefect_settings(workspace).items():
        os.environ.setdefault(name, value)
    out.print(
        "[bold]2.[/] The Prefect flow [italic]ingest[/] reads it (starting Prefect takes some seconds) …",
        highlight=False,
    )
    started = time.monotonic()
    from flows.ingest import ingest

    with watched("Meridian Bulletin", err):
        counts = ingest(SOURCE)
    out.print("   " + summary(SOURCE, counts, time.monotonic() - started), highlight=False, soft_wrap=True)


def _prefect_settings(workspace: Workspace) -> dict[str, str]:
    """Prefect kept inside the workspace, quiet, and without telemetry."""
    return {
        "PREFECT_HOME": str(workspace.prefect_home),
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
    }


def _last_load(workspace: Workspace) -> int:
    from warehouse import reading_copy

    with reading_copy.connect(workspace.folders) as connection:
        return int(answer(connection, "select coalesce(max(load_id), 0) from loads")[1][0][0])


def _ask(workspace: Workspace, since: int | None) -> None:
    """Print a few questions and their answers."""
    from warehouse import reading_copy

    out.print("\n[bold]3.[/] The warehouse is one DuckDB file; here is what SQL says of it.\n", highlight=False)
    questions = QUERIES if since is None else (*QUERIES, (CHANGES[0], CHANGES[1].format(since=since)))
    with reading_copy.connect(workspace.folders) as connection:
        for title, sql in questions:
            as_table(*answer(connection, sql), title=title)
            out.print()


def _next(workspace: Workspace, again: bool) -> None:
    """Print commands that work when pasted."""
    command = _command(workspace)
    out.print("[bold]Next[/], to be pasted as it stands:\n", highlight=False)
    for line in (
        f"{command} query \"select dateline, headline from articles where info_source = 'reuters'\"",
        f'{command} query "select source_tag, located, headline from articles order by date_published desc limit 10"',
        f"{command} show {_an_article(workspace)}",
        f"{command} status",
    ):
        out.print("  " + escape(line), highlight=False, soft_wrap=True)
    if again:
        said = f"The outlet has made its one correction. To begin anew: rm -r {_short(workspace.root)}"
    else:
        said = "Run the demo again: the outlet corrects one article, and everything else is answered with 304."
    out.print("\n" + escape(said), highlight=False, soft_wrap=True)


def _command(workspace: Workspace) -> str:
    """How this very command is typed from this folder, with the demo's workspace."""
    called = Path(sys.argv[0])
    name = "wireroom"
    if shutil.which(name) is None or Path(shutil.which(name) or "").resolve() != called.resolve():
        name = _short(called)
    return shlex.join([name, "--workspace", _short(workspace.root)])


def _short(path: Path) -> str:
    """A path as seen from this folder, unless that climbs out of it."""
    seen = os.path.relpath(path)
    return str(path.absolute()) if seen.startswith("..") else seen


def _an_article(workspace: Workspace) -> str:
    from warehouse import reading_copy

    with reading_copy.connect(workspace.folders) as connection:
        _, rows = answer(
            connection,
            "select article_id from articles where dateline is not null order by date_published desc, headline limit 1",
        )
    if not rows:
        raise Problem(f"The demo ended without an article. Delete {workspace.root} and run it again.")
    return str(rows[0][0])[:8]
