"""parse(): the seed document's shape, encodings, quotes, teasers, rejects, digests, and hostile input."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import parsers
from parsers import Article, Page, Profile, Rejected

TEXT = " ".join(["The ferry left the quay at noon and came back with the tide."] * 12)
SEEN = datetime(2026, 11, 24)


def one(page: Page, profile: Profile | None = None) -> Article:
    result = parsers.parse(page, profile or Profile())
    assert not isinstance(result, Rejected), result
    (article,) = result
    return article


def html(body: str, head: str = "", title: str = "Ferry leaves on time") -> bytes:
    return f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{body}</article></body></html>".encode()


def check_seed(article: Article) -> None:
    (first,) = article.datelines
    assert first.raw.startswith(("Sept. 22, 2017 (EIRNS)—", "March 9, 2018 (EIRNS)—"))
    assert (article.source_tag, article.info_source) == ("EIRNS", "eirns")
    assert '\n\n> "' in article.body
    assert "Subscribe to EIR Online" not in article.body
    assert "Back to top" not in article.body


def test_the_seed_document(shared: Path):
    article = one(Page((shared / "gold" / "seed.txt").read_bytes()))
    check_seed(article)
    assert article.headline == "U.S., Russian Officers Met Face-to-Face in Syria"
    assert article.datelines[0].raw == "Sept. 22, 2017 (EIRNS)—"
    assert article.datelines[0].day == date(2017, 9, 22)
    assert article.body.startswith("During a video-teleconference")


def test_a_document_of_the_seeds_shape():
    path = Path(__file__).parent.parent / "examples" / "eir" / "2018-03-09-harbour-pilots.txt"
    article = one(Page(path.read_bytes()))
    check_seed(article)
    assert article.datelines[0].day == date(2018, 3, 9)
    assert article.body.startswith("At a meeting in a school gymnasium")
    assert article.body.count("\n\n> ") == 3


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ("March 9, 2018 (EIRNS)\u2014Ships".encode("cp1252"), "text/html; charset=iso-8859-1"),
        ("March 9, 2018 (EIRNS)\u2014Ships".encode(), "text/html; charset=iso-8859-1"),
        ("March 9, 2018 (EIRNS)\u2014Ships".encode("utf-16"), None),
        (b"March 9, 2018 (EIRNS)&#151;Ships", "text/html; charset=klingon"),
        (b"March 9, 2018 (EIRNS)&mdash;Ships", None),
    ],
)
def test_the_dash_survives_every_encoding(content: bytes, content_type: str | None):
    wide = content.startswith(b"\xff\xfe")
    page = html("<p>@@ " + TEXT + "</p>")
    if wide:
        page = page.decode().replace("@@", content.decode("utf-16")).encode("utf-16")
    else:
        page = page.replace(b"@@", content)
    article = one(Page(page, content_type=content_type, observed_at=SEEN))
    assert article.datelines[0].raw == "March 9, 2018 (EIRNS)—"
    assert article.body.startswith("Ships")


def test_quotes_stay_quotes_and_the_headline_is_not_repeated():
    article = one(
        Page(
            html(
                f"<p>{TEXT}</p><blockquote><p>Nobody was late.</p><p>Not even the gulls.</p></blockquote><p>{TEXT}</p>"
            )
        )
    )
    assert "> Nobody was late." in article.body
    assert article.headline == "Ferry leaves on time"
    assert not article.body.startswith(article.headline)


def test_a_container_that_the_profile_names_is_where_the_article_is():
    page = html("", head="").replace(
        b"</article>",
        f"</article><div class='box'><p>{'Quite another text altogether. ' * 60}</p></div><div id=text><p>{TEXT}</p></div>".encode(),
    )
    article = one(Page(page), Profile(container="div#text"))
    assert "came back with the tide" in article.body
    assert "another text" not in article.body


def test_a_trailing_credit_leaves_the_body():
    article = one(Page(html(f"<p>OSLO (AP) — {TEXT}</p><p>(Reporting by A. Berg; Editing by B. Dahl)</p>")))
    assert article.credit_text == "(Reporting by A. Berg; Editing by B. Dahl)"
    assert "Reporting by" not in article.body
    assert (article.info_source, article.is_wire_copy) == ("ap", True)


def test_a_teaser_is_an_article_with_an_excerpt():
    stated = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Ferry leaves on time","isAccessibleForFree":false}</script>'
    short = "The ferry left the quay at noon and came back with the tide, and more than that the harbour office would not say …"
    article = one(Page(html(f"<p>{short}</p><p>Subscribe to continue reading.</p>", stated)))
    assert article.body_extent == "excerpt"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"", "empty"),
        (b"   \n ", "empty"),
        (b"%PDF-1.7 \x00\x01", "not_text"),
        (html("<p>Page not found</p>", title="404 Not Found"), "soft_404"),
        (html("<form><input type='password'></form>", title="Log in"), "login_wall"),
        (html("<noscript>Please enable JavaScript.</noscript><div id='app'></div>", title="News"), "needs_browser"),
        (html("<video src='a.mp4'></video>", title="Watch this"), "video_only"),
        (html("", title=""), "not_article"),
    ],
)
def test_what_is_no_article_has_a_reason_and_a_way_out(page: bytes, reason: str):
    result = parsers.parse(Page(page), Profile())
    assert isinstance(result, Rejected)
    assert result.reason == reason
    assert result.message.endswith((".", "?"))


def test_a_digest_is_split_where_the_profile_says_so():
    items = "".join(
        f"<h3>{name} counts its boats</h3><p>Aug. {day} (EIRNS)—{TEXT}</p>"
        for name, day in (("Turku", 3), ("Riga", 4), ("Pula", 5))
    )
    page = Page(html(items, title="Weekly digest"), url="https://example.org/2026/08/06/digest.html", observed_at=SEEN)
    result = parsers.parse(page, Profile(split="datelines"))
    assert not isinstance(result, Rejected)
    assert [article.headline for article in result] == [
        "Turku counts its boats",
        "Riga counts its boats",
        "Pula counts its boats",
    ]
    assert [article.item for article in result] == [0, 1, 2]
    assert [article.datelines[0].day for article in result] == [date(2026, 8, day) for day in (3, 4, 5)]


HOSTILE = {
    "nested": b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000,
    "unclosed": b"<b>" * 50_000 + b"text",
    "nul": html("<p>a\x00b " + TEXT + "</p>"),
    "broken JSON-LD": html(f"<p>{TEXT}</p>", '<script type="application/ld+json">{"@type": [[[[</script>'),
    "deep JSON-LD": html(f"<p>{TEXT}</p>", f'<script type="application/ld+json">{"[" * 5000}</script>'),
    "laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><html><body><p>&b;</p></body></html>',
    "huge": b"<p>" + b"word " * 3_000_000 + b"</p>",
    "entities": b"&#0;&#xD800;&#99999999;&nosuch;" * 1000,
    "bad charset": b'<meta charset="\xff\xfe"><p>text</p>',
    "utf-7": b'<meta charset="utf-7"><p>+ADw-script+AD4-</p>',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_in_an_article_or_a_reject(name: str):
    result = parsers.parse(Page(HOSTILE[name]), Profile())
    assert isinstance(result, tuple | Rejected)


@given(st.binary(max_size=400), st.sampled_from((None, "text/html", "text/plain", "text/html; charset=utf-7")))
@settings(max_examples=80, deadline=None, derandomize=True)
def test_no_bytes_raise(content: bytes, content_type: str | None):
    assert isinstance(
        parsers.parse(Page(b"<html><p>" + content, content_type=content_type), Profile()), tuple | Rejected
    )


def test_the_reader_changes_with_the_profile_and_with_nothing_else():
    assert parsers.reader(Profile()) == parsers.reader(Profile())
    assert parsers.reader(Profile()) != parsers.reader(Profile(furniture=("Back to top",)))
