"""The real ingest over real article pages with ground truth, served from loopback hosts: one source a corpus.

The pages are third-party and lie beside the repository, not in it; without them the test skips.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from flows import pipeline
from flows.sample.serving import serving
from flows.sources import load
from flows.workspace import Workspace, create
from warehouse import reading_copy

CORPORA = {"zyte-aeb": "127.0.0.1", "np4k-dataset": "127.0.0.2", "fundus": "127.0.0.3"}
ENOUGH = 0.95
SOURCE = """\
name     = "{corpus}"
home     = "{base}/"
language = "en"

[[find]]
kind = "list"
file = "{corpus}.txt"

[pace]
delay = "0s"

[access]
allow = ["{host}"]

[revisit]
ages = ["0s"]
"""


class Handler(BaseHTTPRequestHandler):
    """Serves one stored page a path, as the publisher's bytes without a charset."""

    def do_GET(self):
        path = self.server.site.get(self.path)
        body = gzip.decompress(path.read_bytes()) if path else b""
        self.send_response(200 if path else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


def pages_of(folder: Path) -> dict[str, Path]:
    records = [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return {f"/{record['id']}.html": folder / record["file"] for record in records}


@pytest.fixture
def sources(shared: Path, tmp_path: Path) -> Iterator[tuple[Workspace, dict[str, int]]]:
    """A workspace with one source a corpus, and how many pages each serves."""
    workspace = create(tmp_path / "news")
    counts = {}
    with ExitStack() as stack:
        for corpus, host in CORPORA.items():
            server = stack.enter_context(serving(Handler, host=host))
            server.site = pages = pages_of(shared / "gold" / "pages" / corpus)
            base = f"http://{server.netloc}"
            (workspace.sources / f"{corpus}.txt").write_text("".join(f"{base}{path}\n" for path in pages))
            (workspace.sources / f"{corpus}.toml").write_text(
                SOURCE.format(corpus=corpus, base=base, host=server.netloc)
            )
            counts[corpus] = len(pages)
        yield workspace, counts


def passed(workspace: Workspace) -> None:
    for corpus in CORPORA:
        pipeline.ingest(workspace, load(workspace.sources / f"{corpus}.toml"))


def asked(workspace: Workspace, sql: str) -> list[tuple]:
    with reading_copy.connect(workspace.folders) as connection:
        return connection.execute(sql).fetchall()


ROWS = "select * exclude (load_id) from articles order by article_id"


def test_real_pages_become_articles_and_a_second_pass_changes_no_row(sources):
    workspace, counts = sources
    passed(workspace)
    articles = dict(
        asked(workspace, "select source_id, count(*) from articles where headline <> '' and body <> '' group by 1")
    )
    rejects = dict(asked(workspace, "select source_id, count(*) from rejects where reason is not null group by 1"))
    for corpus, pages in counts.items():
        assert articles[corpus] + rejects.get(corpus, 0) == pages, corpus
    assert sum(articles.values()) >= ENOUGH * sum(counts.values()), (articles, rejects)

    before = asked(workspace, ROWS)
    passed(workspace)
    assert asked(workspace, ROWS) == before
    assert asked(workspace, "select distinct state from runs") == [("completed",)]
