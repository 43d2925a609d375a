"""The texts around an element: the same as XPath finds, the nearest first, however deep the page nests."""

from __future__ import annotations

from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from lxml.etree import XPath

from parsers import nearby

_SEEN = "[normalize-space()][not(ancestor::script or ancestor::style or ancestor::noscript)]"
_FOLLOWING = XPath(f"following::text(){_SEEN}")
_PRECEDING = XPath(f"preceding::text(){_SEEN}")
_BELOW = XPath(f"descendant::text(){_SEEN}")
QUICK = settings(max_examples=150, deadline=None, derandomize=True)

leaves = st.sampled_from(
    ("tide", " ", "<br>", "<script>no</script>", "<i>quay</i>rope", "<noscript><b>no</b></noscript>", "3 May")
)
trees = st.recursive(
    leaves,
    lambda inner: st.tuples(st.sampled_from(("div", "p", "span", "ul")), st.lists(inner, max_size=4)).map(
        lambda pair: f"<{pair[0]}>{''.join(pair[1])}</{pair[0]}>"
    ),
    max_leaves=20,
)


@given(trees, trees)
@QUICK
def test_texts_behind_before_and_below_are_those_that_xpath_finds(above: str, below: str):
    tree = html.document_fromstring(f"<html><body>{above}<h1>Ferry</h1>{below}</body></html>")
    heading = next(tree.iter("h1"))
    assert [text for _, text in nearby.behind(heading)] == _FOLLOWING(heading)
    assert [text for _, text in nearby.before(heading)] == _PRECEDING(heading)[::-1]
    assert [text for _, text in nearby.within(tree)] == _BELOW(tree)


@given(trees)
@QUICK
def test_each_text_comes_with_the_element_it_stands_in(markup: str):
    tree = html.document_fromstring(f"<html><body><h1>Ferry</h1>{markup}</body></html>")
    for holder, text in nearby.behind(next(tree.iter("h1"))):
        assert text in holder.xpath("text()")


def test_a_page_deeper_than_calls_may_nest():
    deep = "<div>" * 1_500 + "rope" + "</div>" * 1_500
    parser = html.HTMLParser(huge_tree=True)
    tree = html.document_fromstring(f"<html><body>{deep}<h1>Ferry</h1>{deep}</body></html>", parser=parser)
    heading = next(tree.iter("h1"))
    assert [text for _, text in islice(nearby.before(heading), 1)] == ["rope"]
    assert [text for _, text in islice(nearby.behind(heading), 1)] == ["rope"]
