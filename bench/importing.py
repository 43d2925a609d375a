"""What `wireroom import` costs beside parsing alone: pages a CPU-second on one core, copying, ledger and loading included.

python -m bench.importing [PAGES | FILE.warc.gz]     pages of the sample outlet, each with a text of its own (1,000 unless said)

The command is run as users run it, bound to one core: its own seconds and those of its parse process. What it costs to import
a single page is the start, which the rate is without and which is told apart. The least of several rounds counts.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows import loading, parse_child
from flows.held import file_at
from flows.importing.records import Report
from flows.importing.warcs import WarcFile
from flows.sample.pages import pages
from flows.sample.site import SOURCE_ID, source_text
from flows.sources import load as source_in
from flows.unclaimed import unclaimed
from flows.workspace import Workspace, create
from parsers.records import Page, Profile

TARGET = 0.9
ROUNDS = 2
SIZES = {
    "The sample outlet's small pages": 0,
    "The same with a newspaper's furniture": 1,
    "The same with the furniture of a large one": 2,
}
"""What is measured, and how many times the pages are furnished; those that are must meet the target."""

BASE = "http://127.0.0.1:8765"
START = datetime(2016, 1, 1)

_COMMAND = """
import atexit, json, resource, sys
@atexit.register
def tell():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps([*(each.ru_utime + each.ru_stime for each in used), used[0].ru_maxrss / 1000]), file=sys.stderr)
from flows.cli import main
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of the command, and the megabytes that it took at most."""

    own: float
    parsing: float  # of its parse process
    megabytes: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.own + self.parsing


def bodies(count: int) -> Iterator[tuple[str, bytes, str]]:
    """So many articles: path, page and content type. Each has a text of its own."""
    served = [(name, reply) for name, reply in pages(corrected=False).items() if "_" in name]
    for number in range(count):
        name, reply = served[number % len(served)]
        body = reply.body.replace(b"<p>", f"<p>Number {number}. ".encode())
        yield name.replace(".html", f"-{number}.html"), body, reply.content_type


def furnished(body: bytes, number: int, size: int) -> bytes:
    """A page as large as those of newspapers: menus, teasers, scripts and styles round a longer text, so many times over."""
    links = "".join(f'<li class="menu-item"><a href="/section/{n}/">Section {n}</a></li>' for n in range(180 * size))
    teasers = "".join(
        f'<div class="teaser"><a href="/pr/2026/{n}.html"><img src="/i/{n}.jpg" alt="A boat"><h3>Boats of quay {n}</h3></a>'
        f"<p>What the harbour office counted on quay {n}, in short.</p></div>"
        for n in range(90 * size)
    )
    state = ",".join(
        f'"key{n}":{{"shown":false,"place":"right","boats":{n * number % 977}}}' for n in range(900 * size)
    )
    style = "".join(f".box-{n}{{margin:{n}px;padding:{n}px;color:#33{n % 90 + 10}44}}" for n in range(500 * size))
    text = "".join(
        f"<p>On day {day} of count {number}, the harbour office saw {day * number % 53} boats on the long quay, wrote each of "
        f"them down with its master and its cargo, and sent the book to Meridian House before the evening. Of these boats, "
        f"{day * number % 11} had left again by morning, some with the cargo they had come with, and the harbour master, who "
        f"keeps a second book of his own, found that the two agreed on all but {(day + number) % 5} of them.</p>"
        for day in range(3, 3 + 9 * size)
    )
    head = f"<style>{style}</style><script>window.state={{{state}}}</script></head>".encode()
    page = body.replace(b"</head>", head, 1).replace(b"</HEAD>", head, 1)
    end = page.rfind(b"</p>") + 4
    around = f"{text}<aside>{teasers}</aside><nav><ul>{links}</ul></nav>".encode()
    return page[:end] + around + page[end:]


def write(path: Path, count: int, size: int) -> None:
    """A WARC file of so many pages, furnished so many times, each with its request beside it, as crawlers write it."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.0")
        for number, (name, small, content_type) in enumerate(bodies(count)):
            body = furnished(small, number, size) if size else small
            when = {"WARC-Date": f"{START + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"}
            head = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
            asked = StatusAndHeaders("GET / HTTP/1.1", [("Host", "127.0.0.1")], is_http_request=True)
            for kind, block, http in (("request", b"", asked), ("response", body, head)):
                writer.write_record(
                    writer.create_warc_record(
                        BASE + name, kind, io.BytesIO(block), http_headers=http, warc_headers_dict=when
                    )
                )


def read(path: Path) -> list[Page]:
    """The pages of a file as the parsers take them."""
    arrivals = WarcFile(file_at(path), lambda url: True, Report()).arrivals()
    return [Page(item.body, item.url, item.content_type, item.observed_at) for item in arrivals]


def workspace_in(folder: Path) -> Workspace:
    """A fresh workspace with the sample outlet."""
    workspace = create(folder / "news")
    (workspace.sources / f"{SOURCE_ID}.toml").write_text(source_text(BASE), encoding="utf-8")
    return workspace


def imported(workspace: Workspace, path: Path) -> Cost:
    """What the command costs."""
    words = [
        sys.executable,
        "-c",
        _COMMAND,
        "--workspace",
        str(workspace.root),
        "import",
        str(path),
        "--keep-unclaimed",
    ]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return Cost(*json.loads(done.stderr.splitlines()[-1]))


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process, system time included."""
    before = time.process_time()
    work()
    return time.process_time() - before


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured, in CPU seconds."""

    parsing: float  # alone
    start: Cost
    whole: Cost
    again: Cost  # the same file once more
    searching: float  # feeding the search index


def measured(path: Path, profile: Profile, whole: list[Page]) -> Round:
    """Parse and import a file, each alone."""
    parsing = seconds(lambda: [parse_child.parse(page, profile) for page in whole])
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.warc.gz"
        write(one, 1, 0)
        start = imported(workspace_in(Path(folder) / "first"), one)
        workspace = workspace_in(Path(folder))
        cost = imported(workspace, path)
        return Round(parsing, start, cost, imported(workspace, path), seconds(lambda: loading.feed_search(workspace)))


def told(what: str, path: Path, profile: Profile) -> float:
    """Measure a file and print what it costs; the share of the parse-only rate that an import reaches."""
    whole = read(path)
    for page in whole[:100]:
        parse_child.parse(page, profile)
    rounds = [measured(path, profile, whole) for _ in range(ROUNDS)]
    count, size = len(whole), sum(len(page.content) for page in whole)
    parsing = min(each.parsing for each in rounds)
    start = min((each.start for each in rounds), key=lambda cost: cost.seconds)
    cost = min((each.whole for each in rounds), key=lambda cost: cost.seconds)
    again = min(each.again.seconds for each in rounds)
    searching = min(each.searching for each in rounds)
    importing = cost.seconds - start.seconds
    print(f"\n{what}: {count:,} pages of {size / count / 1000:,.0f} kB")
    for label, value in {
        "parsing alone, pages a CPU-second": f"{count / parsing:,.1f}",
        "wireroom import, pages a CPU-second": f"{count / importing:,.1f}",
        "import / parsing alone (at least 0.90)": f"{parsing / importing:.3f}",
        "the same in each round": " ".join(
            f"{each.parsing / (each.whole.seconds - each.start.seconds):.3f}" for each in rounds
        ),
        "with the start of both processes": f"{parsing / cost.seconds:.3f}",
        "its own CPU-ms a page, without the start": f"{(cost.own - start.own) / count * 1000:.2f}",
        "the search index at the next search, CPU-ms a page": f"{searching / count * 1000:.2f}",
        "the same file once more, with its start, CPU-seconds": f"{again:.2f}",
        "memory at most, MB": f"{cost.megabytes:,.0f}",
    }.items():
        print(f"{label:<56} {value:>10}", flush=True)
    return parsing / importing


def main() -> int:
    """Measure; 1 where an import of pages as large as those of newspapers takes more than its share."""
    given = sys.argv[1] if len(sys.argv) > 1 else "1000"
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    parse_child.warm_up()
    if not given.isdigit():
        return 0 if told("That file", Path(given).resolve(), unclaimed().profile) >= TARGET else 1
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        workspace = workspace_in(Path(folder))
        profile = source_in(workspace.sources / f"{SOURCE_ID}.toml").profile
        for what, size in SIZES.items():
            file = Path(folder) / f"{size}.warc.gz"
            write(file, int(given), size)
            ratios.append(told(what, file, profile))
    return 0 if min(ratios[1:]) >= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
