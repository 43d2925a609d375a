"""Where a web archive keeps its index and its mementos, and how an address of a memento is written and read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

from flows.fetching import house
from flows.fetching.floors import Floors, known
from flows.sources import FinderSpec, SourceDefinition

SERVER = "https://web.archive.org/cdx/search/cdx"
CRAWLS = "https://data.commoncrawl.org/crawl-data/CC-NEWS/{year}/{month}/warc.paths.gz"
ORIGINAL = "id_"  # the flag that asks for the bytes as they were captured

# An archive's playback as Wayback and pywb have it: any prefix, up to 14 digits, a flag, the original address.
_MEMENTO = re.compile(
    r"(?P<prefix>.*?/)(?P<stamp>\d{4,14})(?P<flag>[a-z]{2}_)?/(?P<original>[a-z][a-z0-9+.-]*:/{1,2}.+)", re.I
)
_WAYBACKS = "/search/cdx"
"""How the address of a CDX server of Wayback's kind ends; others answer as pywb does."""


@dataclass(frozen=True, slots=True)
class Memento:
    """The address of a memento, taken apart."""

    prefix: str  # of the archive's playback
    stamp: str  # digits of the moment that is asked for, or of the one that is given
    original: str
    is_original: bool  # whether the address asks for the bytes as captured, and not for a page put into a frame

    @property
    def moment(self) -> datetime | None:
        """The moment that 14 digits name, UTC; None where they name none."""
        return moment_of(self.stamp)


def memento(url: str) -> Memento | None:
    """What the address of a memento says; None for any other address."""
    found = _MEMENTO.fullmatch(url)
    if not found:
        return None
    original = re.sub(r"^(https?):/(?!/)", r"\1://", found["original"], flags=re.I)  # servers fold doubled slashes
    return Memento(found["prefix"], found["stamp"], original, (found["flag"] or "").lower() == ORIGINAL)


def address(replay: str, stamp: str, original: str) -> str:
    """The address of the memento of `original` nearest to a moment (digits, UTC), as captured."""
    return f"{replay}{stamp}{ORIGINAL}/{original}"


def stamp_of(moment: datetime) -> str:
    """A naive UTC moment as archives write it: 14 digits."""
    return moment.strftime("%Y%m%d%H%M%S").rjust(14, "0")


def moment_of(stamp: str) -> datetime | None:
    """The naive UTC moment that 14 digits name; None where they name none."""
    try:
        return (
            datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC).replace(tzinfo=None)
            if len(stamp) == 14
            else None
        )
    except ValueError:
        return None


def server(spec: FinderSpec) -> str:
    """The address of the CDX server that a finder asks."""
    return spec.server or SERVER


def replay(spec: FinderSpec) -> str:
    """What the addresses of mementos begin with: as the finder says, else as the kind of its server has it."""
    if spec.replay:
        return spec.replay if spec.replay.endswith("/") else spec.replay + "/"
    parts = urlsplit(server(spec))
    path = "/web/" if parts.path.endswith(_WAYBACKS) else re.sub(r"/?[^/]*$", "/", parts.path.rstrip("/"))
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def is_waybacks(server: str) -> bool:
    """Whether a CDX server speaks as Wayback's does: with resume keys, and [] where it has nothing."""
    return urlsplit(server).path.endswith(_WAYBACKS)


def floors(source: SourceDefinition) -> Floors:
    """How fast the archives that a source names may be asked."""
    found = known()
    for spec in source.finders:
        delay = spec.delay.total_seconds() if spec.delay is not None else None
        places = {
            "wayback": (server(spec), replay(spec)),
            "warc": (spec.url or CRAWLS, *filter(None, [spec.index])),
        }.get(spec.kind, ())
        for url in places:
            # Where the outlet is its own archive, only the archive's part has the archive's pace.
            path = urlsplit(url).path if house(url) == house(source.home) else "/"
            found = found.having(house(url), delay, path or "/")
    return found
