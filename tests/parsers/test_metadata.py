"""What a page states of itself: JSON-LD however broken, meta names, language, section, keywords, image, paywall."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers import document, jsonld, metadata
from parsers.metadata import Metadata
from parsers.records import Page, Profile

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 4)
STORY = {
    "@type": "NewsArticle",
    "headline": "Ferry leaves on time",
    "datePublished": "2026-03-02T10:00:00+01:00",
    "author": {"@type": "Person", "name": "Anna Berg"},
    "articleSection": "Harbour",
    "keywords": "ferry, quay ; tide",
    "image": [{"@type": "ImageObject", "url": "/ferry.jpg"}],
    "inLanguage": "en-GB",
    "publisher": {"@type": "Organization", "name": "The Gazette"},
}


def read(*scripts: str, head: str = "", lang: str = "en") -> Metadata:
    blocks = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    html = f"<html lang={lang}><head><title>Ferry leaves on time</title>{head}{blocks}</head><body><h1>Ferry leaves on time</h1><p>{TEXT}</p></body></html>"
    page = Page(html, url="https://gazette.example/news/ferry")
    loaded = document.load(page)
    assert isinstance(loaded, document.Document)
    return metadata.read(loaded, page, Profile())


def check(stated: Metadata) -> None:
    assert [candidate.text for candidate in stated.published] == ["2026-03-02T10:00:00+01:00"]
    assert stated.authors == ("Anna Berg",)


def test_everything_that_a_story_states():
    stated = read(json.dumps(STORY))
    check(stated)
    assert stated.section == "Harbour"
    assert stated.keywords == ("ferry", "quay", "tide")
    assert stated.image_url == "https://gazette.example/ferry.jpg"
    assert stated.language == "en-GB"
    assert stated.publisher == "The Gazette"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda story: json.dumps([story]),
        lambda story: json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, story]}),
        lambda story: json.dumps({"@graph": [[story]]}),
        lambda story: json.dumps({"@type": "WebPage", "mainEntity": story}),
        lambda story: f"<!-- {json.dumps(story)} -->",
        lambda story: f"//<![CDATA[\n{json.dumps(story)}\n//]]>",
        lambda story: json.dumps(story)[:-1] + ",}",
        lambda story: json.dumps(story).replace(", ", ",\n,", 1),
        lambda story: json.dumps(story) + ";",
        lambda story: json.dumps({"@type": "Organization"}) + json.dumps(story),
        lambda story: json.dumps(story).replace("Ferry leaves", "Ferry\nleaves"),
        lambda story: json.dumps(story).replace("on time", "on\\_time").replace("on\\_time", "on time"),
        lambda story: json.dumps(story | {"@type": ["NewsArticle", "schema:Thing"]}),
        lambda story: json.dumps(story | {"@type": "http://schema.org/NewsArticle"}),
    ],
)
def test_a_story_is_found_however_it_is_wrapped_or_broken(wrap):
    check(read(wrap(STORY)))


def test_what_no_repair_makes_readable_is_salvaged():
    stated = read(json.dumps(STORY)[:-40] + '"oops" "')
    assert [candidate.text for candidate in stated.published] == ["2026-03-02T10:00:00+01:00"]


def test_a_broken_block_does_not_cost_the_next_one():
    check(read("{{{", json.dumps(STORY)))


def test_a_teasers_date_is_not_the_storys():
    teaser = {"@type": "NewsArticle", "headline": "Another", "datePublished": "2020-01-05"}
    stated = read(json.dumps({"@type": "ItemList", "itemListElement": [teaser]}), json.dumps(STORY))
    check(stated)


@pytest.mark.parametrize("depth", [100, 5_000, 100_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}"), ('{"@graph":[', "]}")])
def test_nesting_is_bounded(depth: int, opens: str, closes: str):
    nodes = jsonld.read([opens * depth + "1" + closes * depth])
    assert len(nodes) <= jsonld.MAX_NODES


def test_many_objects_are_bounded():
    assert len(jsonld.read([json.dumps([[{"a": {"b": {}}}] * 3_000] * 3)])) == jsonld.MAX_NODES


def test_references_that_run_in_a_circle_end():
    nodes = jsonld.read(['[{"@id":"#a","author":{"@id":"#b"}},{"@id":"#b","author":{"@id":"#a"}}]'])
    assert jsonld.names({"@id": "#a"}, nodes) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    (
                        "@type",
                        "@graph",
                        "@id",
                        "author",
                        "name",
                        "headline",
                        "datePublished",
                        "hasPart",
                        "isAccessibleForFree",
                        "image",
                        "keywords",
                    )
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_json_raises(value: object):
    read(json.dumps(value).replace("</", "<\\/"))


@given(st.text(alphabet='{}[]",:@typeNwsArcl \\\n<!-/', max_size=120))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_no_broken_block_raises(block: str):
    jsonld.read([block])


@pytest.mark.parametrize(
    ("story", "head", "free"),
    [
        ({"isAccessibleForFree": False}, "", False),
        ({"isAccessibleForFree": "False"}, "", False),
        ({"isAccessibleForFree": "https://schema.org/True"}, "", True),
        ({"isAccessibleforFree": True}, "", True),
        ({"hasPart": {"@type": "WebPageElement", "isAccessibleForFree": False}}, "", False),
        ({"isAccessibleForFree": True, "hasPart": {"isAccessibleForFree": False}}, "", True),
        ({}, '<meta property="article:content_tier" content="locked">', False),
        ({}, '<meta property="article:content_tier" content="metered">', None),
        ({}, "", None),
    ],
)
def test_a_paywall_is_what_the_page_says(story: dict[str, object], head: str, free: bool | None):
    assert read(json.dumps(STORY | story), head=head).is_accessible_for_free is free


@pytest.mark.parametrize(
    ("lang", "language"), [("en-us", "en-US"), ("de", "en"), ("english", "en"), ("EN", "en"), ("en_GB", "en-GB")]
)
def test_a_language_is_the_stated_one_unless_the_words_belong_to_another(lang: str, language: str):
    described = f'<meta name=description content="{TEXT} It was what they had said that they would do with the boat">'
    assert read(lang=lang, head=described).language == language


@pytest.mark.parametrize("tag", ["<h2>{}</h2>", "<h3 class='t'>{}</h3>", "<div class='title'>{}</div>"])
@pytest.mark.parametrize("end", [" - Tidepost", " | Harbour | Tidepost"])
def test_a_title_ends_where_the_line_over_the_text_ends(tag: str, end: str):
    headline = "The ferry is back at last"
    html = f"<html><head><title>{headline}{end}</title></head><body><h2>Harbour</h2>{tag.format(headline)}<p>{TEXT}</p></body></html>"
    page = Page(html, url="https://gazette.example/7")
    loaded = document.load(page)
    assert isinstance(loaded, document.Document)
    assert metadata.read(loaded, page, Profile()).headline == headline


def test_a_section_is_no_headline_though_a_line_of_the_page_names_it():
    html = f"<html><head><title>Harbour news - The ferry is back at last</title></head><body><h2>Harbour news</h2><p>{TEXT}</p></body></html>"
    page = Page(html, url="https://gazette.example/7")
    loaded = document.load(page)
    assert isinstance(loaded, document.Document)
    assert metadata.read(loaded, page, Profile()).headline != "Harbour news"
