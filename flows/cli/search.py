"""The verb `search`: what was written where, in the words of the text."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.app import Problem, app, as_typed, err, here
from flows.cli.days import day
from flows.cli.search_output import hits_as_csv, hits_as_text, shares_as_csv, shares_as_text

if TYPE_CHECKING:
    from rich.progress import TaskID

    from warehouse.folders import Folders
    from warehouse.search import Filters

EXAMPLES = """

[bold]Examples[/]

  wireroom search "harbour fog"                          both words, in any form, best first

  wireroom search '"fog closes" OR mist* -football'      a phrase as it is spelt, a beginning, one left out

  wireroom search 北京 --outlet eir --from 2026-01 --to 2026-03

  wireroom search strike --place oslo --agency ap --collapse

  wireroom search "strike AND dateline:Oslo"             as a watch has it; also outlet: and agency:

  wireroom search inflation --over-time month            as a share of what each outlet printed
"""

QUERY = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="WORDS", help='Words, "phrases", begin*, AND OR NOT or -, ( ); several words are all meant.'
    ),
]


@app.command(
    epilog=EXAMPLES, context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]}
)  # -harbour is a word
def search(
    words: QUERY = None,
    outlet: Annotated[list[str] | None, typer.Option("--outlet", help="Only this outlet, by id or name; may be repeated.")] = None,
    agency: Annotated[list[str] | None, typer.Option("--agency", help="Only from this agency, by id or name; may be repeated.")] = None,
    place: Annotated[list[str] | None, typer.Option("--place", help="Only datelined here; may be repeated.")] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="Published on or after: 2026-03-01, 2026-03 or 2026.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DAY", help="Published on or before, the whole month or year included.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Hits to show.")] = 10,
    collapse: Annotated[bool, typer.Option("--collapse", help="Show copies of one story once, with where else it was printed.")] = False,
    over: Annotated[str | None, typer.Option("--over-time", metavar="day|week|month|year", help="Shares by period instead of hits.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a hit or period.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV with a header line.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew first.")] = False,
) -> None:  # fmt: skip
    """Search the articles' texts: ranked hits with passages, or shares over time."""
    if unknown := [word for word in words or [] if word.startswith("--")]:
        raise Problem(f"There is no option {unknown[0]}. All there are: wireroom search --help")
    folders = here().folders
    query = as_typed(" ".join(words or []))
    if not query.strip() and not rebuild:
        raise Problem('Say what to look for, for example: wireroom search "harbour fog". More: wireroom search --help')
    if over and collapse:
        raise Problem("--over-time counts articles and --collapse folds them: use one of the two.")
    if as_json and as_csv:
        raise Problem("--json and --csv are two ways to print one answer: use one of the two.")
    _up_to_date(folders, rebuild)
    if not query.strip():
        return
    query, filters = _parted(query, _filters(outlet, agency, place, since, until))
    if over:
        _over_time(folders, query, over, filters, as_json=as_json, as_csv=as_csv)
    else:
        _hits(folders, query, filters, limit, collapse, as_json=as_json, as_csv=as_csv)


def _hits(
    folders: Folders, query: str, filters: Filters, limit: int, collapse: bool, *, as_json: bool, as_csv: bool
) -> None:
    from warehouse.search import search as find

    started = time.perf_counter()
    found = find(folders, query, filters, limit=limit, collapse=collapse)
    seconds = time.perf_counter() - started
    if as_json:
        for hit in found.hits:
            print(json.dumps(asdict(hit), default=str, ensure_ascii=False))
    elif as_csv:
        hits_as_csv(found)
    else:
        hits_as_text(found, query, seconds, filtered=filters.any)
    _warn(found.behind)


def _over_time(folders: Folders, query: str, by: str, filters: Filters, *, as_json: bool, as_csv: bool) -> None:
    from warehouse.search.shares import By, over_time

    if by not in list(By):
        raise Problem(f"--over-time takes {', '.join(By)}, and not {by!r}.")
    found = over_time(folders, query, by, filters)
    if as_json:
        for period in found.periods:
            print(json.dumps({**asdict(period), "share": round(period.share, 6)}, default=str, ensure_ascii=False))
    elif as_csv:
        shares_as_csv(found)
    else:
        shares_as_text(found, query)
    _warn(found.behind)


def _warn(behind: bool) -> None:
    if not behind:
        return
    folders = here().folders
    shut = next(
        (at for at in (folders.search_lock, folders.search.parent) if at.exists() and not os.access(at, os.W_OK)), None
    )
    why = f"is as it was last fed: {shut} cannot be written" if shut else "is being fed by another process"
    err.print(
        f"The index {why}. The newest articles may be missing here.", style="dim", highlight=False, soft_wrap=True
    )


def _up_to_date(folders: Folders, rebuild: bool) -> None:
    """Bring the index to the newest reading copy, with a bar where that takes long."""
    from warehouse import search as index

    with _progress() as told:
        if rebuild:
            fed = index.rebuild(folders, told=told)
            err.print(f"The index was made anew; articles in it: {fed.indexed:,}.", style="dim", highlight=False)
        else:
            index.opened(folders, told)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """What is told shows as a bar on a terminal, once it is more than a moment's work."""
    from rich.progress import Progress

    with ExitStack() as stack:
        bars: list[tuple[Progress, TaskID]] = []

        def told(done: int, total: int) -> None:
            if not bars and done < total:
                bar = stack.enter_context(Progress(console=err, transient=True, disable=not err.is_terminal))
                bars.append((bar, bar.add_task("Indexing new articles", total=total)))
            for bar, task in bars:
                bar.update(task, completed=done)

        yield told


def _parted(query: str, filters: Filters) -> tuple[str, Filters]:
    from warehouse.search.fields import parted

    return parted(query, filters)


def _filters(
    outlets: list[str] | None,
    agencies: list[str] | None,
    places: list[str] | None,
    since: str | None,
    until: str | None,
) -> Filters:
    from warehouse.search import Filters

    first, last = day(since, "--from"), day(until, "--to", last=True)
    return Filters(outlets or (), agencies or (), places or (), first, last)
