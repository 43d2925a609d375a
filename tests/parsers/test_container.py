"""Where the article is when a source's file says it, and what is said where no page has that place."""

from __future__ import annotations

from collections import Counter

import pytest

import parsers
from parsers import container
from parsers.records import Page, Profile, Rejected

TEXT = "The ferry came back with the tide, and nobody on the quay was surprised to see it so late in the day. " * 8
ARTICLE = f"<html><body><h1>Ferry leaves on time</h1><div id='text'><p>{TEXT}</p></div></body></html>"
FORM = "<html><body><h1>Ferry</h1><p>Soon.</p></body></html>"


def read(html: str, selector: str | None) -> tuple[parsers.Article, ...] | Rejected:
    return parsers.parse(Page(html.encode(), url="https://bay.example.org/a"), Profile(container=selector))


@pytest.mark.parametrize(
    ("html", "selector", "fits"),
    [
        (ARTICLE, "#text", True),
        (ARTICLE, "div.nowhere", False),
        (ARTICLE, None, True),
        (FORM, "div.nowhere", False),
        (FORM, "body", None),
    ],
)
def test_a_page_without_its_container_says_so(html: str, selector: str | None, fits: bool | None):
    assert container.fits(read(html, selector)) is fits


def test_that_it_is_missing_changes_no_record():
    (with_it,), (without,) = read(ARTICLE, None), read(ARTICLE, "div.nowhere")
    assert (with_it.body, with_it.warnings) == (without.body, without.warnings)
    (said,) = [item for item in without.evidence if item.field == "body"]
    assert (said.value, said.chosen) == ("div.nowhere", False)


@pytest.mark.parametrize(
    ("looked", "said"),
    [
        ({True: 5}, None),
        ({None: 5}, None),
        ({False: 1}, "fits none of 1 page: whole pages were read; mend"),
        ({False: 1200, None: 3}, "fits none of 1,200 pages: whole pages"),
        ({False: 3, True: 2}, "fits 2 of 5 pages: of the others the whole page was read."),
    ],
)
def test_a_selector_that_fits_nothing_or_little_is_said(looked: dict[bool | None, int], said: str | None):
    found = container.misfit("div.nowhere", Counter(looked))
    assert found is None if said is None else said in str(found)
    assert container.misfit(None, Counter(looked)) is None
