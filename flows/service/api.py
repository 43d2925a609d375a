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

PATIENCE = 15
"""Seconds that an answer is waited for."""

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds after which it is asked again."""


class Unanswered(Exception):
    """The server did not answer, or not as expected; the message says what was asked."""


class Away(Unanswered):
    """Nobody listens at the address: the server is not there, or not yet again."""


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
                    response = session.post(f"{self.url}/api{path}", json=body, auth=self.login, timeout=PATIENCE)
                    if response.status_code == LOCKED and pause is not None:
                        time.sleep(pause)
                        continue
                    response.raise_for_status()
                    return response.json()
                except requests.HTTPError as problem:
                    raise Unanswered(f"{self.url}/api{path} {_refusal(problem.response.status_code)}") from None
                except requests.ConnectionError:
                    raise Away(f"nobody listens at {self.url}") from None
                except (requests.RequestException, ValueError):
                    raise Unanswered(f"{self.url}/api{path} gave no answer that can be read in {PATIENCE} s") from None
        raise AssertionError("the last try returns or raises")


def _refusal(status: int) -> str:
    """What a status of HTTP means here, as the rest of a sentence."""
    return f"refuses the log-in {PASSWORD} of the workspace's .env" if status == 401 else f"answers {status}"
