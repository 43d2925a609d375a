"""Addresses go out of the log in place: what is said beside them stays, and so does what is added meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse import blotting

LINES = [
    {"event": "page", "source": "eir", "url": "https://town.example/a?key=1", "message": "https://town.example/a?key=1 is gone."},
    {"event": "page", "source": "eir", "url": "https://town.example/ab"},
    {"event": "page", "source": "paper", "url": "https://paper.example/ünïcode"},
    {"event": "ended", "source": "eir", "text": 'The ingest of "eir" is completed.'},
]  # fmt: skip


def log(folder: Path, separators: tuple[str, str] = (",", ":")) -> Path:
    path = folder / "wireroom.jsonl"
    lines = [json.dumps(line, ensure_ascii=False, separators=separators) for line in LINES]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def left(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_address_is_written_over_wherever_it_stands(tmp_path: Path):
    path = log(tmp_path)
    size = path.stat().st_size
    with path.open("ab", buffering=0) as writer:
        blotting.blot(tmp_path, ["https://town.example/a?key=1", "https://paper.example/ünïcode"])
        writer.write(b'{"event": "late"}\n')
    found = left(path)
    assert path.stat().st_size == size + 18
    assert found[0]["url"].strip("-") == ""
    assert found[0]["message"].strip("-") == " is gone."
    assert found[1] == LINES[1], "an address that only begins so is another one"
    assert set(found[2]["url"]) == {"-"}
    assert found[3:] == [LINES[3], {"event": "late"}]


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["as it is written", "as it was"])
def test_a_source_keeps_its_events_alone(tmp_path: Path, separators: tuple[str, str]):
    path = log(tmp_path, separators)
    blotting.blot_source(tmp_path, "eir")
    found = left(path)
    assert [line["event"] for line in found] == ["page", "page", "page", "ended"]
    assert found[2] == LINES[2]
    assert all(
        set(found[number].get(name, "-")) == {"-"} for number in (0, 1, 3) for name in ("url", "text", "message")
    )


def test_no_log_is_no_trouble(tmp_path: Path):
    blotting.blot(tmp_path / "nothing", ["https://town.example/a"])
    blotting.blot_source(tmp_path / "nothing", "eir")
    assert list(tmp_path.iterdir()) == []
