"""The verb `sources add`: a ready-made outlet, a site that is probed first, or a whole list of sites."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.syntax import Syntax

from flows.cli.adding_many import add_many
from flows.cli.app import Exit, Problem, err, here, out
from flows.cli.drafts import Draft, drafted, free, looking, print_json, say_written, write
from flows.cli.sources import AsJson, Yes, sources_app
from flows.source_files import names, source_named
from flows.sources import SourceError, load
from flows.workspace import Workspace, add_from_catalogue, catalogue
from parsers import urls

if TYPE_CHECKING:
    from flows.probing import Options, Probe

ADD_EXAMPLES = """

[bold]Examples[/]

  wireroom sources add eir                        from the catalogue

  wireroom sources add post.example.org           any site, after a look

  wireroom sources add post.example.org --dry-run

  wireroom sources add feeds.opml --yes           a feed reader's export

  wireroom sources add sites.csv                  columns name, url, feed

[bold]Exit codes[/]  0 added, or printed · 1 nothing was written, and why · 4 no page that was tried is an article, and the
file must be mended; or some sites of a list could not be added
"""

What = Annotated[str, typer.Argument(metavar="NAME|URL|FILE", help="A catalogue name, an address, an .opml or a .csv.")]
Given = Annotated[str | None, typer.Option("--name", metavar="ID", help="The source's name here (file ID.toml).")]
Dry = Annotated[bool, typer.Option("--dry-run", help="Print the verdict and the file, write nothing.")]
Allow = Annotated[list[str] | None, typer.Option(metavar="HOST:PORT", help="A private address that may be asked.")]
Tries = Annotated[int, typer.Option("--articles", min=0, max=20, help="Articles to try.")]
Delay = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        help="Least seconds between two requests to a host, now and as the file's \\[pace] delay; robots.txt may ask for more.",
    ),
]
Robots = Annotated[str | None, typer.Option(metavar="WHY", help="Why robots.txt need not be obeyed; recorded.")]
Rights = Annotated[
    str | None, typer.Option(metavar="WHY", help="On what basis a rights reservation is passed; recorded.")
]


@sources_app.command("add", epilog=ADD_EXAMPLES)
def add(
    what: What,
    name: Given = None,
    yes: Yes = False,
    dry_run: Dry = False,
    allow: Allow = None,
    articles: Tries = 4,
    delay: Delay = None,
    robots_basis: Robots = None,
    rights_basis: Rights = None,
    as_json: AsJson = False,
) -> None:
    """Add an outlet: from the catalogue, or any site after a look at it; a verdict comes before anything is written."""
    workspace = here()
    if (catalogue() / f"{what}.toml").is_file():
        _add_ready(workspace, what, dry_run)
        return
    options = _options(allow, articles, delay, robots_basis, rights_basis)
    if Path(what).suffix.lower() in (".opml", ".csv") and "://" not in what:
        add_many(workspace, Path(what), options, yes=yes, dry_run=dry_run, as_json=as_json)
        return
    addresses = _addresses(what)
    if name:
        free(workspace, name)
    draft = _first_that_answers(workspace, addresses, options, name, quiet=as_json)
    if as_json:
        print_json(draft)
    else:
        _show(draft)
    if draft.toml is None:
        raise Problem(f"{draft.probe.obstacle} Nothing was written.{_way_out(draft.probe)}")
    if not dry_run and (yes or not as_json):
        _say_twins(workspace, draft)
        path = write(workspace, draft, ask=not yes)
        if not as_json:
            say_written(draft, path)
            _next(draft)
    if draft.probe.doubt:
        raise typer.Exit(Exit.INCOMPLETE)


def _options(
    allow: list[str] | None, articles: int, delay: float | None, robots_basis: str | None, rights_basis: str | None
) -> Options:
    from datetime import timedelta

    from flows.probing import Options
    from flows.source_values import host_and_port

    try:
        pairs = frozenset(host_and_port(pair) for pair in allow or ())
    except ValueError as error:
        raise Problem(f"--allow {error}.") from None
    pace = None if delay is None else timedelta(seconds=delay)
    usual = Options().delay
    return Options(pairs, robots_basis, rights_basis, usual if pace is None else pace, articles, pace=pace)


def _addresses(what: str) -> list[str]:
    """What was typed, as addresses to try in turn: without a scheme https comes first, and a port of its own means http."""
    if what.startswith(("http://", "https://")):
        return [what]
    host = what.partition("/")[0]
    if ":" in host and " " not in what:
        return [f"http://{what}"]
    if "." in host and " " not in what:
        return [f"https://{what}", f"http://{what}"]
    ready = ", ".join(sorted(path.stem for path in catalogue().glob("*.toml")))
    raise Problem(f"The catalogue has no outlet {what!r}. It has: {ready}. A site is named by its address: https://…")


# ------------------------------------------------------------------ one ready-made outlet


def _add_ready(workspace: Workspace, name: str, dry_run: bool) -> None:
    if dry_run:
        print((catalogue() / f"{name}.toml").read_text(encoding="utf-8"), end="")
        return
    path = add_from_catalogue(workspace, name)
    out.print(f"[green]✓[/] {escape(load(path).name)} is in {escape(str(path))}.", highlight=False, soft_wrap=True)
    out.print(f"Next: wireroom ingest {name}", highlight=False)


# ------------------------------------------------------------------ one site


def _first_that_answers(
    workspace: Workspace, addresses: list[str], options: Options, name: str | None, *, quiet: bool
) -> Draft:
    """The draft of the first address that answers, else of the first one."""
    first = probed(workspace, addresses[0], options, name, quiet=quiet)
    if first.probe.problem is None or len(addresses) == 1:
        return first
    second = probed(workspace, addresses[1], options, name, quiet=quiet)
    return first if second.probe.problem else second


def probed(workspace: Workspace, url: str, options: Options, name: str | None, *, quiet: bool) -> Draft:
    from flows.probing import probe

    with looking(quiet):
        found = probe(workspace, url, options)
    return drafted(found, options, name)


def _show(draft: Draft) -> None:
    from flows.cli.verdicts import show

    if draft.probe.problem is None:
        show(draft.probe)
    if draft.toml is None:
        return
    out.print(f"sources/{draft.name}.toml", style="bold", highlight=False)
    if out.is_terminal:
        out.print(Syntax(draft.toml, "toml", background_color="default", word_wrap=True))
    else:
        print(draft.toml)


def _way_out(probe: Probe) -> str:
    """What a person can do about an obstacle."""
    if probe.problem or probe.access.allowed:
        return ""
    option = "--rights-basis" if probe.access.reserved else "--robots-basis"
    return f' If you may read it all the same (your own site, a permission), say why: {option} "…"'


def _say_twins(workspace: Workspace, draft: Draft) -> None:
    """Say which sources read the same site already: their articles would be read twice."""
    twins = []
    for name in names(workspace):
        with suppress(SourceError):  # a broken file is for `sources check`
            if urls.same_site(source_named(workspace, name).home, draft.probe.home):
                twins.append(name)
    if twins:
        err.print(f"[yellow]![/] {', '.join(twins)} reads this site already.", highlight=False, soft_wrap=True)


def _next(draft: Draft) -> None:
    way = _first(draft)
    if draft.probe.doubt:
        mend = f"mend url under [article], or [[find]], in sources/{draft.name}.toml; then: "
        way = f"{mend if draft.probe.count('other') else ''}wireroom sources check {draft.name}"
    out.print(f"Next: {way}", markup=False, highlight=False, soft_wrap=True)


def _first(draft: Draft) -> str:
    """The command that brings the first articles: of an archive that has ended no pass finds any."""
    specs = [found.spec for found in draft.probe.chosen]
    begin = min((spec.first_day for spec in specs if spec.first_day), default=None)
    if begin is None or not all(spec.last_day for spec in specs):
        return f"wireroom ingest {draft.name}"
    end = max(spec.last_day for spec in specs if spec.last_day)
    return f"wireroom backfill {draft.name} --from {begin} --to {end} --dry-run"
