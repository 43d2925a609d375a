"""Notes and warnings that are alike: the first few are said, the others counted, and in the end how many there were."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from flows.progress import Event

SAID = 5
"""So many of a group are said word for word; the log has all of them."""

KINDS = 3
"""Kinds of remarks that are said in the end, the commonest first."""

_VARIES = re.compile(r"https?://\S+|\d+")

ENDS = {
    "unread": ("listing could not be read", "listings could not be read"),
    "remark": ("remark on a listing", "remarks on listings"),
    "empty": ("listing shows nothing", "listings show nothing"),
}
"""Groups of events (`more["group"]`), and what all of them together come to."""


@dataclass(slots=True)
class Alike:
    """Says notes and warnings, few of those that are alike; `say` prints one sentence, marked as a warning or not."""

    say: Callable[[str, bool], None]
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # of listings that could not be read
    first: dict[str, str] = field(default_factory=dict)  # addresses, by group
    last: dict[str, str] = field(default_factory=dict)
    kinds: Counter[str] = field(default_factory=Counter)  # of remarks: their words without addresses and numbers
    examples: dict[str, str] = field(default_factory=dict)  # by kind
    read: int = 0  # listings that came
    file: str = "its source file"

    def __call__(self, event: Event) -> None:
        """Say the event, or count it."""
        group = event.more.get("group")
        self.read += (event.kind == "unit" and event.outcome != "deferred") or group == "empty"
        if event.kind not in ("note", "warning"):
            return
        if group not in ENDS:
            self.say(event.text, event.kind == "warning")
            return
        self._count(event, group)
        if self.counts[group] <= SAID:
            self.say(event.text, event.kind == "warning")
        if self.counts[group] == SAID:
            self.say(
                f"More of the kind are counted from here on, and named in data/logs.{self._hint(' so far')}", False
            )

    def _count(self, event: Event, group: str) -> None:
        address = event.url or event.text
        self.counts[group] += 1
        self.first.setdefault(group, address)
        self.last[group] = address
        self.file = f"{event.source}.toml" if event.source else self.file
        if group == "remark":
            kind = _VARIES.sub("…", event.text)
            self.kinds[kind] += 1
            self.examples.setdefault(kind, event.text)
        if group == "unread":
            self.reasons[event.reason or "failed"] += 1

    def end(self) -> None:
        """Say how many there were of what was only counted."""
        for group, count in self.counts.items():
            if count > SAID:
                said = f"{count:,} {ENDS[group][1]}: the first was {self.first[group]}, the last {self.last[group]}."
                more = {"unread": self._hint, "remark": self._remarks}.get(group)
                self.say(said + (more() if more else ""), group == "unread")

    def _remarks(self) -> str:
        """What the remarks say: how many of each kind, and one of them word for word."""
        return "".join(f" {count:,} of them: {self.examples[kind]}" for kind, count in self.kinds.most_common(KINDS))

    def _hint(self, so_far: str = "") -> str:
        """What a person may do where every listing is missing and none ever came."""
        if self.read or set(self.reasons) != {"status_404"}:
            return ""
        return (
            f" Every one{so_far} is missing (404): if the pattern is wrong, mend `url` under [[find]] in {self.file}."
        )
