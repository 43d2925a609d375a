"""The reader against the catalogue of head shapes, the examples written out, and the look-alikes."""

from __future__ import annotations

import tomllib
from collections import Counter

import pytest
from catalogue import DATA, leads, same

from parsers.dateline import read

LEADS = list(leads(variants=3))
LANGUAGES = sorted({lead.language for lead in LEADS})
EXAMPLES = tomllib.loads((DATA / "datelines.toml").read_text(encoding="utf-8"))["lead"]
LOOKALIKES = [
    (group["lang"], text)
    for group in tomllib.loads((DATA / "lookalikes.toml").read_text(encoding="utf-8"))["group"]
    for text in group["texts"]
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nearly_every_head_of_a_language_is_read(language: str):
    of_language = [lead for lead in LEADS if lead.language == language]
    wrong = [lead for lead in of_language if not same(lead, read(lead.text, language=language))]
    shapes = Counter(lead.shape for lead in wrong)
    assert len(wrong) <= 0.02 * len(of_language) or len(shapes) <= 1, shapes


def test_nearly_every_head_is_read_without_knowing_the_language():
    wrong = [lead for lead in LEADS if not same(lead, read(lead.text))]
    assert len(wrong) <= 0.03 * len(LEADS), Counter((lead.language, lead.shape) for lead in wrong).most_common(40)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example['lang']} {example['head'].strip()}")
def test_an_example(example):
    found = read(example["head"] + example["body"], language=example["lang"])
    assert found is not None
    assert found.raw == example["head"][found.start :]
    assert list(found.places) == example.get("places", [])
    assert found.date == example.get("date")
    assert list(found.source_tags) == example.get("tags", [])
    assert found.byline == example.get("byline")


@pytest.mark.parametrize(("language", "text"), LOOKALIKES, ids=lambda part: part[:50])
def test_a_look_alike_is_no_dateline(language: str, text: str):
    assert read(text, language=language) is None


def test_there_is_much_to_be_measured():
    assert len({lead.shape for lead in LEADS}) > 900
    assert len(LOOKALIKES) > 400
