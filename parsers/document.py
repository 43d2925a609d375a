"""Bytes → text → one lxml tree, decoded once and parsed once for everything that reads the page."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from lxml import etree, html
from lxml.etree import _Element as Element
from w3lib.encoding import http_content_type_encoding, resolve_encoding

from parsers.records import Page, Rejected

LARGEST = 8_000_000
"""Characters of HTML that are parsed: above two million the cost of extraction grows steeper than the page."""

DEEP = 200
"""Elements with a depth, of which a page must have as many before a deep tree is suspected."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_MAGIC = ("%PDF-", "\x89PNG", "‰PNG", "PK\x03\x04", "GIF8", "ÿØÿ")  # as latin-1 or windows-1252 shows them
_META = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_\-:]{2,40})|<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9_\-]{2,40})""",
    re.I,
)
_MARKUP = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|article|table|meta|title|h1|br|span|a\s)[\s>/]", re.I)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f\ufeff]")
_DEPTH = re.compile(r"<(div|span|b|i|font|table|ul|ol|li|em|strong|section|blockquote)\b", re.I)


@dataclass(frozen=True, slots=True)
class Document:
    """A decoded page: its text, and for HTML the one tree that everybody reads."""

    text: str
    tree: Element | None  # None for plain text
    encoding: str

    @property
    def kind(self) -> str:
        """html or text."""
        return "text" if self.tree is None else "html"


def load(page: Page) -> Document | Rejected:
    """The page decoded and parsed, or why it cannot be."""
    text, encoding = (
        decode(page.content, page.content_type) if isinstance(page.content, bytes) else (page.content, "text")
    )
    binary = _is_binary(text)
    text = _CONTROL.sub(_meant, text)
    if not text.strip():
        return Rejected(
            "empty", "The page is empty. Fetch it again, or save it in a browser and read it with wireroom parse."
        )
    if binary:
        return Rejected("not_text", "The page is a binary file and no text. Is it a picture or a PDF?")
    if not _is_html(text, page.content_type):
        return Document(text, None, encoding)
    if len(text) > LARGEST:
        return Rejected(
            "too_large",
            f"The page has more than {LARGEST:,} characters. Cut it, or read its text alone with wireroom parse.",
        )
    tree = _tree(text)
    if tree is None:
        return Rejected(
            "empty", "The page's markup holds nothing. Save it in a browser and read it with wireroom parse."
        )
    return Document(text, tree, encoding)


def decode(content: bytes, content_type: str | None) -> tuple[str, str]:
    """Text and the encoding used: BOM, then valid multi-byte UTF-8, then header, then meta, then detection."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), encoding
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        mostly = error.start > 0 and _mostly_utf8(content)
    if mostly:
        return content.decode("utf-8", "replace"), "utf-8"
    stated = (_stated(content_type), _of_meta(content), "cp1252")
    encoding = next(name for name in stated if name and name != "utf-8")
    return content.decode(encoding, "replace"), encoding


def _mostly_utf8(content: bytes) -> bool:
    """Whether a few broken bytes stand among many valid multi-byte characters, as after a careless cut."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    valid = sum(1 for character in text if character > "\x7f") - broken
    return valid > 20 * broken


def _stated(content_type: str | None) -> str | None:
    found = http_content_type_encoding(content_type) if content_type else None
    return _usable(found)


def _of_meta(content: bytes) -> str | None:
    found = _META.search(content[:4096])
    return _usable((found[1] or found[2]).decode("ascii")) if found else None


def _usable(label: str | None) -> str | None:
    """The codec a label means on the web (latin-1 is windows-1252 there); None for none, unknown ones and UTF-7."""
    try:
        name = resolve_encoding(label) if label else None
        return None if name is None or name == "utf-7" or not codecs.lookup(name)._is_text_encoding else name
    except (LookupError, AttributeError):
        return None


def _meant(control: re.Match[str]) -> str:
    """What a control character stands for: nothing, or the sign that windows-1252 has there, as browsers read it."""
    character = control[0]
    return character.encode("latin-1").decode("cp1252", "ignore") if "\x80" <= character <= "\x9f" else ""


def _is_binary(text: str) -> bool:
    start = text[:2000]
    return text.startswith(_MAGIC) or start.count("\ufffd") > len(start) / 5


def _is_html(text: str, content_type: str | None) -> bool:
    if content_type and content_type.lower().startswith("text/plain"):
        return False
    stated = bool(content_type) and "html" in str(content_type).lower()
    return stated or _MARKUP.search(text[:20_000]) is not None


def _tree(text: str) -> Element | None:
    """The tree of the page; once more with a parser for deep trees where the usual one loses everything."""
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    for huge in (False, True):
        parser = html.HTMLParser(huge_tree=huge, remove_comments=True, remove_pis=True)
        try:
            tree = html.document_fromstring(markup, parser=parser, ensure_head_body=True)
        except (etree.ParserError, etree.XMLSyntaxError, ValueError):
            continue
        if huge or _holds_text(tree) or len(_DEPTH.findall(text)) < DEEP:
            return tree
    return None


def _holds_text(tree: Element) -> bool:
    """Whether there are more than 200 characters in a tree: the usual parser drops what lies 256 levels deep."""
    length = 0
    for piece in tree.itertext():
        length += len(str(piece).strip())
        if length > 200:
            return True
    return False
