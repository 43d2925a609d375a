"""How a run looks while it lasts: bars on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from flows.cli.days_display import Roomy, by_days, detail, note
from flows.journal import logs
from flows.progress import Event, shown

SECONDS_BETWEEN_LINES = 5.0


@contextmanager
def watched(
    title: str, console: Console, *, quiet: bool = False, days: int | None = None, going_on: int = 0
) -> Iterator[None]:
    """Show what the run inside the block tells, on the console it is given (standard error); of how many days, where it counts them, and how many of those are not over yet."""
    if logs.is_wanted():
        with logs.aloud():
            yield
    elif quiet:
        yield
    elif days is not None:
        with by_days(title, console, days, going_on):
            yield
    elif console.is_terminal:
        with _bars(console) as progress, shown(Bars(title, progress)):
            yield
    else:
        with shown(Lines(title, console)):
            yield


@contextmanager
def warned(console: Console) -> Iterator[None]:
    """Show only what goes wrong inside the block, a sentence a line."""

    def say(event: Event) -> None:
        if event.kind == "warning":
            console.print(event.text, markup=False, highlight=False, soft_wrap=True)

    with logs.aloud() if logs.is_wanted() else shown(say):
        yield


def _bars(console: Console) -> Progress:
    return Roomy(
        SpinnerColumn(finished_text="[green]✓[/]"),
        TextColumn("{task.description}", table_column=_whole()),
        BarColumn(bar_width=24, table_column=_whole()),
        MofNCompleteColumn(table_column=_whole()),
        TimeElapsedColumn(table_column=_whole()),
        TextColumn("[dim]{task.fields[detail]}[/]", table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")),
        console=console,
        expand=True,
    )


def _whole() -> Column:
    """A column that is never narrowed: where the terminal is narrow, the last address gives way."""
    return Column(no_wrap=True, min_width=7)


class Bars:
    """Draws events as one bar of pages, with the last address and the outcomes beside it."""

    def __init__(self, title: str, progress: Progress) -> None:
        self.progress = progress
        self.task = progress.add_task(f"[bold]{escape(title)}[/]", total=None, detail="")
        self.total = 0

    def __call__(self, event: Event) -> None:
        if event.kind == "planned":
            self.total += event.count
            self.progress.update(self.task, total=self.total)
        elif event.kind == "page":
            self.progress.update(self.task, advance=event.count, detail=escape(detail(event)))
        elif event.kind in ("note", "warning"):
            note(self.progress.console, event.text, event.kind == "warning")
        else:
            self.progress.update(self.task, detail=escape(detail(event)))


class Lines:
    """Prints notes at once, and pages as one line every few seconds."""

    def __init__(self, title: str, console: Console) -> None:
        self.title, self.console = title, console
        self.outcomes: Counter[str] = Counter()
        self.planned = 0
        self.said_at = time.monotonic()

    def __call__(self, event: Event) -> None:
        if event.kind in ("note", "warning"):
            self._print(event.text)
        elif event.kind == "planned":
            self.planned += event.count
        elif event.kind == "page":
            self.outcomes[event.outcome or "done"] += event.count
            if time.monotonic() - self.said_at > SECONDS_BETWEEN_LINES:
                self._print(f"{self.title}: {self.outcomes.total()} of {self.planned} pages, {_counted(self.outcomes)}")

    def _print(self, text: str) -> None:
        self.said_at = time.monotonic()
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _counted(outcomes: Counter[str]) -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
