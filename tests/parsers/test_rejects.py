"""What is no article, why, and what to do about it; and what looks like none and is one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import parsers
from parsers import Page, Profile, Rejected
from parsers.rejects import rejected

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 12)
SCRIPT = "<script>window.app = {}; load();</script>"
TEASERS = "".join(
    f"<article><h2><a href=/news/{n}>Boat {n} is sold to a man from the north</a></h2><p>The boat was sold on a wet day.</p></article>"
    for n in range(20)
)
REASONS = (
    "soft_404", "challenge_page", "consent_page", "login_wall", "needs_browser", "video_only", "index_page", "not_article",
)  # fmt: skip


def page(body: str, title: str = "Gazette", head: str = "") -> str:
    return f"<html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (page(f"<main>{TEASERS}</main>", "Harbour news"), "index_page"),
        (page(f"<main>{TEASERS}</main>", "Harbour", "<meta property=og:type content=website>"), "index_page"),
        (page("<h1>Log in</h1><form><input name=user><input type=password></form>", "Log in"), "login_wall"),
        (page("<h1>Page not found</h1><p>What you seek has moved.</p>", "Oops"), "soft_404"),
        (page("<h1>Seite nicht gefunden</h1>", "Fehler 404"), "soft_404"),
        (page("<div id=root></div>" + SCRIPT, "Gazette"), "needs_browser"),
        (page("<p>You need to enable JavaScript to run this app.</p>" + SCRIPT), "needs_browser"),
        (page("<h1>Ferry leaves</h1><video src=a.mp4></video>", "Ferry leaves"), "video_only"),
        (page("<h1>Just a moment...</h1><p>Checking your browser before you go on.</p>", "Just a moment..."), "challenge_page"),
        (page("<h1>Before you continue to Gazette</h1><button>Accept all</button>", "Before you continue"), "consent_page"),
        (page("<h1>Bevor Sie fortfahren</h1><p>Wir verwenden Cookies.</p><button>Alle annehmen</button>", "Gazette"), "consent_page"),
        (page("<p></p>", "Gazette"), "not_article"),
    ],
)  # fmt: skip
def test_a_page_without_an_article_is_rejected_by_name(html: str, reason: str):
    result = parsers.parse(Page(html, url="https://gazette.example/news/1"), Profile())
    assert isinstance(result, Rejected)
    assert result.reason == reason


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_sentence_that_names_the_way_out(reason: str):
    message = rejected(reason).message
    assert message.endswith(".")
    assert len(message.split(". ")) > 1
    if reason in ("challenge_page", "consent_page", "needs_browser"):
        assert "read it with wireroom parse" in message


@pytest.mark.parametrize(
    "html",
    [
        page(f"<article><h1>Ferry leaves</h1><p>{TEXT}</p></article>{TEASERS}", "Ferry leaves"),
        page(f"<article><h1>Ferry leaves</h1><p>{TEXT}</p></article><form><input type=password></form>", "Ferry leaves"),
        page(f"<h1>Why your privacy matters</h1><p>{TEXT}</p>", "Why your privacy matters"),
        page(f"<h1>The captcha turns twenty</h1><p>{TEXT}</p><p>{TEXT}</p>", "The captcha turns twenty"),
        page(f"<h1>Ferry leaves</h1><p>{TEXT}</p><noscript>Please enable JavaScript.</noscript>{SCRIPT}", "Ferry leaves"),
        page(f"<h1>Ferry leaves</h1><video src=a.mp4></video><p>{TEXT}</p>", "Ferry leaves"),
    ],
)  # fmt: skip
def test_an_article_is_none_of_these_whatever_stands_around_it(html: str):
    result = parsers.parse(Page(html, url="https://gazette.example/news/1"), Profile())
    assert not isinstance(result, Rejected), result
    assert "came back with the tide" in result[0].body


def test_no_given_news_page_is_rejected(shared: Path):
    gold = shared / "gold" / "pages" / "fundus"
    records = [json.loads(line) for line in (gold / "truth.jsonl").read_text(encoding="utf-8").splitlines()][::4]
    pages = (Page(gzip.decompress((gold / record["file"]).read_bytes()), url=record.get("url")) for record in records)
    assert [page.url for page in pages if isinstance(parsers.parse(page, Profile()), Rejected)] == []
