"""How a reparse is told: what was read, what differs with a sample, and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from rich.text import Text

from flows.cli import comparing
from flows.cli.app import counted, err, out
from flows.cli.reading import plain, put
from flows.cli.tables import harmless
from flows.cli.versions import marked, print_paragraphs

if TYPE_CHECKING:
    from flows.rereading.accepting import Accepted
    from flows.rereading.proposed import Difference, Shown
    from flows.rereading.reparsing import Report
    from warehouse.reparsing import Summary

SHORT = 70
"""Characters of a value that is shown whole beside the other one, and not word by word."""

PARAGRAPHS = 5
"""Paragraphs of a body that the sample shows of one article; --article shows all of them."""

MOST_SAID = 5
"""Unreadable pages that are named."""


def print_report(report: Report, shown: Shown | None) -> None:
    """Say what was read of a source, and show what waits of it."""
    for sentence in report.unreadable[:MOST_SAID]:
        err.print(Text(f"Not readable: {sentence}", style="yellow"), soft_wrap=True)
    if len(report.unreadable) > MOST_SAID:
        err.print(Text(f"… and {len(report.unreadable) - MOST_SAID:,} more.", style="yellow"))
    if report.outdated is not None:
        _say(f"What waited as {report.outdated.id} was read by another reader, and was dropped.", style="dim")
    if report.not_kept:
        _say(f"{counted(report.not_kept, 'page')} cannot be read: [keep] has dropped their bodies.", style="dim")
    if shown is None:
        _say(f"{report.source_id}: {_nothing(report)}")
    else:
        print_shown(shown)


def _nothing(report: Report) -> str:
    """Why nothing of a source waits after its archive was read."""
    if report.planned:
        return f"of {counted(report.planned, 'page')} none could be read anew."
    if report.since:
        return f"nothing to do; today's reader has read every archived page of articles of {report.since} or later."
    return "nothing to do; every archived page has been read by today's reader."


def print_shown(shown: Shown) -> None:
    """Show what waits: counts, a sample by field, and the way on."""
    name, summary = shown.proposal.source_id, shown.summary
    out.print(Text.assemble((f"{shown.proposal.id}", "bold"), f": {counted(summary.pages, 'page')} read anew"))
    _print_counts(summary)
    for field, differences in shown.sample.items():
        of = summary.fields.get(field) or summary.outcomes.get(field, 0)
        out.print(Text(f"\n── {_TITLES.get(field, field)}: {len(differences)} of {of:,} ", style="bold"))
        for difference in differences:
            print_difference(difference, field, PARAGRAPHS)
    if shown.fields and not any(summary.fields.get(name) or summary.outcomes.get(name) for name in shown.fields):
        _say(f"\nNothing differs in {', '.join(shown.fields)}.")
    out.print()
    only = f" --fields {','.join(shown.fields)}" if shown.fields else ""
    _way("one article in full", f"wireroom reparse {name} --article ARTICLE")
    if summary.differs:
        _way("accept it, so that it corrects what is there", f"wireroom reparse {name}{only} --accept")
    else:
        _say("Nothing differs: there is nothing to correct.")
        _way("note that today's reader has read it", f"wireroom reparse {name}{only} --accept")
    _way("drop it", f"wireroom reparse {name} --discard")


def print_difference(difference: Difference, field: str, paragraphs: int | None = None) -> None:
    """Show one field of an article, as it counts and as it was read anew; of a body so many paragraphs, or all."""
    out.print()
    if difference.headline != difference.look.url:
        put(Text(difference.headline, style="bold"), "  ")
    put(Text(difference.look.url, style="dim"), "  ")
    if field in ("rejected", "accepted"):
        look = difference.look
        why = (
            f"{look.reason}: {look.message or ''}" if field == "rejected" else f"was {look.former_reason or 'not read'}"
        )
        put(Text(why), "    ")
        return
    values = difference.values(field)
    for column, (old, new) in values.items():
        if column == "body":
            print_paragraphs(str(old or ""), str(new or ""), "    ", paragraphs)
        elif column == "datelines" and len(values) == 1:
            _print_parts(old or [], new or [])
        elif column not in ("word_count", "datelines"):
            _print_value(column, old, new)


def print_article(differences: list[Difference]) -> None:
    """Show all that waits of an article, field by field and page by page."""
    for difference in differences:
        look = difference.look
        said = f"shown {look.observed_at:%Y-%m-%d %H:%M} UTC: {_OUTCOMES[look.outcome]}"
        out.print(Text(said, style="bold"))
        for field in look.fields or ([look.outcome] if look.outcome in ("rejected", "accepted") else []):
            print_difference(difference, field)
        out.print()


def article_as_json(difference: Difference) -> str:
    """One page of an article that waits, with the fields that differ, as one JSON object."""
    look = difference.look
    values = {name: pair for field in look.fields for name, pair in difference.values(field).items()}
    said = {
        "url": look.url,
        "article_id": look.article_id,
        "observed_at": look.observed_at,
        "outcome": look.outcome,
        "reason": look.reason or look.former_reason,
        "old": {name: old for name, (old, _) in values.items()},
        "new": {name: new for name, (_, new) in values.items()},
    }
    return json.dumps(said, default=plain, ensure_ascii=False)


def print_accepted(done: Accepted, begun_at: datetime) -> None:
    """Say what was accepted, left out and left waiting, and how to see what has changed since then (in UTC)."""
    parts = [f"{counted(done.pages, 'page')} accepted"]
    if done.left_out:
        parts.append(f"{done.left_out:,} left out, of which this reader's reading or a later one counts already")
    if done.withdrawn:
        parts.append(f"{done.withdrawn:,} left out, since withdrawn")
    if done.waiting:
        parts.append(
            f"{done.waiting:,} go{'es' if done.waiting == 1 else ''} on waiting, which differ{'s' if done.waiting == 1 else ''} in other fields"
        )
    if len(parts) == 1 and not done.pages:
        parts = ["what was accepted before a kill is in the warehouse now"]
    out.print(Text.assemble(("✓ ", "green"), (done.source_id, "bold"), f": {'; '.join(parts)}."), soft_wrap=True)
    asked = f"select change, count(*) from changes where recorded_at >= '{begun_at:%Y-%m-%d %H:%M:%S}' group by all"
    _say(f'What changed: wireroom query "{asked}"', style="dim")


def as_json(report: Report, shown: Shown | None) -> str:
    """What was read of a source, and what waits of it, as one JSON object."""
    read = {
        "source": report.source_id,
        "read": report.read,
        "not_kept": report.not_kept,
        "unreadable": report.unreadable,
        "misfit": report.misfit,
    }
    return json.dumps(read | (_json(shown) if shown else {}), default=plain, ensure_ascii=False)


def _json(shown: Shown) -> dict[str, Any]:
    summary = shown.summary
    return {
        "id": shown.proposal.id,
        "reader": shown.proposal.reader,
        **asdict(summary),
        "rates": {field: round(count / summary.compared, 4) for field, count in summary.fields.items()},
        "sample": [_json_of(field, difference) for field, found in shown.sample.items() for difference in found],
    }


_TITLES = {"rejected": "no article any more", "accepted": "an article now"}
_OUTCOMES = {
    "unchanged": "reads as before",
    "changed": "differs",
    "rejected": "is no article any more",
    "accepted": "is an article now",
    "still_rejected": "is still no article",
}
_OF_MANY = {
    "unchanged": "read as before",
    "changed": "differ",
    "rejected": "are no article any more",
    "accepted": "are an article now",
    "still_rejected": "are still no article",
}


def _print_counts(summary: Summary) -> None:
    changed = f" ({_rate(summary.outcomes.get('changed', 0), summary.compared)} of those compared)"
    _count(summary, "unchanged")
    _count(summary, "changed", changed)
    for field, count in summary.fields.items():
        out.print(Text(f"           {field:<24}{count:>8,}  {_rate(count, summary.compared):>7}"), highlight=False)
    _count(summary, "rejected", _listed(summary.reasons))
    _count(summary, "accepted")
    _count(summary, "still_rejected")
    if summary.warnings:
        out.print(Text(f"           new warnings{_listed(summary.warnings)}"), soft_wrap=True)


def _count(summary: Summary, outcome: str, more: str = "") -> None:
    count = summary.outcomes.get(outcome, 0)
    said = (_OUTCOMES if count == 1 else _OF_MANY)[outcome]
    if count:
        out.print(Text(f"  {count:>8,} {said}{more}"), soft_wrap=True)


def _rate(count: int, of: int) -> str:
    return f"{count / of:.1%}" if of else "–"


def _listed(counts: Mapping[str, int]) -> str:
    return ": " + ", ".join(f"{name} {count:,}" for name, count in counts.items()) if counts else ""


def _print_value(column: str, old: Any, new: Any) -> None:
    before, after = _readable(old), _readable(new)
    line = Text.assemble((f"{column}  ", "dim"))
    if max(len(before), len(after)) <= SHORT:
        line.append_text(Text.assemble((before or "–", "red"), " → ", (after or "–", "green")))
    else:
        line.append_text(marked(comparing.words(before, after)))
    put(line, "    ")


def _print_parts(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    """Print of datelines only what differs in them: their number, or parts that no column shows."""
    if len(old) != len(new):
        _print_value("datelines", [part["raw"] for part in old], [part["raw"] for part in new])
        return
    for before, after in zip(old, new, strict=True):
        for name in before:
            if before[name] != after.get(name):
                _print_value(f"{before['raw']}  {name}", before[name], after.get(name))


def _readable(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(_readable, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_readable(item)}" for name, item in value.items() if item not in (None, [], ""))
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else harmless(str(value))


def _json_of(field: str, difference: Difference) -> dict[str, Any]:
    look = difference.look
    known = {"field": field, "url": look.url, "article_id": look.article_id, "observed_at": look.observed_at}
    if field in ("rejected", "accepted"):
        return {**known, "headline": difference.headline, "reason": look.reason or look.former_reason}
    values = difference.values(field)
    return {
        **known,
        "old": {name: old for name, (old, _) in values.items()},
        "new": {name: new for name, (_, new) in values.items()},
    }


def _way(what: str, command: str) -> None:
    out.print(Text.assemble((f"{what + ':':<46}", "dim"), (command, "cyan")), soft_wrap=True)


def _say(text: str, style: str = "") -> None:
    out.print(Text(text, style=style), soft_wrap=True)
