"""Pages that were made to break a parser end in an article or a reject, in a real parse process and in little time."""

from __future__ import annotations

from flows.pool import ParsePool
from parsers import Page, Profile, Rejected

TITLE = "The ferry keeps its hours"
LINE = "The ferry left the quay at noon and came back with the tide, and nobody who waited on the pier was late. "
STORY = "".join(f"<p>{LINE}{number} boats were counted.</p>" for number in range(4))


def page(inside: str) -> bytes:
    return f"<html><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{inside}</body></html>".encode()


PAGES = {
    "200,000 empty boxes": page("<div></div>" * 200_000 + STORY),
    "50,000 links": page("".join(f'<a href="/{i}">link {i}</a> ' for i in range(50_000)) + STORY),
    "a long table": page("<table>" + "<tr><td>1</td><td>2</td></tr>" * 30_000 + "</table>" + STORY),
    "a class of two million characters": page(f'<div class="{"abc " * 500_000}">{STORY}</div>'),
    "boxes 300 deep": page("<div>" * 300 + STORY + "</div>" * 300),
    "NUL bytes": page(STORY.replace("noon", "no\x00on")),
    "an unknown charset": page('<meta charset="klingon">' + STORY),
    "100,000 line breaks": page(STORY + "word<br>" * 100_000),
    "3 megabytes of paragraphs": page("".join(f"<p>{LINE * 3}{i}</p>" for i in range(10_000))),
}
LONG = ("100,000 line breaks", "3 megabytes of paragraphs")  # the others have four paragraphs amid what is none
REFUSED = {
    "50 megabytes": (b"<p>" + b"word " * 10_000_000, "too_large"),
    "boxes 100,000 deep": (b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000, "not_article"),
    "100,000 open elements": (b"<b>" * 100_000 + b"text", "not_article"),
    "100,000 double breaks": (page("word<br><br>" * 50_000), "not_article"),
}


def test_hostile_pages_pass_through_one_process():
    with ParsePool(workers=1, seconds=30) as pool:
        good = {name: pool.submit(Page(content), Profile()) for name, content in PAGES.items()}
        bad = {name: pool.submit(Page(content), Profile()) for name, (content, _) in REFUSED.items()}
        results = {name: future.result(timeout=120) for name, future in {**good, **bad}.items()}
    for name in PAGES:
        result = results[name]
        assert isinstance(result, tuple), (name, result)
        assert result[0].headline == TITLE
        assert "The ferry left the quay at noon" in result[0].body, name
        assert name in LONG or len(result[0].body.split("\n\n")) == 4, name
    for name, (_, reason) in REFUSED.items():
        refused = results[name]
        assert isinstance(refused, Rejected)
        assert refused.reason == reason, name
