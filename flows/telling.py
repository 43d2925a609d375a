"""The events of a run, made from what it did: what a request brought, what a page was read as, how it all ended."""

from __future__ import annotations

from dataclasses import asdict

from flows.discovery import Window
from flows.fetching.addresses import shown
from flows.plural import are, counted
from flows.progress import Event
from parsers.records import Article, Rejected
from warehouse.archive.captures import Capture
from warehouse.loader import Report


def asked(url: str, capture: Capture) -> Event:
    """One address was asked for."""
    seconds = round(capture.seconds, 3) if capture.seconds else None
    figures = {"status": capture.status, "seconds": seconds, "message": capture.message}
    return Event("page", shown(url), outcome=capture.outcome, url=url, reason=capture.reason, more=figures)


def was_read(capture: Capture, result: tuple[Article, ...] | Rejected) -> Event:
    """One page was read: its headline, or why it is no article."""
    url = capture.final_url or capture.requested_url
    if isinstance(result, Rejected):
        return Event("read", result.message, outcome="rejected", url=url, reason=result.reason)
    if not result:
        return Event("read", "", 0, outcome="article", url=url)
    first = result[0]
    said = {"published": first.published and first.published.text, "tag": first.source_tag}
    return Event("read", first.headline, len(result), outcome="article", url=url, more=said)


def begun(kind: str, source: str, window: Window) -> Event:
    """A run of a source begins; where it goes by days, they are named."""
    days = {"first_day": window.first_day, "last_day": window.last_day} if kind in ("ingest", "backfill") else {}
    return Event("begun", f"The {kind} of {source} begins.", more={"kind": kind, **days})


def taken_up(records: int, *, was_killed: bool) -> str:
    """What a run begins with: the records of one that was killed, or was stopped and goes on."""
    many = counted(records, "record")
    if was_killed:
        return f"Recovered {many} of an interrupted run; none is fetched again."
    return f"The last run goes on where it was stopped: {many} that it had fetched {are(records)} read now, and none is fetched again."


def spooled(rows: int, counts: dict[str, int]) -> Event:
    """A batch is on the disk; `counts` are those of the run so far."""
    said = f"{counted(rows, 'row')} spooled; so far {_listed(counts)}"
    return Event("spooled", said, rows, more={name: count for name, count in counts.items() if count})


def ended(kind: str, source: str, state: str, message: str | None, counts: dict[str, int]) -> Event:
    """The run is over, in whatever state."""
    end = {"failed": "failed;", "cancelled": "was stopped:"}.get(state, f"is {state}:")
    said = f"The {kind} of {source} {end} {_listed(counts)}." + (f" {message}" if message else "")
    return Event("failed" if state == "failed" else "ended", said, outcome=state, more=counts)


def loaded(report: Report) -> list[Event]:
    """That spool files are in the live database, where any were loaded."""
    said = f"{report.files} {'file' if report.files == 1 else 'files'} loaded"
    return [Event("loaded", said, report.files, more={"rows": report.rows})] if report.files else []


def visible(report: Report) -> list[Event]:
    """For each source, what readers of the warehouse see since this reading copy."""
    return [
        Event(
            "visible",
            f"Loads {news.first_load} to {news.last_load} are in the reading copy: {counted(news.rows, 'row')}.",
            news.loads,
            source=news.source_id,
            run=news.runs[-1],
            more={name: value for name, value in asdict(news).items() if name != "source_id"},
        )
        for news in report.news
    ]


_SAID = {
    "requests": ("request", None),
    "articles": ("article", None),
    "unchanged": ("unchanged", "unchanged"),
    "rejected": ("no article", "no article"),
    "failed": ("failed", "failed"),
    "deferred": ("put off", "put off"),
}


def _listed(counts: dict[str, int]) -> str:
    """The counts that are not zero, in words."""
    parts = [counted(counts[name], *words) for name, words in _SAID.items() if counts.get(name)]
    return ", ".join(parts) or "nothing was due"
