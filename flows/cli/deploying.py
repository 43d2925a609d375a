"""The verb `deploy`: the schedules for people who already have Prefect, as a file or at their server."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from flows.cli.app import Exit, Problem, app, counted, err, here, out
from flows.sources import SourceDefinition, load_each
from flows.workspace import Workspace
from warehouse.files import write_whole

DEPLOY_EXAMPLES = """

[bold]Examples[/]

  PREFECT_API_URL=http://prefect:4200/api wireroom deploy --pool news

  wireroom deploy --name desk   another workspace at the same Prefect: ingest/desk-eir, maintain/desk-maintain …

  wireroom deploy --write       write prefect.yaml into the workspace instead, to be looked at and committed

[bold]What it registers[/]  ingest for every source by its schedule, maintain once a day, backfill and reparse to be started by
hand, and an automation that ends runs whose process was killed. A second time it renews what has changed.

[bold]Exit codes[/]  0 done · 1 a problem it names, or a source file that cannot be read
"""


@app.command(epilog=DEPLOY_EXAMPLES)
def deploy(
    write: Annotated[bool, typer.Option("--write", help="Write prefect.yaml and register nothing.")] = False,
    pool: Annotated[str, typer.Option(help="The work pool whose workers are to run it.")] = "wireroom",
    name: Annotated[str, typer.Option(help="Put before every name, where several workspaces share a Prefect.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print what was registered as JSON.")] = False,
) -> None:
    """Register the schedules at a Prefect you already have, or write them down as prefect.yaml."""
    workspace = here()
    if set(name) & set("/%&<>"):
        raise Problem(f"--name {name}: Prefect takes no name with any of / % & < >. Letters and digits do.")
    sources, broken = load_each(workspace.sources)
    for problem in broken.values():
        err.print(problem, markup=False, highlight=False, soft_wrap=True)
    if write:
        _write(workspace, sources, pool, name)
    else:
        _register(workspace, sources, pool, name, as_json)
    if broken:
        raise typer.Exit(Exit.PROBLEM)


def _write(workspace: Workspace, sources: list[SourceDefinition], pool: str, name: str) -> None:
    from flows.deploy_file import text

    path = workspace.root / "prefect.yaml"
    write_whole(path, [text(sources, pool, workspace.root, name).encode()])
    said = (
        f"✓ {path}: {counted(len(sources), 'source')}. Register it with: wireroom deploy --pool {pool}, or prefect deploy --all. "
        f"The work pool must be there: prefect work-pool create {pool} --type process"
    )
    out.print(said, markup=False, highlight=False, soft_wrap=True)


def _register(workspace: Workspace, sources: list[SourceDefinition], pool: str, name: str, as_json: bool) -> None:
    url = workspace.setting("PREFECT_API_URL")
    if url is None:
        raise Problem(
            "PREFECT_API_URL is not set, so there is no Prefect to register at. Set it in the environment or in .env, or let "
            "Wireroom run its own with: wireroom up"
        )
    for setting in ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING"):
        if value := workspace.setting(setting):
            os.environ.setdefault(setting, value)
    from flows.deployments import everything
    from flows.service.api import Unanswered
    from flows.service.registering import deploy as registered_at

    wanted = everything(sources, name)
    try:
        with err.status(f"Registering at {url} …"):
            strangers = registered_at(wanted, pool, workspace.root)
    except Unanswered as problem:
        raise Problem(f"{url}: {problem}") from None
    if as_json:
        print(json.dumps({"url": url, "pool": pool, "deployments": [one.name for one in wanted], "others": strangers}))
        return
    for one in wanted:
        when = f"{one.cron} ({one.timezone})" if one.cron and one.active else "paused" if one.cron else "by hand"
        out.print(f"  {one.flow}/{one.name}  {when}", markup=False, highlight=False, soft_wrap=True)
    for stranger in strangers:
        said = f"{stranger} is registered there and nothing here any more: prefect deployment delete {stranger}"
        err.print(said, highlight=False, soft_wrap=True)
    said = f"✓ {counted(len(wanted), 'deployment')} in the work pool {pool}. A worker runs them: prefect worker start --pool {pool}"
    out.print(said, markup=False, highlight=False, soft_wrap=True)
