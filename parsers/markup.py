"""What the elements of a page say about it, gathered in one walk over the tree and never interpreted here."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.etree import _Element as Element

from parsers.xpaths import texts

MAX_ITEMS = 2_000  # of any kind; no honest page has as many
MAX_PIECES = 8  # of a heading; more of them are decoration
MAX_TEXT = 400  # characters of an element's text: headings and bylines are shorter

_TEXTS = texts(
    "descendant::text()[not(parent::script or parent::style or parent::noscript or parent::template)]",
)


@dataclass(frozen=True, slots=True)
class Markup:
    """Elements and values in document order; names in small letters, texts with blanks collapsed."""

    language: str | None  # of <html lang>
    metas: tuple[tuple[str, str], ...]  # (name, property, itemprop or http-equiv; content)
    links: tuple[tuple[str, str], ...]  # (rel, href), one pair a rel
    times: tuple[Element, ...]
    scripts: tuple[str, ...]  # the texts of application/ld+json
    titles: tuple[str, ...]  # the <title> of the page, not those of its drawings
    headings: tuple[Element, ...]  # h1

    def meta(self, *names: str) -> str | None:
        """The first content under the first of `names` that has one."""
        for name in names:
            for stated, content in self.metas:
                if stated == name:
                    return content
        return None

    def all_metas(self, name: str) -> tuple[str, ...]:
        """Every content under one name."""
        return tuple(content for stated, content in self.metas if stated == name)

    def link(self, rel: str) -> str | None:
        """The first address linked under `rel`."""
        return next((href for stated, href in self.links if stated == rel), None)


def gather(tree: Element) -> Markup:
    """Everything of interest in the tree, which stays as it is."""
    found: dict[str, list[Element]] = {"meta": [], "link": [], "time": [], "script": [], "title": [], "h1": []}
    for element in tree.iter(*found):
        kind = found[element.tag]
        if len(kind) < MAX_ITEMS:
            kind.append(element)
    root = tree if tree.tag == "html" else tree.getroottree().getroot()
    return Markup(
        language=root.get("lang") or root.get("xml:lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        metas=tuple(pair for element in found["meta"] for pair in _meta(element)),
        links=tuple(pair for element in found["link"] for pair in _link(element)),
        times=tuple(found["time"]),
        scripts=tuple(text for element in found["script"] if (text := _json_ld(element))),
        titles=tuple(text for element in found["title"] if not _drawn(element) and (text := text_of(element))),
        headings=tuple(found["h1"]),
    )


def text_of(element: Element, limit: int = MAX_TEXT) -> str:
    """The text below an element with blanks collapsed, no longer than `limit` characters; scripts and styles left out."""
    pieces: list[str] = []
    length = 0
    for piece in _TEXTS(element):
        pieces.append(piece)
        length += len(piece)
        if length > 4 * limit:
            break
    return " ".join("".join(pieces).split())[:limit]


def parts_of(element: Element) -> tuple[str, ...]:
    """The text of a heading without its first, or without its last, element or bare text: kickers and notes stand there."""
    while len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip():
        element = element[0]
    pieces = [" ".join((element.text or "").split())]
    for child in element:
        pieces += [text_of(child), " ".join((child.tail or "").split())]
    pieces = [piece for piece in pieces if piece]
    return (" ".join(pieces[1:]), " ".join(pieces[:-1])) if 1 < len(pieces) <= MAX_PIECES else ()


def _meta(element: Element) -> list[tuple[str, str]]:
    content = element.get("content") or element.get("value") or ""
    content = " ".join(content.split())
    names = (element.get(attribute) for attribute in ("property", "name", "itemprop", "http-equiv"))
    return [(name.strip().lower(), content) for name in names if name and content]


def _link(element: Element) -> list[tuple[str, str]]:
    href = (element.get("href") or "").strip()
    return [(rel, href) for rel in (element.get("rel") or "").lower().split()] if href else []


def _json_ld(element: Element) -> str | None:
    return element.text if "ld+json" in (element.get("type") or "").lower() else None


def _drawn(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in ("svg", "g", "symbol")
