"""A visit to a site: polite, and every address is asked once at most, however many steps want to see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

from flows.discovery import Listing, ListingKind
from flows.fetching import Credentials, Exchange, Fetcher, Limits, Pace
from flows.fetching.exchange import Expected
from flows.fetching.floors import Floors
from flows.probing.records import Options
from flows.progress import Event, tell
from flows.workspace import Workspace

PATIENCE = Limits(seconds=30.0, attempts=2)


class Visit:
    """Asks through a fetcher and keeps the answers."""

    def __init__(self) -> None:
        self.fetcher: Fetcher
        self.met: list[Exchange] = []  # the hosts' robots.txt and the like, as the fetcher asked for them on its way
        self.requests = 0
        self._answers: dict[str, Exchange] = {}

    def get(self, url: str, expect: Expected = "page") -> Exchange:
        """What came of asking for `url`, now or before."""
        if url not in self._answers:
            self.requests += 1
            tell(Event("unit", url))
            self._answers[url] = self.fetcher.get(url, expect=expect)
        return self._answers[url]

    def listing(self, url: str, kind: ListingKind) -> Listing:
        """The same as finders want it."""
        exchange = self.get(url, kind)
        return Listing(
            url=url,
            final_url=exchange.final_url or url,
            outcome=exchange.outcome,
            reason=exchange.reason,
            status=exchange.status,
            content=exchange.body,
            content_type=exchange.content_type,
        )

    def robots_of(self, home: str) -> Exchange:
        """The answer of robots.txt: asked for on the way here, or now where its rules were known from before."""
        address = urljoin(home, "/robots.txt")
        known = [exchange for exchange in self.met if exchange.requested_url == address]
        return known[-1] if known else self.get(address, "robots")


@contextmanager
def visiting(
    workspace: Workspace,
    options: Options,
    credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
    floors: Floors | None = None,
) -> Iterator[Visit]:
    """A visit at the workspace's own pace, which every other process of it shares; with a source's log-in, if it has one.

    `floors` are those of archives that the source names.
    """
    visit = Visit()
    fetcher = Fetcher(
        workspace.user_agent,
        pace=Pace(workspace.folders, options.delay, floors),
        allow=options.allow,
        limits=PATIENCE,
        robots_basis=options.robots_basis,
        rights_basis=options.rights_basis,
        credentials=credentials,
        on_robots=visit.met.append,
    )
    with fetcher as visit.fetcher:
        yield visit
