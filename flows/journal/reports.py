"""What a run leaves for people to look at: what came in, what did not and why, what the days of its window are.

Plain functions over the events of a run; Markdown comes out, bounded in size, in which nothing that a page says has any power.
No article is quoted, not even with its headline: whoever keeps the report need not be told when it is withdrawn.
"""

from __future__ import annotations

import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import dropwhile
from urllib.parse import quote

from flows import reasons
from flows.progress import Event
from warehouse.coverage import STATES, Day

MOST_ROWS = 100
"""Rows that a table shows; how many more there are is said below it."""

LONGEST_CELL, LONGEST_ADDRESS = 160, 1_000
MOST_DAYS = 62
"""Days that are shown one by one; a longer window is shown by the month."""

GOOD = frozenset({"fetched", "unchanged", "read"})
"""Outcomes of a request that are nothing to report."""


@dataclass(frozen=True, slots=True)
class Story:
    """An article that came in, without its words."""

    url: str
    published: str | None
    tag: str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An address that gave no article."""

    url: str
    outcome: str  # rejected (read, and no article), failed, gone, deferred, disallowed, reserved, refused
    reason: str
    message: str


@dataclass(slots=True)
class Gathered:
    """Listens to a run and keeps what its reports need, in bounded memory; threads may tell at once."""

    mask: Callable[[str], str] = str  # takes secrets out of what is kept
    source: str | None = None
    kind: str = ""
    first_day: date | None = None
    last_day: date | None = None
    counts: dict[str, int] = field(default_factory=dict)
    stories: dict[str, Story] = field(default_factory=dict)
    refusals: dict[str, Refusal] = field(default_factory=dict)
    seen: int = 0  # articles, also those that are not kept
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    planned: int = 0  # pages
    done: int = 0
    days: int = 0  # of the window that are done with, where the run goes by days
    coming: deque[tuple[int, int]] = field(default_factory=deque)  # after how many pages so many more days are
    is_over: bool = False  # the run came to its end
    adding: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, event: Event) -> None:
        with self.adding:
            self._take(event)

    def _take(self, event: Event) -> None:
        more = event.more
        match event.kind:
            case "begun":
                self.source, self.kind = event.source, more.get("kind", "")
                self.first_day, self.last_day = more.get("first_day"), more.get("last_day")
            case "planned":
                self.planned += event.count
            case "days":
                self.coming.append((more.get("after", 0), event.count))
            case "page":
                self.done += event.count
                if event.outcome not in GOOD:
                    self._refuse(event)
            case "read" if event.outcome == "rejected":
                self._refuse(event)
            case "read":
                self._keep(event)
            case "ended" | "failed":
                self.is_over = event.outcome == "completed"
                self.counts = {name: value for name, value in more.items() if type(value) is int}
        while self.coming and self.coming[0][0] <= self.done:
            self.days += self.coming.popleft()[1]

    def _keep(self, event: Event) -> None:
        url = event.url or ""
        if url in self.stories:
            return  # the stored page of a changed one, read again beside it
        self.seen += event.count
        if len(self.stories) < MOST_ROWS:
            self.stories[url] = Story(self.mask(url), event.more.get("published"), event.more.get("tag"))

    def _refuse(self, event: Event) -> None:
        outcome, reason = event.outcome or "failed", event.reason or ""
        self.reasons[outcome, reason] += 1
        url = event.url or event.text
        if len(self.refusals) < MOST_ROWS:
            said = event.text if event.kind == "read" else event.more.get("message") or ""
            self.refusals[url] = Refusal(self.mask(url), outcome, reason, self.mask(said))

    @property
    def share(self) -> float:
        """How much is done, of 1: of the window's days where the run goes by days, else of the pages that are planned."""
        if self.is_over:
            return 1.0
        if self.days and self.first_day and self.last_day:
            return min(1.0, self.days / ((self.last_day - self.first_day).days + 1))
        return min(1.0, self.done / self.planned) if self.planned else 0.0


def came_in(gathered: Gathered) -> str | None:
    """A table of the articles that were read, with links; None where none was."""
    if not gathered.stories:
        return None
    rows = [
        (link(story.url.partition("://")[2], story.url), text(story.published), text(story.tag))
        for story in gathered.stories.values()
    ]
    said = f"{_counted(gathered.seen, 'article')} read by the {gathered.kind or 'run'} of {text(gathered.source)}."
    return "\n".join([said, "", *table(("article", "published", "tag"), rows), *_rest(gathered.seen, rows)])


def rejected(gathered: Gathered) -> str | None:
    """What gave no article and why: counts by reason, then the addresses; None where everything did."""
    if not gathered.reasons:
        return None
    counts = [
        (text(outcome), text(reasons.in_words(reason)), f"{count:,}")
        for (outcome, reason), count in gathered.reasons.most_common(30)
    ]
    rows = [
        (
            link(refusal.url.partition("://")[2], refusal.url),
            text(refusal.outcome),
            text(reasons.in_words(refusal.reason)),
            text(refusal.message),
        )
        for refusal in gathered.refusals.values()
    ]
    total = gathered.reasons.total()
    said = f"{_counted(total, 'address', 'addresses')} of {text(gathered.source)} gave no article."
    lines = [said, "", *table(("outcome", "reason", "addresses"), counts), ""]
    return "\n".join([*lines, *table(("address", "outcome", "reason", "what can be done"), rows), *_rest(total, rows)])


def coverage(source: str, days: Sequence[Day]) -> str | None:
    """What the days of a window are, from the first that anybody looked at: one by one, or by the month where there are many.

    None where nobody looked at any.
    """
    days = list(dropwhile(lambda day: day.state == "never_tried", days))
    if not days:
        return None
    states = Counter(day.state for day in days)
    said = ", ".join(f"{states[state]:,} {state}" for state in STATES if states[state])
    head = f"{text(source)}, {days[0].day} to {days[-1].day}: {text(said)}."
    body = _by_day(days) if len(days) <= MOST_DAYS else _by_month(days)
    return "\n".join([head, "", *body, "", f"`wireroom coverage {source}` shows it as a calendar and names the holes."])


def _by_day(days: Sequence[Day]) -> Iterator[str]:
    rows = [
        (
            str(day.day),
            text(day.state),
            str(day.found),
            str(day.articles),
            str(day.missing),
            text(reasons.said(day.reason)),
        )
        for day in reversed(days)
    ]
    return table(("day", "state", "found", "articles", "missing", "why"), rows)


def _by_month(days: Sequence[Day]) -> Iterator[str]:
    months: dict[str, Counter[str]] = {}
    for day in days:
        month = months.setdefault(f"{day.day:%Y-%m}", Counter())
        month[day.state] += 1
        month["articles"] += day.articles
        month["missing"] += day.missing
    shown = [state for state in STATES if any(month[state] for month in months.values())]
    rows = [
        (name, *(str(month[column] or "") for column in (*shown, "articles", "missing")))
        for name, month in list(months.items())[: -MOST_ROWS * 4 : -1]
    ]
    return table(("month", *(text(state) for state in shown), "articles", "missing"), rows)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table; its cells must be harmless already."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_POWERFUL = re.compile(r"(?:[\\`*\[\]|~@]|(?<![^\W_])_|_(?![^\W_])|(?<=:)//|(?<=www)\.)|(?:[<>]|&(?=#?\w+;))", re.I)
"""What could mean something in Markdown or HTML, and no more: Prefect shows the words of a link with every backslash."""

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def text(said: str | None, longest: int = LONGEST_CELL) -> str:
    """Words of a page as they may stand in a cell: one line, cut, no mark-up, no HTML, nothing that links by itself."""
    words = " ".join(_STEERING.sub(" ", said or "").split())
    if len(words) > longest:
        words = words[: longest - 1] + "…"
    return _POWERFUL.sub(lambda found: _ENTITIES.get(found[0]) or f"\\{found[0]}", words)


def link(words: str, url: str) -> str:
    """A link where the address is one of the web and no longer than is sane, else its words alone."""
    if not re.match(r"https?://[^\s]+$", url, re.I) or len(url) > LONGEST_ADDRESS:
        return text(words)
    return f"[{text(words)}](<{quote(url, safe=_KEPT)}>)"


_KEPT = "%:/?#@!$&'*+,=~-._[]"
"""What an address keeps as it is; quotes, bars, angle brackets and letters of other scripts are written as %XX."""


def _rest(total: int, rows: Sequence[object]) -> list[str]:
    left = total - len(rows)
    return ["", f"… and {left:,} more, which the warehouse lists."] if left > 0 else []


def _counted(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
