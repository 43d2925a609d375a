"""What reading an archive anew costs beside parsing alone: pages a second on one core, and memory as the archive grows.

python -m bench.reparse [PAGES]     pages as large as those of newspapers, each with a text of its own (2,000 unless said)

One process does everything, so that CPU seconds are seconds of one core; memory is that of a process that only reparses.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

from bench.importing import BASE, seconds, write
from flows import exchanges, opening, parse_child
from flows.importing import Options, bring
from flows.pool import Parsed
from flows.rereading import reparsing
from flows.sample.site import SOURCE_ID, source_text
from flows.sources import SourceDefinition
from flows.sources import load as source_in
from flows.workspace import Workspace, create
from parsers.records import Page, Profile
from warehouse import archive, loader, proposals, reading_copy
from warehouse.folders import Folders

GROWS = 1.2
"""Peak memory over an archive four times as large, compared with that over the smaller one."""

_PAGES = "SELECT s.file, f.record_offset FROM fetches AS f JOIN segments AS s USING (segment_id) WHERE f.outcome = 'fetched' ORDER BY ALL"


class Inline:
    """A parse pool that parses at once, in this process."""

    def submit(self, page: Page, profile: Profile) -> Future[Parsed]:
        """The result, which is there already."""
        done: Future[Parsed] = Future()
        done.set_result(parse_child.parse(page, profile))
        return done

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def main() -> int:
    """Measure; 1 where a larger archive takes more memory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = (archived(Path(folder) / str(size), size) for size in (count // 4, count))
        peaks = [peak_of(workspace) for workspace in (small, large)]
        parse_child.warm_up()
        opening.ParsePool = reparsing.ParsePool = Inline  # type: ignore[assignment, attr-defined]
        whole, profile = list(pages(large.folders)), edited(large, 1).profile
        parsing = seconds(lambda: [parse_child.parse(page, profile) for page in whole])
        taken = [part(large, number) for number in (1, 2)]
    print(f"{'pages':<52} {count:10,}")
    print(f"{'parsing alone, pages a CPU-second':<52} {count / parsing:10,.1f}")
    for what, reading, accepting, again in taken:
        print(f"\n{what}")
        print(f"{'  read, compared and left waiting, pages a CPU-second':<52} {count / reading:10,.1f}")
        print(f"{'  reparse / parsing alone':<52} {parsing / reading:10.3f}")
        print(f"{'  beside parsing, CPU-ms a page':<52} {(reading - parsing) / count * 1000:10.2f}")
        print(f"{'  accepted and loaded, pages a CPU-second':<52} {count / accepting:10,.0f}")
        print(f"{'  read once more, where nothing is to be read, CPU-s':<52} {again:10.2f}")
    print(
        f"\n{'memory at most, MB, over a quarter and over all':<52} {peaks[0]:10,.0f} {peaks[1]:6,.0f}  ({peaks[1] / peaks[0]:.2f})"
    )
    return int(peaks[1] > GROWS * peaks[0])


def archived(place: Path, count: int) -> Workspace:
    """A workspace whose archive and warehouse hold so many pages."""
    workspace = create(place)
    (workspace.sources / f"{SOURCE_ID}.toml").write_text(source_text(BASE), encoding="utf-8")
    write(place / "pages.warc.gz", count, 1)
    bring(workspace, [place / "pages.warc.gz"], Options())
    loader.drain(workspace.folders, publish_now=True)
    return workspace


def edited(workspace: Workspace, number: int) -> SourceDefinition:
    """The source with its file edited: first by a line that no page has, then by another agency, which every page shows."""
    path = workspace.sources / f"{SOURCE_ID}.toml"
    text = source_text(BASE).replace("furniture   = [", f'furniture   = ["A line of edit {number}", ')
    path.write_text(text.replace('"mbns"', '"reuters"') if number == 2 else text, encoding="utf-8")
    return source_in(path)


def part(workspace: Workspace, number: int) -> tuple[str, float, float, float]:
    """CPU seconds of reading, accepting and reading once more, after an edit."""
    source = edited(workspace, number)
    reading = seconds(lambda: reparsing.read(workspace, source))
    accepting = seconds(lambda: accepting.accept(workspace, source))
    again = seconds(lambda: reparsing.read(workspace, source))
    what = "records as before" if number == 1 else "every record differs"
    return what, reading, accepting, again


def pages(folders: Folders) -> Iterator[Page]:
    """Every page of the archive, as the parsers take it."""
    with closing(reading_copy.connect(folders)) as con:
        places = con.execute(_PAGES).fetchall()
    return (exchanges.page(archive.read(folders, file, offset)) for file, offset in places)


def peak_of(workspace: Workspace) -> float:
    """Peak memory in MB of a process that reads the archive anew, with a pool that parses elsewhere."""
    command = [sys.executable, "-m", "bench.reparse", "--peak", str(workspace.root)]
    return float(subprocess.run(command, check=True, stdout=-1, text=True).stdout)


def peak(place: Path) -> None:
    """Read the archive anew in this process, print its peak memory, and leave nothing waiting."""
    workspace = Workspace(place)
    report = reparsing.read(workspace, edited(workspace, 2))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    proposals.discard(workspace.folders, report.proposal)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        peak(Path(sys.argv[2]))
    else:
        sys.exit(main())
