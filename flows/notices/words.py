"""One message to people, and how it is written for each way it may take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["health.failed", "health.recovered", "health.reminder", "watch", "test"]

LONGEST_CONTENT = 1_900
"""Characters of a message for Discord, which refuses more than 2,000."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message: a title of one line, sentences, and the same as values for programs."""

    kind: Kind
    title: str
    lines: Sequence[str] = ()
    source: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Title and lines as plain text."""
        return "\n".join([self.title, *(f"- {line}" for line in self.lines)])

    def payload(self, at: datetime | None = None) -> dict[str, Any]:
        """The JSON of a webhook: `text` is what Slack and Mattermost show, `content` what Discord does."""
        moment = (at or datetime.now(UTC)).isoformat(timespec="seconds").replace("+00:00", "Z")
        content = self.text if len(self.text) <= LONGEST_CONTENT else self.text[: LONGEST_CONTENT - 1] + "…"
        event = {"kind": self.kind, "source": self.source, "at": moment, "title": self.title, "lines": list(self.lines)}
        return {"text": self.text, "content": content, "event": event | dict(self.more)}
