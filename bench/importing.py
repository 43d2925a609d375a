"""What an import costs beside parsing alone: pages a second on one core, copying, ledger and loading included.

python -m bench.importing [PAGES | FILE.warc.gz]     pages of the sample outlet, each with a text of its own (2,000 unless said)

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


def bodies(count: int) -> Iterator[tuple[str, bytes, str]]:
    """So many articles: path, page and content type. Each has a text of its own."""
    served = [(name, reply) for name, reply in pages(corrected=False).items() if "_" in name]
    for number in range(count):
        name, reply = served[number % len(served)]
        body = reply.body.replace(b"<p>", f"<p>Number {number}. ".encode())
        yield name.replace(".html", f"-{number}.html"), body, reply.content_type


def furnished(body: bytes, number: int) -> bytes:
    """A page as large as those of newspapers: menus, teasers, scripts and styles round a longer text."""
    links = "".join(f'<li class="menu-item"><a href="/section/{n}/">Section {n}</a></li>' for n in range(180))
    teasers = "".join(
        f'<div class="teaser"><a href="/pr/2026/{n}.html"><img src="/i/{n}.jpg" alt="A boat"><h3>Boats of quay {n}</h3></a>'
        f"<p>What the harbour office counted on quay {n}, in short.</p></div>"
        for n in range(90)
    )
    state = ",".join(f'"key{n}":{{"shown":false,"place":"right","boats":{n * number % 977}}}' for n in range(900))
    style = "".join(f".box-{n}{{margin:{n}px;padding:{n}px;color:#33{n % 90 + 10}44}}" for n in range(500))
    text = "".join(
        f"<p>On day {day} of count {number}, the harbour office saw {day * number % 53} boats on the long quay, wrote each of "
        f"them down with its master and its cargo, and sent the book to Meridian House before the evening. Of these boats, "
        f"{day * number % 11} had left again by morning, some with the cargo they had come with, and the harbour master, who "
        f"keeps a second book of his own, found that the two agreed on all but {(day + number) % 5} of them.</p>"
        for day in range(3, 12)
    )
    head = f"<style>{style}</style><script>window.state={{{state}}}</script></head>".encode()
    page = body.replace(b"</head>", head, 1).replace(b"</HEAD>", head, 1)
    end = page.rfind(b"</p>") + 4
    around = f"{text}<aside>{teasers}</aside><nav><ul>{links}</ul></nav>".encode()
    return page[:end] + around + page[end:]


def write(path: Path, count: int, *, large: bool) -> None:
    """A WARC file of so many pages, each with its request beside it, as crawlers write it."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        for number, (name, small, content_type) in enumerate(bodies(count)):
            body = furnished(small, number) if large else small
            when = {"WARC-Date": f"{START + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"}
            head = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "127.0.0.1")], is_http_request=True)
            for kind, block, http in (("request", b"", asked), ("response", body, head)):
                writer.write_record(
                    writer.create_warc_record(
                        BASE + name, kind, io.BytesIO(block), http_headers=http, warc_headers_dict=when
                    )
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


def measured(what: str, path: Path, *, is_ours: bool) -> float:
    """Measure one file and print what it cost; the share of the parse-only rate that an import reaches."""
    with workspace_for(None if is_ours else path) as (workspace, profile, options, claims):
        whole = list(read(path, claims))
        for page in whole[:100]:
            parse_child.parse(page, profile)
        count, size = len(whole), sum(len(page.content) for page in whole)
        parsing = seconds(lambda: [parse_child.parse(page, profile) for page in whole])
        feeding: list[float] = []
        feed = run.feed_search
        run.feed_search = lambda place: feeding.append(seconds(lambda: feed(place)))  # type: ignore[assignment]
        importing = seconds(
            lambda: (bring(workspace, [path], options), loader.drain(workspace.folders, publish_now=True))
        )
        run.feed_search = feed
        again = seconds(lambda: bring(workspace, [path], options))
    importing -= sum(feeding)
    print(f"\n{what}: {count:,} pages of {size / count / 1000:,.0f} kB")
    print(f"{'parsing alone, pages a CPU-second':<56} {count / parsing:10,.1f}")
    print(f"{'import with copying, ledger and loading':<56} {count / importing:10,.1f}")
    print(f"{'import / parsing alone (at least 0.90)':<56} {parsing / importing:10.3f}")
    print(f"{'beside parsing, CPU-ms a page':<56} {(importing - parsing) / count * 1000:10.2f}")
    print(f"{'the search index after it, CPU-ms a page':<56} {sum(feeding) / count * 1000:10.2f}")
    print(f"{'import and search index / parsing alone':<56} {parsing / (importing + sum(feeding)):10.3f}")
    print(f"{'the same file once more, pages a CPU-second':<56} {count / again:10,.0f}")
    return parsing / importing


def main() -> int:
    """Measure; 1 where an import of pages as large as those of newspapers takes more than its share."""
    given = sys.argv[1] if len(sys.argv) > 1 else "2000"
    parse_child.warm_up()
    run.ParsePool = Inline  # type: ignore[assignment, misc]
    if not given.isdigit():
        return 0 if measured("That file", Path(given), is_ours=False) >= TARGET else 1
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder) / "small.warc.gz", Path(folder) / "large.warc.gz"
        write(small, int(given), large=False)
        write(large, int(given), large=True)
        measured("The sample outlet's small pages", small, is_ours=True)
        ratio = measured("The same with a newspaper's furniture", large, is_ours=True)
    print(f"\n{'memory at most, MB':<56} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:10,.0f}")
    return 0 if ratio >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
