"""What a page states about itself, read from JSON-LD, meta, link, time and the headline's neighbourhood."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from lxml.etree import _Element as Element

from parsers import bylines, headline, jsonld, language, markup, paywall, people, slugs
from parsers.records import Evidence, Page, Profile
from parsers.xpaths import elements

if TYPE_CHECKING:
    from parsers.document import Document

_NAMES: dict[str, list[str]] = tomllib.loads(
    files("parsers").joinpath("data/meta_names.toml").read_text(encoding="utf-8")
)
_LISTS = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage", "ItemPage", "FAQPage"})
_PAGES = frozenset({"WebPage", "AboutPage", "ContactPage", *_LISTS})
ALIKE = 0.75  # share of words from which an h1 is taken for the headline
_TITLED = elements(
    "//h2|//h3|//h4|//h5|//*[@itemprop='headline' or contains(@class,'title') or contains(@class,'headline') "
    "or contains(@class,'Title') or contains(@class,'Headline') or contains(@class,'titel') or self::font or self::b]"
)


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A date string as the page has it, and where it stood."""

    text: str
    basis: str  # json-ld, json-ld:page, meta, time
    detail: str = ""  # the type or name it was stated under


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything a page says of itself but its body and its dateline; nothing here is believed yet."""

    headline: str | None = None
    subheadline: str | None = None
    abstract: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    keywords: tuple[str, ...] = ()
    section: str | None = None
    image_url: str | None = None
    publisher: str | None = None
    copyright_notice: str | None = None
    is_accessible_for_free: bool | None = None
    canonical_url: str | None = None  # absolute, as named
    article_body: str | None = None  # text of JSON-LD articleBody
    published: tuple[DateCandidate, ...] = ()
    modified: tuple[DateCandidate, ...] = ()
    wire_hints: tuple[tuple[str, str], ...] = ()  # (name, where): author, publisher, creditText, …
    kinds: tuple[str, ...] = ()  # og:type and JSON-LD types: article, VideoObject, CollectionPage, …
    heading: Element | None = None  # the h1 that the headline was found in
    evidence: tuple[Evidence, ...] = ()


def read(document: Document, page: Page, profile: Profile) -> Metadata:
    """Everything the page states; a page of plain text states nothing here but what the finder knew of it."""
    if document.tree is None:
        return Metadata(headline=page.hints.title, language=profile.language)
    marks = markup.gather(document.tree)
    nodes = jsonld.read(marks.scripts)
    base = page.url or ""
    title, heading, evidence = _headline(document.tree, marks, nodes, page, profile)
    article = _article(nodes, title)
    outlets = tuple(_outlets(marks, nodes, page, profile))
    signed = bylines.read(document.tree, heading)
    named, byline, naming = people.read(article, nodes, marks, signed, outlets)
    abstract = _first(article, ("description", "abstract"), marks, "abstract")
    return Metadata(
        headline=title,
        subheadline=article.text("alternativeHeadline", "alternateName") if article else None,
        abstract=abstract,
        byline=byline,
        authors=named,
        language=language.decide(
            _languages(article, marks), profile.language, " ".join(filter(None, (title, abstract)))
        ),
        keywords=_keywords(article, marks),
        section=_first(article, ("articleSection",), marks, "section"),
        image_url=_absolute(_image(article) or _meta(marks, "image"), base),
        publisher=people.publisher(article, nodes, marks),
        copyright_notice=_first(article, ("copyrightNotice",), marks, "copyright"),
        is_accessible_for_free=paywall.stated(article, nodes, marks),
        canonical_url=_absolute(marks.link("canonical") or _meta(marks, "url"), base),
        article_body=article.prose("articleBody") if article else None,
        published=tuple(_dates(article, nodes, marks, ("datePublished", "dateCreated"), "published")),
        modified=tuple(_dates(article, nodes, marks, ("dateModified",), "modified")),
        wire_hints=tuple(people.wire_hints(article, nodes)),
        kinds=tuple(
            dict.fromkeys(
                filter(None, [_meta(marks, "type"), *(t for n in nodes if not n.aside for t in sorted(n.types))])
            )
        ),
        heading=heading,
        evidence=(*evidence, *naming),
    )


# ------------------------------------------------------------------ which node is the article


def _is_article(node: jsonld.Node) -> bool:
    return any(kind.endswith(("Article", "Posting")) or kind in ("Report", "Review", "Recipe") for kind in node.types)


def _article(nodes: tuple[jsonld.Node, ...], title: str | None) -> jsonld.Node | None:
    """The node that describes this page's article: not a teaser's, and the one whose headline is the page's."""
    described = [node for node in nodes if _is_article(node) and not node.aside]
    if len(described) < 2 or not title:
        return described[0] if described else None
    return max(described, key=lambda node: (_agreement(node, title), "datePublished" in node.values))


def _agreement(node: jsonld.Node, title: str) -> float:
    return round(headline.overlap(node.text("headline", "name") or "", title), 1)


# ------------------------------------------------------------------ headline

_FEEDS = ("feed", "news-sitemap")
"""Listings whose entries carry a headline; elsewhere a title is the text of a link."""


def _headline(
    tree: Element, marks: markup.Markup, nodes: tuple[jsonld.Node, ...], page: Page, profile: Profile
) -> tuple[str | None, Element | None, tuple[Evidence, ...]]:
    headings = [(markup.text_of(element), element) for element in marks.headings[:20]]
    candidates = [headline.Candidate(text, "h1", markup.parts_of(element)) for text, element in headings if text]
    described = [n for n in nodes if _is_article(n) and not n.aside]
    texts = {headline.folded(candidate.text) for candidate in candidates}
    stated = (
        ("json-ld", described[0].text("headline", "name") if described else None),
        ("og", _meta(marks, "title")),
        ("title", _as_printed(marks.titles[0], tree, texts) if marks.titles else None),
        ("twitter", _meta(marks, "twitter_title")),
        ("feed" if page.hints.published_basis in _FEEDS else "listing", page.hints.title),
    )
    candidates += [headline.Candidate(text, basis) for basis, text in stated if text]
    chosen, evidence = headline.choose(candidates, _outlets(marks, nodes, page, profile), slugs.words(page.url))
    return chosen, _heading(headings, tree, chosen), evidence


def _as_printed(title: str, tree: Element, headings: Collection[str]) -> str:
    """A <title> as far as an element in which old pages print their headlines says the same, where no h1 does."""
    starts = headline.starts(title)
    if not starts or any(headline.folded(start) in headings for start in starts):
        return title  # as with most pages: to look at every element would cost a millisecond
    printed = {headline.folded(markup.text_of(element, len(title))) for element in _TITLED(tree)[:200]}
    return next((start for start in starts if headline.folded(start) in printed), title)


def _heading(headings: list[tuple[str, Element]], tree: Element, chosen: str | None) -> Element | None:
    """The element the headline stands in: an h1, or whatever old pages print it in."""
    if not chosen:
        return None
    best = max(headings, key=lambda pair: headline.overlap(pair[0], chosen), default=None)
    if best and headline.overlap(best[0], chosen) >= ALIKE:
        return best[1]
    other = (
        element for element in _TITLED(tree)[:200] if headline.same(markup.text_of(element, len(chosen) + 40), chosen)
    )
    return next(other, best[1] if best else None)


def _outlets(marks: markup.Markup, nodes: tuple[jsonld.Node, ...], page: Page, profile: Profile) -> Iterator[str]:
    """All names the outlet goes by: its own, those it states, and its host's."""
    yield from filter(None, (profile.name, *(marks.meta(name) for name in _NAMES["site"])))
    for node in nodes:
        if node.types & people.OUTLETS:
            yield from jsonld.texts(node.values.get("name"))
            yield from jsonld.texts(node.values.get("alternateName"))
    try:
        host = (urlsplit(page.url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return
    labels = host.split(".")
    yield from filter(None, (host, ".".join(labels[:-1]), *(label for label in labels[:-1] if len(label) > 3)))


# ------------------------------------------------------------------ dates


def _dates(
    article: jsonld.Node | None, nodes: tuple[jsonld.Node, ...], marks: markup.Markup, keys: tuple[str, ...], names: str
) -> Iterator[DateCandidate]:
    """Date strings in the order of their credit: the article's node, meta names, other nodes about the page."""
    if article:
        yield from (
            DateCandidate(text, "json-ld", key) for key in keys for text in jsonld.texts(article.values.get(key))[:1]
        )
    yield from (DateCandidate(text, "meta", name) for name in _NAMES[names] for text in marks.all_metas(name)[:3])
    for node in nodes:
        if not node.aside and (node.types & _PAGES or (not article and not _is_article(node))):
            kind = next(iter(sorted(node.types)), "")
            yield from (
                DateCandidate(text, "json-ld:page", kind)
                for key in keys
                for text in jsonld.texts(node.values.get(key))[:1]
            )


# ------------------------------------------------------------------ the rest


def _meta(marks: markup.Markup, kind: str) -> str | None:
    return marks.meta(*_NAMES[kind])


def _first(article: jsonld.Node | None, keys: tuple[str, ...], marks: markup.Markup, kind: str) -> str | None:
    return (article.text(*keys) if article else None) or _meta(marks, kind)


def _languages(article: jsonld.Node | None, marks: markup.Markup) -> Iterable[str]:
    stated = (article.text("inLanguage") if article else None, marks.language, _meta(marks, "language"))
    return filter(None, stated)


def _keywords(article: jsonld.Node | None, marks: markup.Markup) -> tuple[str, ...]:
    stated = jsonld.texts(article.values.get("keywords")) if article else []
    stated = stated or next((list(found) for name in _NAMES["keywords"] if (found := marks.all_metas(name))), [])
    parted = (
        word.strip(" #")
        for text in stated
        for word in (text.replace(";", ",").split(",") if len(stated) < 2 else [text])
    )
    return tuple(dict.fromkeys(word for word in parted if 0 < len(word) <= 80))[:50]


def _image(article: jsonld.Node | None) -> str | None:
    value: Any = article.values.get("image") if article else None
    while isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("url") or value.get("contentUrl")
    return next(iter(jsonld.texts(value)), None)


def _absolute(href: str | None, base: str) -> str | None:
    if not href:
        return None
    try:
        url = urljoin(base, href)
        return url if urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None
