"""Which of several sources a page goes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing.claims import Claims
from flows.importing.records import Report
from flows.sources import of_text

SOURCE = 'name = "{0}"\nhome = "{1}"\n[[find]]\nkind = "feed"\nurl = "{1}feed"\n[article]\nurl = "{2}"'
CASES = [
    ("by its port", {"a": ("http://h.example:8001/", "/story/"), "b": ("http://h.example:8002/", "/story/")}, 8001, "a"),
    ("by its port, however long the match", {"a": ("http://h.example:8001/", "/s"), "b": ("http://h.example:8002/", "/story/")}, 8001, "a"),
    ("by its host where the port is lacking", {"a": ("http://h.example:8001/", "/story/"), "b": ("http://x.h.example/", "/story/")}, None, "a"),
    ("by the longer match", {"a": ("http://h.example/", "/s"), "b": ("http://h.example/", "/story/")}, None, "b"),
]  # fmt: skip


@pytest.mark.parametrize(("sources", "port", "taker"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_page_goes_to_the_source_whose_rules_fit_it_most_closely(
    sources: dict[str, tuple[str, str]], port: int | None, taker: str
) -> None:
    known = [of_text(SOURCE.format(name, *facts), Path(f"{name}.toml")) for name, facts in sources.items()]
    url = f"http://h.example{f':{port}' if port else ''}/story/boats"
    source = Claims(known).source_of(url, Report())
    assert source is not None
    assert source.source_id == taker
