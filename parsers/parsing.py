"""One page in, its articles out: the steps by name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from lxml.etree import _Element as Element

from parsers import (
    blocks,
    body,
    container,
    credit,
    dateline,
    document,
    furniture,
    language,
    metadata,
    plaintext,
    published,
    rejects,
    visible_dates,
)
from parsers.blocks import Block
from parsers.metadata import Metadata
from parsers.records import Article, BodyExtent, Dateline, Page, Profile, Rejected

_TEASER = re.compile(
    "|".join(tomllib.loads(files("parsers").joinpath("data/teasers.toml").read_text(encoding="utf-8"))["marks"]), re.I
)
_OPENING = 8  # blocks in which a dateline is looked for
_TEASER_WORDS = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a page before its text is taken apart."""

    page: Page
    profile: Profile
    metadata: Metadata
    tree: Element | None
    blocks: tuple[Block, ...]
    layout: str | None = None  # how the page is built around the text


def parse(page: Page, profile: Profile = Profile()) -> tuple[Article, ...] | Rejected:  # noqa: B008  (frozen)
    """The articles of a page, usually one, or why there is none; never raises for what a page holds."""
    loaded = document.load(page)
    if isinstance(loaded, Rejected):
        return loaded
    draft = _of_text(page, profile, loaded) if loaded.tree is None else _of_tree(page, profile, loaded, loaded.tree)
    if isinstance(draft, Rejected):
        return draft
    return tuple(_article(item, draft_of_item) for item, draft_of_item in enumerate(_items(draft)))


def _of_text(page: Page, profile: Profile, loaded: document.Document) -> Draft | Rejected:
    """A draft of a plain text."""
    headline, found = plaintext.read(loaded.text, (*furniture.LINES, *profile.furniture))
    if headline is None or not found:
        return rejects.rejected("not_article")
    sample = blocks.lines(found[:6])
    tongue = language.decide((), profile.language, sample)
    return Draft(page, profile, Metadata(headline=headline, language=tongue), None, tuple(found))


def _of_tree(page: Page, profile: Profile, loaded: document.Document, tree: Element) -> Draft | Rejected:
    """A draft of an HTML page, or why it is no article."""
    stated = metadata.read(loaded, page, profile)
    inside = container.found(tree, profile.container)
    if inside is None and profile.container:
        stated = replace(stated, evidence=(*stated.evidence, container.missing(profile.container)))
    whole = body.read(
        tree if inside is None else inside,
        headline=stated.headline,
        description=stated.abstract,
        article_body=stated.article_body,
    )
    found = whole.blocks
    if blocks.words(found) < body.SHORT and page.hints.content:
        found = max(found, _of_feed(page.hints.content), key=blocks.words)
    found = blocks.without_headline(found, stated.headline)
    found = list(blocks.without_lines(found, (*furniture.LINES, *profile.furniture)))
    problem = rejects.decide(stated, tree, blocks.lines(found), blocks.words(found), page.url)
    return problem or Draft(page, profile, stated, tree, tuple(found), whole.layout)


def _of_feed(content: str) -> list[Block]:
    """The text that a feed carried, as blocks."""
    loaded = document.load(Page(f"<html><body><article>{content}</article></body></html>"))
    return [] if isinstance(loaded, Rejected) or loaded.tree is None else body.extract(loaded.tree)


def _items(draft: Draft) -> Sequence[Draft]:
    """The draft itself, or one for each item where the profile splits a digest at its datelines."""
    if draft.profile.split != "datelines":
        return [draft]
    day, _, _ = published.decide(draft.metadata, page=draft.page, profile=draft.profile)
    texts = [block.text for block in draft.blocks]
    starts = dateline.item_starts(
        texts,
        language=draft.metadata.language,
        published=day.day if day else None,
        url=draft.page.url,
        profile=draft.profile,
    )
    if not starts:
        return [draft]
    stops = [*starts[1:], len(texts)]
    return [_item(draft, draft.blocks[start:stop]) for start, stop in zip(starts, stops, strict=True)]


def _item(draft: Draft, part: tuple[Block, ...]) -> Draft:
    """One item of a digest: its first block is its headline unless the dateline opens it."""
    opens = dateline.read(part[0].text, language=draft.metadata.language, profile=draft.profile) if part else None
    headline = part[0].text if part and (opens is None or opens.start > 0) else draft.metadata.headline
    rest = part if opens is not None and opens.start == 0 else part[1:]
    return replace(draft, metadata=replace(draft.metadata, headline=headline, article_body=None), blocks=rest)


def _article(item: int, draft: Draft) -> Article:
    """The record of one item."""
    page, stated, profile = draft.page, draft.metadata, draft.profile
    shown = visible_dates.read(draft.tree, stated.heading, stated.language) if draft.tree is not None else ()
    early, _, _ = published.decide(stated, page=page, profile=profile, visible=shown)
    datelines, rest = _datelines(draft, early.day if early else None)
    first = datelines[0] if datelines else None
    day, changed, dates = published.decide(stated, page=page, profile=profile, dateline=first, visible=shown)
    rest, taken = _credit(rest)
    byline = stated.byline or (first.byline if first else None)
    is_wire, info_source, agencies = credit.wire(
        dateline=first, credit=taken, byline=byline, stated=stated.wire_hints, own=profile.info_source
    )
    return Article(
        item=item,
        headline=stated.headline or "",
        body=blocks.joined(rest),
        body_extent=_extent(stated, rest),
        canonical_url=stated.canonical_url,
        subheadline=stated.subheadline,
        abstract=stated.abstract,
        byline=byline,
        authors=stated.authors,
        datelines=datelines,
        credit_text=taken.text if taken else None,
        source_tag=_tag(first, taken),
        info_source=info_source,
        is_wire_copy=is_wire,
        published=day,
        modified=changed,
        language=stated.language,
        keywords=stated.keywords,
        article_section=stated.section,
        image_url=stated.image_url,
        publisher=stated.publisher,
        copyright_notice=stated.copyright_notice,
        is_accessible_for_free=stated.is_accessible_for_free,
        warnings=(*published.warnings(dates), *(first.warnings if first else ())),
        evidence=(*stated.evidence, *dates, *agencies),
        layout=draft.layout,
    )


def _datelines(draft: Draft, day: object) -> tuple[tuple[Dateline, ...], list[Block]]:
    """The datelines of a text, and its blocks from behind the first one on; labels above it are left out."""
    from datetime import date

    found = dateline.read_all(
        blocks.lines(draft.blocks),
        title=draft.metadata.headline,
        language=draft.metadata.language,
        published=day if isinstance(day, date) else None,
        url=draft.page.url,
        profile=draft.profile,
    )
    opening = len(blocks.lines(draft.blocks[:_OPENING]))
    if not found or found[0].start > opening:
        return found, list(draft.blocks)
    return found, _behind(draft.blocks, found[0])


def _behind(given: Sequence[Block], first: Dateline) -> list[Block]:
    """The blocks without the dateline: what follows it, and before that the paragraphs above it that say something."""
    start = 0
    above: list[Block] = []
    for block in given:
        stop = start + len(block.text)
        if stop >= first.start:
            break
        if len(block.text.split()) >= 8:
            above.append(block)
        start = stop + 1
    return [*above, *blocks.cut(given, first.end)]


def _credit(given: Sequence[Block]) -> tuple[list[Block], credit.Credit | None]:
    """The blocks without a trailing credit, and the credit."""
    texts, found = credit.take([block.text for block in given])
    if found is None:
        return list(given), None
    return [replace(block, text=text) for block, text in zip(given, texts, strict=False)], found


def _tag(first: Dateline | None, taken: credit.Credit | None) -> str | None:
    """The source tag as printed: the dateline's, else the credit's."""
    tags = (*(first.source_tags if first else ()), *(taken.source_tags if taken else ()))
    return tags[0] if tags else None


def _extent(stated: Metadata, rest: Sequence[Block]) -> BodyExtent:
    """Whether the text is whole: a page that is not free and shows little, or ends in a subscription's words, is not."""
    count = blocks.words(rest)
    if count == 0:
        return "none"
    short = count < _TEASER_WORDS
    if stated.is_accessible_for_free is False:
        return "excerpt" if short or _is_cut(rest) else "full"
    return "excerpt" if short and _is_cut(rest) else "full"


def _is_cut(rest: Sequence[Block]) -> bool:
    """Whether the last blocks speak of a subscription, or break off in the middle of a sentence."""
    return bool(_TEASER.search(blocks.lines(rest[-3:]))) or rest[-1].text.rstrip().endswith(("…", "..."))
