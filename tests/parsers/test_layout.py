"""The layout of a page: shared by the pages of one template whatever stands in them, and another after a redesign."""

from __future__ import annotations

import pytest

import parsers
from parsers import Page

WORDS = (
    "The council met on Monday and agreed, after some hours, that the bridge over the river would be painted green. "
)


def page(body: str, number: int = 1) -> str | None:
    result = parsers.parse(Page(f"<html><head><title>Bridge {number}</title></head><body>{body}</body></html>"))
    assert isinstance(result, tuple)
    return result[0].layout


def article(number: int, paragraphs: int, name: str = "entry-content") -> str:
    text = "".join(f"<p>{WORDS * (1 + place % 3)}{number}.{place}</p>" for place in range(paragraphs))
    return (f'<div id="page-{number}" class="page postid-{number}"><article id="post-{number}" class="post-{number} post tag-bridge">'
            f'<h1>Bridge {number}</h1><div class="{name}">{text}</div></article><div class="related"><p>{WORDS}</p></div></div>')  # fmt: skip


@pytest.mark.parametrize("number", range(1, 6))
def test_the_pages_of_one_template_have_one_layout(number: int):
    assert page(article(number, paragraphs=number), number) == "div.page > article.post > div.entry"


@pytest.mark.parametrize(
    "other",
    [
        article(1, 4, name="story-text"),
        article(1, 4).replace("article", "section"),
        article(1, 4).replace("<article", "<main><article").replace("</article>", "</article></main>"),
    ],
)
def test_a_redesign_is_another(other: str):
    assert page(other) != page(article(1, 4))


def test_a_text_that_only_the_data_of_a_page_carry_has_a_layout_of_its_own():
    import json

    data = {"@type": "NewsArticle", "headline": "Bridge", "articleBody": WORDS * 20}
    body = f'<script type="application/ld+json">{json.dumps(data)}</script><div id="app"><h1>Bridge</h1></div>'
    assert page(body) == "json-ld"


def test_a_plain_text_has_none():
    result = parsers.parse(Page(f"Bridge to be painted\n\n{WORDS * 4}\n\n{WORDS * 3}", content_type="text/plain"))
    assert isinstance(result, tuple)
    assert result[0].layout is None
