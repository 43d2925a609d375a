"""Asks a Prefect server over plain HTTP: importing Prefect's client costs two seconds, and a few questions need none of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Self

import requests

from flows.service.home import PASSWORD
from flows.workspace import Workspace

LOCKED = 503
"""What Prefect answers while its SQLite is being written to by somebody else."""

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds after which it is asked again."""


class Unanswered(Exception):
    """The server did not answer, or not as expected; the message says what was asked."""


@dataclass(frozen=True, slots=True)
class Api:
    """One server, and the log-in for it."""

    url: str  # of the UI; the API is below it
    login: tuple[str, str] | None

    @classmethod
    def of(cls, workspace: Workspace, url: str) -> Self:
        """The server that `up` has started in a workspace."""
        user, _, password = (workspace.setting(PASSWORD, environment={}) or "").partition(":")
        return cls(url, (user, password) if user else None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer of one address of the API; raises Unanswered. A database that is locked for a moment is waited for."""
        # Not by way of a proxy, which the environment may name: the server is on this machine.
        with requests.Session() as session:
            session.trust_env = False
            for pause in (*PAUSES, None):
                try:
                    response = session.post(f"{self.url}/api{path}", json=body, auth=self.login, timeout=15)
                    if response.status_code == LOCKED and pause is not None:
                        time.sleep(pause)
                        continue
                    response.raise_for_status()
                    return response.json()
                except (requests.RequestException, ValueError) as problem:
                    raise Unanswered(f"{self.url}/api{path} did not answer as expected: {problem}") from None
        raise AssertionError("the last try returns or raises")
