"""Bytes become text once: which encoding is believed, what is mended, and what is no page at all."""

from __future__ import annotations

import pytest

from parsers import Page, Rejected, document

DASH = "9 March (EIRNS)—Ships “wait”"


def text(content: bytes, content_type: str | None = None) -> str:
    loaded = document.load(Page(content, content_type=content_type))
    assert not isinstance(loaded, Rejected), loaded
    return loaded.text


@pytest.mark.parametrize(
    ("content", "content_type", "encoding"),
    [
        (b"\xef\xbb\xbf<p>caf\xc3\xa9", "text/html; charset=latin-1", "utf-8"),
        ("<p>café".encode("utf-16"), None, "utf-16-le"),
        ("<p>café".encode("utf-16-be"), "text/html; charset=utf-16be", "utf-16-be"),
        ("<p>café".encode(), "text/html; charset=iso-8859-2", "utf-8"),  # valid multi-byte text is no accident
        ("<p>café".encode("cp1252"), "text/html; charset=latin-1", "cp1252"),
        ('<meta charset="iso-8859-2"><p>łódź'.encode("iso-8859-2"), None, "iso8859-2"),
        ('<meta charset="utf-8"><p>café'.encode("cp1252"), None, "cp1252"),  # claims UTF-8 and is not
        ('<meta charset="gb2312"><p>新华社北京电'.encode("gb18030"), None, "gb18030"),
        ("<p>café".encode("cp1252"), "text/html; charset=klingon", "cp1252"),
    ],
)
def test_the_first_witness_that_can_be_right_is_believed(content: bytes, content_type: str | None, encoding: str):
    _, found = document.decode(content, content_type)
    assert found == encoding


def test_latin_1_means_windows_1252():
    assert DASH in text(f"<p>{DASH}".encode("cp1252"), "text/html; charset=iso-8859-1")
    assert DASH in text(f"<meta charset='latin1'><p>{DASH}".encode("cp1252"))


def test_windows_1252_characters_written_as_controls_are_mended():
    assert "(EIRNS)—Ships" in text("<p>(EIRNS)\u0097Ships".encode())


def test_a_few_broken_bytes_do_not_turn_a_page_into_another_encoding():
    content = ("<p>" + "čšž " * 100).encode() + b"\xc5"
    assert "čšž čšž" in text(content)


def test_nul_and_other_controls_do_not_cut_a_page():
    assert text(b"<p>a\x00b\x0bc</p>") == "<p>abc</p>"


def test_utf_7_is_never_believed():
    assert "<script>" not in text(b'<meta charset="utf-7"><p>+ADw-script+AD4-')


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4, "not_text"),
        (b"%PDF-1.7\n1 0 obj", "not_text"),
        (b"<p>" + b"word " * 1_700_000, "too_large"),
    ],
)
def test_what_is_no_page_has_a_reason(content: bytes, reason: str):
    loaded = document.load(Page(content))
    assert isinstance(loaded, Rejected)
    assert loaded.reason == reason


def test_a_header_decides_between_text_and_markup():
    plain = document.load(Page(b"One <p> is\n\nnot yet markup", content_type="text/plain"))
    markup = document.load(Page(b"only words", content_type="text/html"))
    assert isinstance(plain, document.Document)
    assert isinstance(markup, document.Document)
    assert (plain.kind, markup.kind) == ("text", "html")


@pytest.mark.parametrize("depth", [10, 260, 1000])
def test_text_at_any_honest_depth_is_in_the_tree(depth: int):
    loaded = document.load(Page("<div>" * depth + "the text down there" + "</div>" * depth))
    assert isinstance(loaded, document.Document)
    assert loaded.tree is not None
    assert "the text down there" in "".join(loaded.tree.itertext())
