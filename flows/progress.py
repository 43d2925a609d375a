"""What a run tells whoever watches it: one event a step, shown as bars on a terminal, as plain lines, and in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "begun",
    "health",
    "note",
    "warning",
    "unit",
    "days",
    "planned",
    "page",
    "read",
    "spooled",
    "loaded",
    "visible",
    "ended",
    "failed",
]


@dataclass(frozen=True, slots=True)
class Event:
    """Something a run did. `page` events add to `done`; `planned` events add to the expected total."""

    kind: Kind
    text: str
    count: int = 1
    outcome: str | None = (
        None  # of a page: fetched, unchanged, failed, …; of a reading: article or rejected; of a run: its state
    )
    url: str | None = None  # the page or listing that the event is about
    reason: str | None = None  # why it came to that, in a word
    source: str | None = None  # these two are filled in by `tell` inside a run
    run: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)  # further figures, by name


Listener = Callable[[Event], None]

_listeners: ContextVar[tuple[Listener, ...]] = ContextVar("wireroom_listeners", default=())
_subject: ContextVar[tuple[str | None, str | None]] = ContextVar("wireroom_subject", default=(None, None))


def tell(event: Event) -> None:
    """Hand the event to every listener of this context, with the source and the run that it is about."""
    listeners = _listeners.get()
    if not listeners:
        return
    source, run = _subject.get()
    # Named one by one: a page tells two events, and `replace` costs more than all else that is done with them here.
    whole = Event(
        kind=event.kind,
        text=event.text,
        count=event.count,
        outcome=event.outcome,
        url=event.url,
        reason=event.reason,
        source=event.source or source,
        run=event.run or run,
        more=event.more,
    )
    for listener in listeners:
        listener(whole)


def listeners() -> tuple[Listener, ...]:
    """Who hears of the events of this context."""
    return _listeners.get()


@contextmanager
def shown(listener: Listener) -> Iterator[None]:
    """Send every event told inside the block to `listener` too."""
    token = _listeners.set((*_listeners.get(), listener))
    try:
        yield
    finally:
        _listeners.reset(token)


@contextmanager
def about(source: str, run: str | None = None) -> Iterator[None]:
    """Say of every event told inside the block which source and run it is about."""
    token = _subject.set((source, run))
    try:
        yield
    finally:
        _subject.reset(token)
