"""How the Bulletin's pages look: tables and windows-1252 until 2025, `#article_body` and UTF-8 since 2026.

Both carry what a real outlet puts round its texts: a subscription picture, a label, the headline twice, links back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from flows.sample.stories import YEARS, Story, stories

NAME = "The Meridian Bulletin"
NEW_LAYOUT = 2026
DEAD_LINK = "/pr/2026/260811_ghost_of_a_page.html"
NO_ARTICLE = "/pr/2026/260401_order_form.html"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the outlet serves at one address."""

    body: bytes
    content_type: str


def pages(corrected: bool, more: Sequence[Story] = ()) -> Mapping[str, Reply]:
    """Every address of the outlet and what it serves there, before or after the correction; with `more` stories."""
    found = {"/": _new(_home(), NAME), "/robots.txt": Reply(b"User-agent: *\nDisallow: /private/\n", "text/plain")}
    for year in YEARS:
        listing = [story for story in (*stories(), *more) if story.day.year == year]
        found[f"/pr/{year}/index.html"] = _index(year, listing)
        found |= {story.path: _article(story, corrected) for story in listing}
    found[NO_ARTICLE] = _new(_ORDER_FORM, "Order form")
    return MappingProxyType(found)


def _article(story: Story, corrected: bool) -> Reply:
    blocks = list(_blocks(story, corrected))
    return _new_article(story, blocks) if story.day.year >= NEW_LAYOUT else _old_article(story, blocks)


def _blocks(story: Story, corrected: bool) -> Iterator[str]:
    for block in story.blocks(corrected):
        if block.startswith("> "):
            yield f"<blockquote><p>{escape(block[2:])}</p></blockquote>"
        else:
            yield f"<p>{escape(block)}</p>"


def _old_article(story: Story, blocks: list[str]) -> Reply:
    headline = escape(story.headline)
    label = f"<p><i>{escape(story.label)}</i></p>" if story.label else ""
    byline = f"<p><b>{escape(story.byline)}</b></p>" if story.byline else ""
    text = "\n".join(blocks)
    return _old(
        story.headline,
        f"""<table width="760" border="0"><tr><td width="160" valign="top">
<a href="/"><img src="/subscribe.gif" alt="Subscribe to the Bulletin"></a>
<p><a href="/pr/{story.day.year}/index.html">This year's releases</a></p></td>
<td width="600"><p>PRESS RELEASE</p><hr>
<h2>{headline}</h2>
<p><b>{headline}</b></p>
{label}{byline}
{text}
<p><a href="#top">Back to top</a> &nbsp; <a href="/">Go to home page</a></p></td></tr></table>""",
    )


def _new_article(story: Story, blocks: list[str]) -> Reply:
    headline = escape(story.headline)
    text = "\n".join(blocks)
    return _new(
        f"""<div id="article_column">
<a href="/"><img src="/subscribe.png" alt="Subscribe to the Bulletin"></a>
<p class="kicker">PRESS RELEASE</p>
<h1>{headline}</h1>
<div id="article_body"><p><strong>{headline}</strong></p>
{text}
<div class="clear">clear</div></div>
<p><a href="#top">Back to top</a></p><p><a href="/">Go to home page</a></p></div>""",
        story.headline,
    )


def _index(year: int, listing: list[Story]) -> Reply:
    rows = [
        f'<li>{story.day:%B} {story.day.day}: <a href="{_href(story)}">{escape(story.headline)}</a></li>'
        for story in listing
    ]
    if year >= NEW_LAYOUT:
        rows.append(f'<li><a href="{DEAD_LINK}">A page that was taken down</a></li>')
        rows.append(f'<li><a href="{NO_ARTICLE}">Order form for bound volumes</a></li>')
    body = f'<h2>Releases of {year}</h2><ul>{"".join(rows)}</ul><p><a href="/">Go to home page</a></p>'
    return _new(body, f"Releases of {year}") if year >= NEW_LAYOUT else _old(f"Releases of {year}", body)


def _href(story: Story) -> str:
    """Absolute paths in the new layout, bare file names in the old one, as in the shapes they imitate."""
    return story.path if story.day.year >= NEW_LAYOUT else story.path.rpartition("/")[2]


def _home() -> str:
    years = "".join(f'<li><a href="/pr/{year}/index.html">Releases of {year}</a></li>' for year in reversed(YEARS))
    return f"<h1>{NAME}</h1><p>An invented outlet that comes with Wireroom.</p><ul>{years}</ul>"


def _old(title: str, body: str) -> Reply:
    """A page whose bytes are windows-1252 although header and page say iso-8859-1: byte 0x97 is its dash."""
    page = f"""<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1">
<TITLE>{escape(title)}</TITLE></HEAD><BODY BGCOLOR="#FFFFFF"><A NAME="top"></A>
{body}
</BODY></HTML>
"""
    return Reply(page.encode("cp1252", "xmlcharrefreplace"), "text/html; charset=iso-8859-1")


def _new(body: str, title: str) -> Reply:
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>
<body id="top"><nav><a href="/">{NAME}</a></nav>
{body}
<footer>{NAME}. Letters to the desk, Meridian House.</footer></body></html>
"""
    return Reply(page.encode(), "text/html; charset=utf-8")


_ORDER_FORM = """<h1>Order form</h1>
<form action="/private/order"><label>Name <input name="name"></label><label>Street <input name="street"></label>
<label>Volume <select name="volume"><option>2024</option><option>2025</option></select></label>
<button>Send</button></form>"""
