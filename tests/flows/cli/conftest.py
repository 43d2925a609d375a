"""A small workspace to ask: two versions, a correction, a merged outlet's article, a reject, and awkward values."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from flows import workspace
from flows.cli.verbs import app, guarded
from flows.workspace import Workspace
from parsers import urls
from tests.warehouse.facts import SOURCE, at, fetched, found, key, reading
from warehouse import loader, rows, spool

WIREROOM = Path(sys.executable).with_name("wireroom")
BODY = "The bridge carries {} boats a day.\n\nNobody has counted the gulls.\n\n> We shall count them next year."


def story(
    name: str, body: str, *, hours: float = 0, reader: str = "r1", read: float | None = None, **wide
) -> rows.Reading:
    row = reading(name, body, hours=hours, reader=reader, read=read)
    assert row.text is not None
    text = replace(row.text, **wide)
    return replace(row, text=text, record_hash=key(f"record {text}"), headline_hash=key(text.headline))


def batch() -> list[rows.Row]:
    bridge = {
        "headline": 'Bridge & Boats: 50% {more} "traffic"', "authors": ["Ada Byron", "Reporters, Inc."], "keywords": ["bridge", "boats"],
        "date_published": date(2026, 2, 28), "date_published_text": "2026-02-28", "date_published_precision": "day",
        "date_published_basis": "dateline", "dateline": "OSLO, Feb. 28 (AP) —", "located": "OSLO", "located_all": ["OSLO", "BERGEN"],
        "dateline_date": date(2026, 2, 28), "dateline_date_text": "2026-02-28", "dateline_date_precision": "day",
        "dateline_date_basis": "published", "source_tag": "AP", "info_source": "ap", "abstract": "Boats, counted.",
    }  # fmt: skip
    gulls = {
        "headline": "Gulls, uncounted",
        "abstract": "",
        "date_published_text": "2026-02",
        "date_published_precision": "month",
    }
    known = [
        rows.Source(SOURCE, "The Paper", "https://paper.example/", "en", "Europe/Oslo", None, key("def"), at(0)),
        rows.Agency("ap", "Associated Press", None, at(0)),
        rows.Segment(key("segment"), SOURCE, f"{SOURCE}/{SOURCE}-1.warc.gz", "sealed", 100, "ab" * 32, at(0)),
        found("bridge"), found("gulls"), found("form"),
        fetched("bridge"), fetched("bridge", hours=24), fetched("gulls"), fetched("form"),
        story("bridge", BODY.format("forty"), **bridge),
        story("bridge", BODY.format("fifty"), hours=24, **{**bridge, "byline": "By Ada Byron"}),
        story("gulls", "Gulls are many.", read=1, **gulls),
        story("gulls", "Gulls are very many.", reader="r2", read=50, **gulls),
        reading("form", None),
    ]  # fmt: skip
    keys = {key(name): urls.key(f"https://paper.example/{name}") for name in ("bridge", "gulls", "form")}
    return [replace(row, url_key=keys[row.url_key]) if getattr(row, "url_key", None) in keys else row for row in known]


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The workspace; tests only read it."""
    made = workspace.create(tmp_path_factory.mktemp("newsroom"))
    spool.write(made.folders, batch(), source_id=SOURCE, run_id=key("run"))
    assert loader.drain(made.folders, publish_now=True) is not None
    return made


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def wireroom(
    newsroom: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Run a command as the console script does, in an empty folder, its output piped; the exit code is checked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIREROOM_WORKSPACE", str(newsroom.root))

    def run(*arguments: object, code: int = 0, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capfdbinary.readouterr()
        ended = guarded(lambda: app([*map(str, arguments)], prog_name="wireroom"))
        sys.stdout.flush()
        out, err = (stream.decode() for stream in capfdbinary.readouterr())
        assert ended == code, f"{arguments}\n{out}\n{err}"
        return Done(out, err)

    return run
