"""How a flow run ends that could not do what it was asked for: in a state with a sentence, and without a traceback in its log."""

from __future__ import annotations

import logging
from typing import Any

from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Failed

from flows.health import Unhealthy
from flows.orders import BadOrder
from flows.sources import SourceError
from flows.workspace import WorkspaceError
from warehouse.errors import WarehouseError
from warehouse.locks import Held

FORESEEN = (BadOrder, Held, SourceError, Unhealthy, WarehouseError, WorkspaceError)
"""What may be wrong without a fault of ours: the message says what, and what to do about it."""

LOGGERS = ("prefect.flow_runs", "prefect.engine")
"""Which Prefect tells of a run that did not succeed, with the traceback of its exception."""


def state(
    problem: Exception, *, name: str | None = None, after: str = "Start this one again once that has ended."
) -> Any:
    """The state that a flow returns for a problem, which whoever called it as a function gets raised.

    Where another run holds the source it is Cancelled, under the name Skipped, and `after` says what is to follow.
    """
    for logger in LOGGERS:
        logging.getLogger(logger).addFilter(_told)
    made: State[Any]
    if isinstance(problem, Held):
        made = Cancelled(name="Skipped", message=f"{sentence(problem)} {after}", data=problem)
    else:
        made = Failed(name=name or "Failed", message=sentence(problem), data=problem)
    return made


def sentence(problem: Exception) -> str:
    """What is wrong, for people."""
    return f"Another run is at it: {problem}." if isinstance(problem, Held) else str(problem)


def _told(record: logging.LogRecord) -> bool:
    """Let a foreseen problem be told by its sentence alone; every record passes."""
    problem = record.exc_info[1] if record.exc_info else None
    if isinstance(problem, FORESEEN):
        record.msg, record.args, record.exc_info, record.exc_text = sentence(problem), (), None, None
    return True
