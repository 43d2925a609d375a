"""A message on all the ways that the workspace names. Nothing here raises: a message that is not sent fails no run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flows.notices import post, webhook
from flows.notices.settings import READERS, BadSetting, Mail, Webhook
from flows.notices.words import Notice
from flows.workspace import Workspace


def channels(workspace: Workspace) -> tuple[list[Webhook | Mail], list[str]]:
    """The ways that `.env` names, and a sentence for each that is set wrongly."""
    found: list[Webhook | Mail] = []
    problems = []
    for read in READERS:
        try:
            way = read(workspace)
        except BadSetting as problem:
            problems.append(str(problem))
        else:
            found += [way] if way else []
    return found, problems


def send(workspace: Workspace, notice: Notice) -> list[str]:
    """Send a message every way there is; a sentence for each way by which it did not get through."""
    found, problems = channels(workspace)
    failed = [problem for _, problem in tried(found, notice) if problem]
    return problems + [
        f"A message was not sent: {problem}. Try the settings with: wireroom notify --test" for problem in failed
    ]


def tried(ways: Sequence[Webhook | Mail], notice: Notice) -> Iterator[tuple[str, str | None]]:
    """Send a message these ways: the name of each, and why it did not get through, or None, as soon as that is known."""
    for way in ways:
        try:
            webhook.post(way, notice) if isinstance(way, Webhook) else post.mail(way, notice)
        except webhook.NotSent as problem:
            yield way.name, str(problem)
        else:
            yield way.name, None
