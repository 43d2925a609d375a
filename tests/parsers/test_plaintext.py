"""Plain text: a headline, paragraphs, quotes; no extractor is asked."""

from __future__ import annotations

from parsers import plaintext
from parsers.blocks import Block

FURNITURE = ("Back to top", "Press release")


def test_the_first_line_is_the_headline_and_blank_lines_part_paragraphs():
    headline, found = plaintext.read("Boats wait\r\n\r\nThe boats\r\nwait.\r\n\r\nThey wait long.\r\n", FURNITURE)
    assert headline == "Boats wait"
    assert found == [Block("The boats wait."), Block("They wait long.")]


def test_lines_without_blank_lines_are_paragraphs():
    headline, found = plaintext.read("Boats wait\nThe boats wait.\nThey wait long.\nStill.", FURNITURE)
    assert (headline, len(found)) == ("Boats wait", 3)


def test_furniture_is_left_out_in_any_case():
    _, found = plaintext.read(
        "PRESS RELEASE\n\nBoats wait\n\nThe boats wait.\n\n* back to top\n\nBACK TO TOP", FURNITURE
    )
    assert [block.text for block in found] == ["The boats wait.", "* back to top"]


def test_a_paragraph_that_is_one_quotation_is_a_quote():
    _, found = plaintext.read('Boats wait\n\n"We wait," he said.\n\n"We wait, and we drink tea."\n\nHe left.', ())
    assert [block.kind for block in found] == ["p", "quote", "p"]


def test_a_long_first_line_is_no_headline():
    headline, found = plaintext.read("word " * 80 + "\n\nSecond.\n\nThird.", ())
    assert headline is None
    assert len(found) == 3


def test_nothing_is_nothing():
    assert plaintext.read("\n \n", ()) == (None, [])
