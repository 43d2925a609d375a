"""How a backfill looks while it lasts: days done of how many, listings, pages, pages a minute, and the time that is left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, Task, TextColumn
from rich.table import Column, Table

from flows import reasons
from flows.cli import prose
from flows.cli.alike import Alike
from flows.cli.app import counted
from flows.progress import Event, shown

WIDE = 110
"""Cells from which on there is room for the name beside the bar."""

BESIDE = 16
"""Cells of a narrow terminal that what is said has not: those of the bar, and the ones that are left free."""

SECONDS_BETWEEN_LINES = 30.0
"""A decade takes days: a line in half a minute is enough where nobody looks at a terminal."""


@contextmanager
def by_days(title: str, console: Console, days: int, going_on: int = 0) -> Iterator[None]:
    """Show the events of the block: a bar of days, some of which are not over yet, on a terminal; a line now and then elsewhere."""
    if not console.is_terminal:
        lines = _Lines(title, console, Course(days, going_on))
        with shown(lines), closing(lines):
            yield
        return
    is_narrow = console.width < WIDE
    with (
        _progress(console, is_narrow) as progress,
        closing(_Bar(title, progress, Course(days, going_on, console.width - BESIDE if is_narrow else 1_000))) as bar,
        shown(bar),
    ):
        yield


class Roomy(Progress):
    """A progress that leaves room at its right end, for the ^C that a terminal shows there: it would break the line."""

    def make_tasks_table(self, tasks: Iterable[Task]) -> Table:
        """The bars, narrower than the terminal."""
        table = super().make_tasks_table(tasks)
        if tasks:
            table.width = self.console.width - 5
        return table


def _progress(console: Console, is_narrow: bool) -> Progress:
    """The bar and what is said beside it; where there is little room, without the name, which was just typed."""
    whole = Column(no_wrap=True)
    named = [] if is_narrow else [TextColumn("{task.description}", table_column=whole)]
    return Roomy(
        SpinnerColumn(),
        *named,
        BarColumn(bar_width=8 if is_narrow else 20, table_column=whole),
        TextColumn("{task.fields[said]}", table_column=whole),
        TextColumn("[dim]{task.fields[detail]}[/]", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
        console=console,
        expand=True,
    )


@dataclass(slots=True)
class Course:
    """How far a backfill is."""

    days: int
    going_on: int = 0  # of them, not over yet: done with for now, and not done
    room: int = 1_000  # cells for what is said of it
    done: int = 0
    before: int = 0  # of them, done by an earlier run
    pages: int = 0
    failed: int = 0
    listings: int = 0  # that were asked for
    planned: int | None = None  # listings in all; None: not known before
    passed_on: int = 0  # pages that are to be asked for, as far as they are known
    left_before: int = 0  # of them, those that no listing of this run has brought
    is_reading: bool = False  # whether the last answer was a listing
    began: float = field(default_factory=time.monotonic)
    waiting: deque[tuple[int, int]] = field(default_factory=deque)  # after how many pages so many days are done

    def take(self, event: Event) -> None:
        """Count what an event says."""
        if event.kind == "page":
            self.pages += event.count
            self.failed += event.outcome not in ("fetched", "unchanged")
            self.is_reading = False
        elif event.kind == "days":
            self.before += event.count if event.outcome == "before" else 0
            self.planned = event.more.get("listings", self.planned)
            self.passed_on = event.more.get("after", 0)
            self.waiting.append((self.passed_on, event.count))
        elif is_listing(event):
            self.left_before = self.left_before if self.listings else self.passed_on
            self.listings += 1
            self.is_reading = True
        while self.waiting and self.waiting[0][0] <= self.pages:
            self.done += self.waiting.popleft()[1]

    def said(self, *, ended: bool = False) -> str:
        """Days, pages, rate and the time left, in a few words; what matters less is left out where there is no room."""
        minutes = max(time.monotonic() - self.began, 1e-9) / 60
        over = self.days - self.going_on
        left = None if ended else self.minutes_left(minutes)
        parts = {
            "days": f"{min(self.done, over):,} of {counted(self.days, 'day')}",
            "open": f"{self.done - over:,} not over yet" if self.done > over else "",
            "listings": self._listings() if self.is_reading and not ended else "",
            "pages": counted(self.pages, "page") if self.pages or not self.is_reading or ended else "",
            "lost": f"{self.failed:,} not there" if self.failed else "",
            "rate": f"{self.pages / minutes:,.0f} a minute" if self.pages else "",
            "left": "" if left is None else f"{span(left)} left",
        }
        for name in ("", "lost", "rate", "open"):
            parts.pop(name, None)
            said = ", ".join(filter(None, parts.values()))
            if len(said) <= self.room:
                break
        return said

    def _listings(self) -> str:
        if self.planned is None:
            return f"{counted(self.listings, 'listing')} read"
        return f"{self.listings:,} of {counted(max(self.planned, self.listings), 'listing')} read"

    def minutes_left(self, minutes: float) -> float | None:
        """By requests, where it is known how many listings there are, else by the days that this run has done; None before the first.

        Pages come behind the listings that bring them: by days alone a run that reads listings for an hour would seem to take weeks.
        """
        if self.planned and self.listings:
            listings = max(self.planned - self.listings, 0)
            pages = self.passed_on - self.pages + (self.passed_on - self.left_before) / self.listings * listings
            left_over = listings + max(pages, 0)
            return minutes / (self.listings + self.pages) * left_over if left_over else None
        now = self.done - self.before
        left = self.days - self.done
        return minutes / now * left if now > 0 and left > 0 else None


def is_listing(event: Event) -> bool:
    """Whether an event says that a listing was asked for, whatever came of it."""
    group = event.more.get("group")
    return (event.kind == "unit" and event.outcome != "deferred") or group in ("empty", "unread")


def span(minutes: float) -> str:
    """A length of time as a person says it: 40 s, 12 min, 5.5 h, 1.4 days."""
    if minutes * 60 < 1:
        return "less than a second"
    if minutes < 1.5:
        return f"{minutes * 60:.0f} s"
    if minutes < 90:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.1f} h" if minutes < 36 * 60 else f"{minutes / 1440:.1f} days"


def detail(event: Event) -> str:
    """What goes on, in the few words for which there is room beside a bar: of an address, what tells it from others."""
    if event.kind == "page":
        parts = urlsplit(event.text)
        rest = event.text.partition(parts.netloc)[2] if parts.netloc else ""
        return f"{reasons.asked(event.outcome or '')} {rest.lstrip('/') or event.text}"
    return AT_WORK.get(event.kind, event.text)


def note(console: Console, text: str, is_warning: bool) -> None:
    """Print a sentence above the bar, no word of it broken."""
    prose.say(console, f"! {text}" if is_warning else text, mark="yellow" if is_warning else "")


AT_WORK = {"spooled": "keeping what came", "loaded": "loading it", "visible": "readers see it", "ended": "", "days": ""}
"""What a run does at such an event, where its sentence is too long for a bar."""


class _Bar:
    def __init__(self, title: str, progress: Progress, course: Course) -> None:
        self.progress, self.course = progress, course
        self.task = progress.add_task(f"[bold]{escape(title)}[/]", total=course.days, said="", detail="")
        self.alike = Alike(self._say)

    def __call__(self, event: Event) -> None:
        self.course.take(event)
        self.alike(event)
        if event.kind in ("note", "warning"):
            return
        done = min(self.course.done, self.course.days - self.course.going_on)
        self.progress.update(self.task, completed=done, said=self.course.said(), detail=escape(detail(event)))

    def _say(self, text: str, is_warning: bool) -> None:
        note(self.progress.console, text, is_warning)

    def close(self) -> None:
        """Say what was only counted; the bar that stays turns no more and speaks of all, not of the last page."""
        self.alike.end()
        self.progress.columns = self.progress.columns[1:]
        self.progress.update(self.task, detail="", said=self.course.said(ended=True))


class _Lines:
    def __init__(self, title: str, console: Console, course: Course) -> None:
        self.title, self.console, self.course = title, console, course
        self.said_at = time.monotonic()
        self.alike = Alike(lambda text, _: self._print(text))

    def __call__(self, event: Event) -> None:
        self.course.take(event)
        self.alike(event)
        if event.kind in ("page", "days") and time.monotonic() - self.said_at > SECONDS_BETWEEN_LINES:
            self._print(f"{self.title}: {self.course.said()}")

    def close(self) -> None:
        """Say what was only counted."""
        self.alike.end()

    def _print(self, text: str) -> None:
        self.said_at = time.monotonic()
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
