"""How the plan of a backfill is shown: a table of finders, and what they would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.cli import prose
from flows.cli.app import counted, out
from flows.cli.days_display import span
from flows.cli.tables import as_entries, harmless, sized

if TYPE_CHECKING:
    from flows.reach import Plan, Reach
    from flows.sources import SourceDefinition

COLUMNS = ["finder", "address", "reaches", "listings", "read before", "what it cannot say or reach"]


def show(source: SourceDefinition, plan: Plan) -> None:
    """Print a plan."""
    days = (plan.last_day - plan.first_day).days + 1
    title = f"{harmless(source.name)}, {plan.first_day} to {plan.last_day} ({counted(days, 'day')}): what each finder reaches"
    as_entries(COLUMNS, [_row(reach) for reach in plan.reaches], title=title)
    for sentence in _sentences(plan):
        prose.say(out, sentence)


def _row(reach: Reach) -> tuple[str, ...]:
    reached = f"{reach.first_day} to {reach.last_day}" if reach.first_day else "none of these days"
    listings = "not known" if reach.listings is None else f"{reach.listings:,}"
    return reach.finder, reach.address, reached, listings, f"{reach.known:,}", reach.cannot or ""


def _sentences(plan: Plan) -> list[str]:
    """What would be fetched, on what that rests, and how long and large it is."""
    if plan.pages is None:
        said = [f"How many pages that makes is not known. {plan.basis}"]
    elif plan.pages == 0:
        said = [f"No page would be fetched. {plan.basis}"]
    else:
        said = [f"About {counted(plan.pages, 'page')} would be fetched. {plan.basis}"]
    said += _paces(plan)
    if plan.gigabytes:
        said.append(f"The archive grows by about {sized(plan.gigabytes * 1e9)}, by the pages that are there already.")
    elif plan.pages:
        said.append("How many GB that makes is known once a page is fetched.")
    done = f"{counted(plan.looked, 'listing')} looked at, nothing stored" if plan.looked else "Nothing was fetched"
    return [*said, f"{done}: without --dry-run it begins."]


def _paces(plan: Plan) -> list[str]:
    """How long the requests take, and what the archives among those asked want."""
    said = []
    if plan.seconds is not None:
        takes = f"about {span(plan.seconds / 60)}" if plan.seconds >= 1 else span(plan.seconds / 60)
        more = "" if plan.listings is not None else ", and what listings it takes that are not known yet"
        if plan.delay:
            said.append(f"One request in {plan.delay:g} s ([pace] delay) makes that {takes}{more}.")
        elif plan.answers is None:
            said.append(
                f"No pause is kept between two requests ([pace] delay is 0): how long it takes is up to the outlet{more}."
            )
        else:
            each = f"{plan.answers:.2f} s each so far"
            said.append(
                f"No pause is kept between two requests ([pace] delay is 0): by its answers, {each}, that makes {takes}{more}."
            )
    for floor in plan.floors:
        index = "" if floor.index == floor.pages else f", its index once in {floor.index:g} s"
        said.append(f"{floor.archive} is asked once in {floor.pages:g} s{index}, whatever [pace] says.")
    return said
