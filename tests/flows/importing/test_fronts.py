"""Texts with front matter, as extractors, note books and site generators write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing import bring
from flows.importing.fronts import below, front
from flows.workspace import Workspace
from tests.flows.importing.recorded import url
from tests.flows.importing.tables import asked

TEXT = "The harbour office counted nine boats on the quay, and wrote each of them down in its book. " * 4

EXTRACTED = f"""---
title: "Boats: the count"
author: Ada Quill
url: {url("x")}
hostname: paper.example
description: Nine boats
sitename: "The Paper: a daily"
date: "2017-09-22"
tags: ['boats']
fingerprint: f0240cd3e90845c6
---
"""
CLIPPED = f"""---
title: 'Boats: the count'
source: "{url("x")}"
author:
  - "[[Ada Quill]]"
published: 2017-09-22
created: 2026-01-05
description: >-
  Nine boats,
  and no gulls
---
"""


@pytest.mark.parametrize("head", [EXTRACTED, CLIPPED])
@pytest.mark.parametrize("headline", ["", "Boats: the count\n", "# Boats: the count\n\n"])
def test_front_matter_is_no_part_of_the_text_and_its_quotation_marks_none_of_the_title(
    workspace: Workspace, tmp_path: Path, head: str, headline: str
):
    file = tmp_path / "x.md"
    file.write_text(head + headline + TEXT, encoding="utf-8")
    report = bring(workspace, [file])
    assert (report.articles, report.nameless) == (1, [])
    ask = "SELECT url, headline, body, date_published::VARCHAR FROM articles"
    assert asked(workspace, ask) == [(url("x"), "Boats: the count", TEXT.strip(), "2017-09-22")]


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (r'title: "He said \"nine\""', 'He said "nine"'),
        ("title: 'It''s nine'", "It's nine"),
        ('title: "Nine" are enough', '"Nine" are enough'),
        ("title: >-\n  Nine boats\n  and a gull", "Nine boats and a gull"),
        ("title:", None),
    ],
)
def test_a_title_is_read_as_it_is_quoted(line: str, title: str | None):
    found = front(f"---\n{line}\nurl: {url('x')}\n---\nText.\n")
    assert found is not None
    assert found.said.get("title") == title
    assert below(f"---\n{line}\nurl: {url('x')}\n---\nText.\n", found, None) == "Text.\n"


@pytest.mark.parametrize(
    "text", ["", "---", "---\nurl: /2017/x\n---\nText.", "Text.\n---\n", f"Text.\nurl: {url('x')}\n"]
)
def test_a_text_that_names_no_address_above_it_has_no_front(text: str):
    assert front(text) is None
