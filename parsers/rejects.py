"""What is no article: a reason code, and a sentence that names the way out. In doubt a page is an article."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from importlib.resources import files
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from parsers.metadata import Metadata
from parsers.records import Evidence, Rejected
from parsers.xpaths import number, texts, truth

LITTLE = 25
"""Words below which a body must show by other evidence that the page is an article."""

_WORDS = tomllib.loads(files("parsers").joinpath("data/rejects.toml").read_text(encoding="utf-8"))
_PATTERNS = {name: re.compile("|".join(_WORDS[name]), re.I) for name in ("soft_404", "challenge", "consent", "script")}
_PASSWORD = truth("boolean(//input[@type='password'])")
_VIDEO = truth(
    "boolean(//video|//iframe[contains(@src,'youtube') or contains(@src,'vimeo') or contains(@src,'player')])"
)
_HEADLINES = number("count((//h1|//h2|//h3|//h4)[.//a or ancestor::a])")
_SCRIPTS = truth("boolean(//script)")
_READABLE = texts(
    "//body/descendant::text()[normalize-space()][not(parent::script or parent::style or parent::noscript)]"
)
_LINKED = number("count(//a[string-length(normalize-space(.)) > 20])")
_ARTICLES = frozenset(
    {
        "article",
        "NewsArticle",
        "ReportageNewsArticle",
        "Article",
        "BlogPosting",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
    }
)
_MANY_LINKS = 15
_MANY_HEADLINES = 12
_LONGEST_TEASER = 40  # words of a paragraph on a page that only lists others
_A_FORM = 60  # words: a page that asks for consent says hardly more

_WAY_OUT = {
    "soft_404": "The page says that what was asked for is not there. Check the address.",
    "challenge_page": "The outlet asks whether a browser is there. Record the page with ArchiveWeb.page or Browsertrix, or save it in a browser and read it with wireroom parse.",
    "login_wall": "The page is a log-in form. Name the subscription's cookies.txt in .env (WIREROOM_<SOURCE>_COOKIES), or save the page in a browser and read it with wireroom parse.",
    "consent_page": "The outlet asks for consent before it shows the page. Record the page with ArchiveWeb.page or Browsertrix, or save it in a browser and read it with wireroom parse.",
    "needs_browser": "The text comes only with JavaScript. Record the page with ArchiveWeb.page or Browsertrix, or save it in a browser and read it with wireroom parse.",
    "video_only": "The page is a video without a text. Nothing is lost that could be read.",
    "index_page": "The page lists other pages. Narrow [article] url in the source file, so that it is not taken for an article.",
    "not_article": "The page has no headline with a text below it. Narrow [article] url in the source file.",
}


def decide(metadata: Metadata, tree: Element, body: str, count: int, url: str | None) -> Rejected | None:
    """Why a page with `count` words of body is no article, and what was found on it; None where it may be one."""
    reason = _reason(metadata, tree, body, count, url)
    if reason is None:
        return None
    return replace(rejected(reason), evidence=(*metadata.evidence, Evidence("word_count", str(count), "body", True)))


def _reason(metadata: Metadata, tree: Element, body: str, count: int, url: str | None) -> str | None:
    title, article = metadata.headline or "", _is_article(metadata)
    said = f"{title}\n{body[:300]}"
    if count < 150 and _PATTERNS["challenge"].search(said):
        return "challenge_page"
    if count < 150 and _PATTERNS["soft_404"].search(f"{title}\n{body[:150]}"):
        return "soft_404"
    if count < _A_FORM and not article and _PATTERNS["consent"].search(said):
        return "consent_page"
    if not article and (_is_home(url) or _lists_others(metadata, tree, body)):
        return "index_page"
    if title and (count >= LITTLE or (article and (count >= 5 or metadata.abstract))):
        return None
    return _little(metadata, tree, body)


def _is_home(url: str | None) -> bool:
    parts = urlsplit(url) if url else None
    return parts is not None and parts.path in ("", "/") and not parts.query


def _lists_others(metadata: Metadata, tree: Element, body: str) -> bool:
    """Whether a page without a date of its own has many linked headlines and no paragraph longer than a teaser."""
    longest = max((len(line.split()) for line in body.splitlines()), default=0)
    return not metadata.published and longest <= _LONGEST_TEASER and _HEADLINES(tree) >= _MANY_HEADLINES


def rejected(reason: str) -> Rejected:
    """The reject of that reason, with its sentence."""
    return Rejected(reason, _WAY_OUT[reason])


def _little(metadata: Metadata, tree: Element, body: str) -> str:
    """Why there is so little text."""
    if _PASSWORD(tree):
        return "login_wall"
    shown = " ".join(_READABLE(tree)[:50])
    if _PATTERNS["script"].search(f"{' '.join(map(str, tree.itertext('noscript')))} {body[:500]} {shown[:500]}"):
        return "needs_browser"
    if len(shown.split()) < 5 and _SCRIPTS(tree):
        return "needs_browser"
    if "VideoObject" in metadata.kinds or (_VIDEO(tree) and not _is_article(metadata)):
        return "video_only"
    if _LINKED(tree) >= _MANY_LINKS:
        return "index_page"
    return "not_article"


def _is_article(metadata: Metadata) -> bool:
    return any(kind in _ARTICLES for kind in metadata.kinds)
