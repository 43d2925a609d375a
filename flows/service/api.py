"""Asks a Prefect server over plain HTTP: importing Prefect's client costs two seconds, and a few questions need none of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import requests

from flows.service.home import PASSWORD
from flows.workspace import Workspace


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
        """The answer of one address of the API; raises Unanswered."""
        try:
            # Not by way of a proxy, which the environment may name: the server is on this machine.
            with requests.Session() as session:
                session.trust_env = False
                response = session.post(f"{self.url}/api{path}", json=body, auth=self.login, timeout=15)
            response.raise_for_status()
            return response.json()
        except (requests.RequestException, ValueError) as problem:
            raise Unanswered(f"{self.url}/api{path} did not answer as expected: {problem}") from None
