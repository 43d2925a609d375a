"""What the index of an archive may answer, of either kind, and with whatever ill will."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from flows.fetching import content
from flows.fetching.request import Answer
from flows.wayback import cdx
from flows.wayback.cdx import Query
from parsers.listing import ListingError

NOW = datetime(2026, 11, 24)
QUERY = Query("https://archive.example/cdx/search/cdx", "post.example", "domain", "201709", "201709", "urlkey")
NAMES = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest"]
GOOD = ["example,post)/a", "20170922101112", "http://post.example/a", "text/html", "200", "D1"]


def answer(*rows: object) -> bytes:
    return json.dumps([NAMES, *rows]).encode()


def test_the_question_says_what_is_wanted():
    address = QUERY.going_on("a key").address
    for part in ("matchType=domain", "from=201709", "to=201709", "filter=statuscode:200", "filter=mimetype:text/html",
                 "collapse=urlkey", "showResumeKey=true", "resumeKey=a%20key", "fl=urlkey,timestamp"):  # fmt: skip
        assert part in address


def test_rows_and_the_key_of_what_follows():
    found = cdx.read(answer(GOOD, [], ["next key"]), QUERY, NOW)
    assert [(each.stamp, each.original) for each in found.captures] == [("20170922101112", "http://post.example/a")]
    assert found.resume == "next key"
    assert cdx.read(answer(GOOD), QUERY, NOW).resume is None


@pytest.mark.parametrize("nothing", [b"[]", b"[]\n", b'[["urlkey","timestamp","original"]]'])
def test_nothing_is_nothing(nothing: bytes):
    assert cdx.read(nothing, QUERY, NOW).captures == ()


def test_an_archive_of_the_other_kind_answers_with_lines():
    pywb = Query(
        "https://archive.example/all/cdx", "post.example", "domain", "201709", "201709", "urlkey", waybacks=False
    )
    line = {
        "urlkey": "example,post)/a",
        "timestamp": "20170922101112",
        "url": "http://post.example/a",
        "mime": "text/html",
        "status": "200",
    }
    content = "\n".join(json.dumps(each) for each in (line, {**line, "status": "404"}, {**line, "mime": "image/png"}))
    found = cdx.read(content.encode(), pywb, NOW)
    assert [each.original for each in found.captures] == ["http://post.example/a"]
    assert dict(found.dropped) == {"not_a_page": 2}
    assert cdx.read(b"", pywb, NOW).captures == ()
    assert "filter=%3Dstatus:200" in pywb.address


KEPT = "example,post)/a 20170922101112"
PAGE = f"{KEPT} http://post.example/a text/html 200 D1"
PLACE = ("f.warc.gz", 70, 300)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (PAGE, (None, None, None)),
        (f"{PAGE} 300", (None, None, 300)),
        (f"{PAGE} f.warc.gz 70 300", PLACE),
        (f"{PAGE} - 70 f.warc.gz", ("f.warc.gz", 70, None)),
        (f"{PAGE} - - 300 70 f.warc.gz", PLACE),
        (f" CDX N b a m s k r M S V g\n{PAGE} - - 300 70 f.warc.gz", PLACE),
        (f" CDX N b a m s S\n{KEPT} http://post.example/a text/html 200 300", (None, None, 300)),
        (KEPT + ' {"url": "http://post.example/a", "mime": "text/html", "status": "200", "filename": "f.warc.gz", "offset": "70", "length": "300"}', PLACE),
    ],
    ids=["as asked", "Wayback's", "with places", "nine", "eleven", "with a legend", "other columns", "pywb's"],
)  # fmt: skip
def test_an_index_in_plain_text_is_read(line: str, place: tuple[object, ...]):
    for end in ("", "\n"):
        (found,) = cdx.read(f"{line}{end}".encode(), QUERY, NOW).captures
        assert (found.stamp, found.original) == ("20170922101112", "http://post.example/a")
        assert (found.file, found.offset, found.length) == place


@pytest.mark.parametrize("kind", ["text/x-cdxj", "application/x-ndjson", "application/cdx"])
def test_an_index_may_be_of_any_type_that_is_text(kind: str):
    answer = Answer("http://a.example/cdx", 200, "", (("Content-Type", kind),), b"", PAGE.encode())
    assert content.refusal(answer, "captures") is None
    failure = content.refusal(replace(answer, body=b"%PDF-1.7"), "captures")
    assert failure
    assert failure.reason == "not_text"


def test_plain_text_has_its_key_after_an_empty_line_and_bad_rows_are_counted():
    other = PAGE.replace("/a", "/b").replace("200 D1", "301 D1")
    found = cdx.read(f"{PAGE}\n{other}\n{KEPT}\n\norg%2Cexample%29%2F+2017\n".encode(), QUERY, NOW)
    assert (len(found.captures), found.resume) == (1, "org%2Cexample%29%2F+2017")
    assert dict(found.dropped) == {"not_a_page": 1, "malformed": 1}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"<!doctype html><html><body>Service unavailable</body></html>", "not_an_index"),
        (answer(GOOD, GOOD)[:-9], "cut_short"),
        (b"[" * 100_000, "cut_short"),
        (b'[["a", "b"], ["c", "d"]]', "not_an_index"),
        (b'["urlkey", "timestamp", "original"]', "not_an_index"),
        (b"{}garbage", "cut_short"),
        (b"org.archive.util.io.RuntimeIOException: Blocked", "not_an_index"),
        (b"\xff\xfe\x00binary", "not_an_index"),
        (answer(GOOD, [], [{"not": "a key"}]), "not_an_index"),
        (answer(GOOD, [], ["k" * 5_000]), "not_an_index"),
        (answer("row", 7, None, GOOD), "not_an_index"),
        (answer([], ["only a key"]), "circle"),
    ],
)
def test_what_is_no_index_is_a_failure_with_a_name(content: bytes, reason: str):
    with pytest.raises(ListingError) as fault:
        cdx.read(content, QUERY, NOW)
    assert fault.value.reason == reason
    assert str(fault.value).endswith(".")


def test_a_key_that_comes_again_ends_the_walk():
    with pytest.raises(ListingError) as fault:
        cdx.read(answer(GOOD, [], ["same"]), QUERY.going_on("same"), NOW)
    assert fault.value.reason == "circle"


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (1, "20170931000000", "malformed"),
        (1, "2017092210111", "malformed"),
        (1, "20170922٠٠٠٠٠٠", "malformed"),
        (1, "20991231000000", "malformed"),
        (1, 20170922101112, "malformed"),
        (1, "20170831235959", "outside_period"),
        (1, "20171001000000", "outside_period"),
        (2, "javascript:alert(1)", "scheme"),
        (2, "file:///etc/passwd", "scheme"),
        (2, "http://post.example/a\r\nHost: evil.example", "scheme"),
        (2, "http://[broken/a", "scheme"),
        (2, "http://post.example/" + "a" * 5_000, "scheme"),
        (2, None, "malformed"),
        (3, "image/png", "not_a_page"),
        (4, "302", "not_a_page"),
        (4, "-", "not_a_page"),
    ],
)
def test_a_hostile_row_is_dropped_and_counted(place: int, value: object, reason: str):
    row = [*GOOD[:place], value, *GOOD[place + 1 :]]
    found = cdx.read(answer(GOOD, row), QUERY, NOW)
    assert len(found.captures) == 1
    assert dict(found.dropped) == {reason: 1}


def test_rows_that_repeat_count_once():
    found = cdx.read(answer(GOOD, GOOD, GOOD), QUERY, NOW)
    assert len(found.captures) == 1
    assert found.dropped["repeated"] == 2
