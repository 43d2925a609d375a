"""What a run tells whoever watches it: one event a step, shown as bars on a terminal and as plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Event:
    """Something a run did. `page` events add to `done`; `planned` events add to the expected total."""

    kind: Literal["note", "warning", "unit", "planned", "page", "spooled", "loaded"]
    text: str
    count: int = 1
    outcome: str | None = None  # of a page: fetched, unchanged, failed, …


Listener = Callable[[Event], None]

_listener: ContextVar[Listener | None] = ContextVar("wireroom_listener", default=None)


def tell(event: Event) -> None:
    """Hand the event to the current listener, if there is one."""
    listener = _listener.get()
    if listener is not None:
        listener(event)


def current() -> Listener | None:
    """The listener of this context, to hand on to threads."""
    return _listener.get()


@contextmanager
def shown(listener: Listener) -> Iterator[None]:
    """Send every event told inside the block to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
