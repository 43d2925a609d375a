"""What an import costs beside parsing alone: pages a second on one core, copying, ledger and loading included.

python -m bench.importing [PAGES | FILE.warc.gz]     pages of the sample outlet, each with a text of its own (3,000 unless said)

One process does everything, so that CPU seconds are seconds of one core; what starting costs is outside of both rates.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows import parse_child, run
from flows.importing import Options, Report, bring
from flows.importing.claims import Claims
from flows.importing.records import file_at
from flows.importing.warcs import WarcFile
from flows.pool import Parsed
from flows.sample.pages import pages
from flows.sample.site import SOURCE_ID, source_text
from flows.sources import load as source_in
from flows.unclaimed import unclaimed
from flows.workspace import Workspace, create
from parsers.records import Page, Profile
from warehouse import loader

TARGET = 0.9
BASE = "http://127.0.0.1:8765"
START = datetime(2016, 1, 1)


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


def write(path: Path, count: int) -> None:
    """A WARC file of so many pages, each with its request beside it, as crawlers write it."""
    bodies = [(name, reply) for name, reply in pages(corrected=False).items() if "_" in name]
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        for number in range(count):
            name, reply = bodies[number % len(bodies)]
            url = f"{BASE}{name.replace('.html', f'-{number}.html')}"
            body = reply.body.replace(b"<p>", f"<p>Number {number}. ".encode())
            when = {"WARC-Date": f"{START + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"}
            head = StatusAndHeaders("200 OK", [("Content-Type", reply.content_type)], protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "127.0.0.1")], is_http_request=True)
            writer.write_record(
                writer.create_warc_record(url, "request", io.BytesIO(), http_headers=asked, warc_headers_dict=when)
            )
            writer.write_record(
                writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=head, warc_headers_dict=when)
            )


def read(path: Path, claims: Claims) -> Iterator[Page]:
    """The pages of a file that are claimed, as the parsers take them."""
    report = Report()
    for item in WarcFile(file_at(path), lambda url: claims.source_of(url, report) is not None, report).arrivals():
        yield Page(item.body, item.url, item.content_type, item.observed_at)


@contextmanager
def workspace_for(path: Path | None) -> Iterator[tuple[Workspace, Profile, Options, Claims]]:
    """A fresh workspace, and how the file is imported into it: to the sample outlet, or without any source."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = create(Path(folder) / "news")
        if path is None:
            (workspace.sources / f"{SOURCE_ID}.toml").write_text(source_text(BASE), encoding="utf-8")
            source, options = source_in(workspace.sources / f"{SOURCE_ID}.toml"), Options()
        else:
            source, options = unclaimed(), Options(keep_unclaimed=True)
        yield workspace, source.profile, options, Claims([source], options)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, system time included."""
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> int:
    """Measure; 1 where an import takes more than its share."""
    given = sys.argv[1] if len(sys.argv) > 1 else "3000"
    foreign = None if given.isdigit() else Path(given)
    with tempfile.TemporaryDirectory() as folder, workspace_for(foreign) as (workspace, profile, options, claims):
        path = foreign or Path(folder) / "pages.warc.gz"
        if foreign is None:
            write(path, int(given))
        parse_child.warm_up()
        warm = list(read(path, claims))[:100]
        for page in warm:
            parse_child.parse(page, profile)
        count = sum(1 for _ in read(path, claims))
        run.ParsePool = Inline  # type: ignore[assignment, misc]
        whole = list(read(path, claims))
        parsing = seconds(lambda: [parse_child.parse(page, profile) for page in whole])
        importing = seconds(
            lambda: (bring(workspace, [path], options), loader.drain(workspace.folders, publish_now=True))
        )
        again = seconds(lambda: bring(workspace, [path], options))
        ratio = parsing / importing
    print(f"{'pages':<52} {count:10,}")
    print(f"{'parsing alone, pages a CPU-second':<52} {count / parsing:10,.1f}")
    print(f"{'import with copying, ledger and loading':<52} {count / importing:10,.1f}")
    print(f"{'import / parsing alone (at least 0.90)':<52} {ratio:10.3f}")
    print(f"{'beside parsing, CPU-ms a page':<52} {(importing - parsing) / count * 1000:10.2f}")
    print(f"{'the same file once more, pages a CPU-second':<52} {count / again:10,.0f}")
    print(f"{'memory at most, MB':<52} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:10,.0f}")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
