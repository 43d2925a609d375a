"""The body of a page: what is taken, what is left out, and how its paragraphs stand apart."""

from __future__ import annotations

import json

import pytest
from lxml import html

from parsers import Article, Page, Profile, blocks, body, parse
from parsers.blocks import Block
from parsers.records import Hints

TITLE = "The ferry keeps its hours"
FIRST = "The ferry to Sandö left its berth at six this morning although the wind had risen to a gale during the night."
SECOND = (
    "Its master, who has made the crossing for nineteen years, said that the new breakwater had made the difference."
)
THIRD = "Passengers had waited in the old customs house, where the harbour office had lit the stove and handed out tea."
FOURTH = "By noon the boat had been over and back twice, and the bakery on the island had sold its last loaf of rye."
STORY = (FIRST, SECOND, THIRD, FOURTH)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(inside: str, head: str = "", title: str = TITLE) -> str:
    return f"<html><head><title>{title}</title>{head}</head><body>{inside}</body></html>"


def read(markup: str, headline: str | None = TITLE, **stated: str | None) -> list[Block]:
    return body.extract(html.document_fromstring(markup), headline=headline, **stated)


def texts(markup: str, **stated: str | None) -> list[str]:
    return [block.text for block in read(markup, **stated)]


# ------------------------------------------------------------------ blocks


def test_every_kind_of_block_keeps_its_kind():
    inside = (
        f"<article><h1>{TITLE}</h1>{paragraphs(FIRST)}<h2>What the master says</h2>"
        f"<blockquote>{paragraphs(SECOND, 'Nobody was late.')}</blockquote>"
        f"<ul><li>{THIRD}</li><li>Tea, but no cake, said the office.</li></ul>{paragraphs(FOURTH)}</article>"
    )
    assert read(page(inside)) == [
        Block(FIRST),
        Block("What the master says", "heading"),
        Block(SECOND, "quote"),
        Block("Nobody was late.", "quote"),
        Block(THIRD, "item"),
        Block("Tea, but no cake, said the office.", "item"),
        Block(FOURTH),
    ]


def test_a_paragraph_is_not_split_at_the_elements_within_it():
    inside = FIRST.replace("Sandö", "<b>San</b>dö").replace("a gale", '<a href="/gale">a <i>gale</i></a>')
    assert texts(page(f"<article><h1>{TITLE}</h1><p>{inside}</p>{paragraphs(SECOND)}</article>")) == [FIRST, SECOND]


def test_two_line_breaks_end_a_paragraph_and_one_does_not():
    wrapped = FIRST.replace(" although", "<br>\nalthough")
    inside = f"<div id='story'><h1>{TITLE}</h1>{wrapped}<br><br>{SECOND}<br> <br>{THIRD}<br /><br /></div>"
    assert texts(page(inside)) == [FIRST, SECOND, THIRD]


def test_a_single_break_behind_a_whole_sentence_ends_a_paragraph():
    assert texts(page(f"<div id='story'><h1>{TITLE}</h1>{'<br>'.join(STORY)}</div>")) == list(STORY)


def test_a_page_laid_out_in_tables():
    side = "".join(f'<tr><td><a href="/{i}.html">Page {i} of the bulletin</a></td></tr>' for i in range(12))
    inside = (
        "<table width=760><tr><td colspan=2><img src=logo.gif alt=Bulletin></td></tr><tr>"
        f"<td width=150 bgcolor=#cccccc><table>{side}</table></td>"
        f"<td><font size=5><b>{TITLE}</b></font><p>{FIRST}<p>{SECOND}<p>{THIRD}<p>{FOURTH}</td></tr></table>"
    )
    assert texts(page(inside)) == list(STORY)


def test_a_table_of_figures_is_read_by_rows():
    rows = "".join(f"<tr><td>{day}</td><td>{boats}</td></tr>" for day, boats in (("Mon", 14), ("Tue", 15), ("Wed", 9)))
    inside = f"<article><h1>{TITLE}</h1>{paragraphs(*STORY[:3])}<table>{rows}</table>{paragraphs(FOURTH)}</article>"
    found = texts(page(inside))
    assert found[3:6] == ["Mon | 14", "Tue | 15", "Wed | 9"]
    assert found[-1] == FOURTH


def test_soft_hyphens_are_no_part_of_words():
    cut = FIRST.replace("morning", "mor\u00adning")
    assert texts(page(f"<article><h1>{TITLE}</h1>{paragraphs(cut, SECOND)}</article>")) == [FIRST, SECOND]


def test_each_part_of_a_body_that_is_cut_into_boxes_is_found():
    chunk = '<div class="grid"><div class="body chunk">{}</div><div class="rail">Advertisement</div></div>'
    longer = [f"{text} {other}" for text, other in zip(STORY, reversed(STORY), strict=True)]
    inside = f"<main><h1>{TITLE}</h1>{''.join(chunk.format(paragraphs(text)) for text in longer)}</main>"
    assert texts(page(inside)) == longer


def test_a_text_deeper_than_the_usual_parser_reads():
    deep = f"{'<div>' * 300}<h1>{TITLE}</h1>{paragraphs(*STORY)}{'</div>' * 300}"
    (article,) = articles(page(deep))
    assert article.body.split("\n\n") == list(STORY)


# ------------------------------------------------------------------ nothing twice


def test_the_headline_is_not_repeated():
    inside = f"<article><h1>{TITLE}</h1><p><strong>{TITLE.upper()}</strong></p>{paragraphs(*STORY)}</article>"
    assert texts(page(inside)) == list(STORY)


def test_a_list_within_a_box_of_loose_text_is_said_once():
    """The shape of trafilatura #879: a box whose own text is followed by elements that were then read again."""
    loose = f"<div class='article-body'>{FIRST}<br>{SECOND}<ul><li>{THIRD}</li></ul>{FOURTH}<p>And so to bed.</p></div>"
    found = "\n".join(texts(page(f"<article><h1>{TITLE}</h1>{loose}</article>")))
    assert [found.count(text) for text in STORY] == [1, 1, 1, 1]


def test_a_paragraph_within_a_quote_is_said_once():
    """The shape of trafilatura #817: a paragraph in another element, taken with it and once more by itself."""
    quote = f"<blockquote><div><p>{SECOND}</p></div></blockquote>"
    found = "\n".join(texts(page(f"<article><h1>{TITLE}</h1>{paragraphs(FIRST)}{quote}{paragraphs(THIRD)}</article>")))
    assert found.count(SECOND) == 1


def test_a_copy_for_narrow_screens_is_said_once():
    copies = "".join(f"<div class='{width}'>{paragraphs(*STORY)}</div>" for width in ("wide", "narrow"))
    assert sorted(texts(page(f"<main><h1>{TITLE}</h1>{copies}</main>"))) == sorted(STORY)


def test_what_an_author_says_twice_stays():
    refrain = "And still the ferry came, as it comes every day."
    inside = f"<article><h1>{TITLE}</h1>{paragraphs(FIRST, refrain, SECOND, refrain, THIRD)}</article>"
    assert texts(page(inside)).count(refrain) == 2


# ------------------------------------------------------------------ what is left out


@pytest.mark.parametrize(
    "furniture",
    [
        '<p><a href="/gulls">Gulls take over the old lighthouse</a></p>',
        '<p>Read also: <a href="/gulls">Gulls take over the old lighthouse</a></p>',
        '<p>Lesen Sie auch: <a href="/m">Möwen im Leuchtturm</a></p>',
        '<div class="article-newsletter"><p>All the news from the quay, every Friday in your letter box.</p></div>',
        '<div class="shareBar"><p>Tell your friends on the island about it.</p></div>',
        '<section id="comments"><p>I was on that boat and it was not that bad, says a reader.</p></section>',
        '<figure><img src="a.jpg"><figcaption>The ferry at its berth. Photo: B. Dahl</figcaption></figure>',
        "<aside><p>The island has two shops and a school for eleven children.</p></aside>",
        '<div class="authorBox"><p>Berit Dahl has written about the sea since 1998.</p></div>',
    ],
)
def test_furniture_in_the_middle_is_left_out(furniture: str):
    inside = f"<article><h1>{TITLE}</h1>{paragraphs(FIRST, SECOND)}{furniture}{paragraphs(THIRD, FOURTH)}</article>"
    assert texts(page(inside)) == list(STORY)


def test_a_name_is_not_believed_of_the_box_that_holds_the_text():
    inside = f"<div class='share-widget comments'><h1>{TITLE}</h1>{paragraphs(*STORY)}</div>"
    assert texts(page(inside)) == list(STORY)


def test_what_stands_above_the_headline_is_left_out():
    above = "<div><p>Today in the bulletin: boats, bread and a lost dog.</p></div>"
    assert texts(page(f"<article>{above}<h1>{TITLE}</h1>{paragraphs(*STORY)}</article>")) == list(STORY)


def test_a_heading_over_links_that_were_left_out_goes_with_them():
    links = "<h3>More from the harbour</h3><ul><li><a href='/a'>Dredger stuck</a></li><li><a href='/b'>Seal seen</a></li></ul>"
    assert texts(page(f"<article><h1>{TITLE}</h1>{paragraphs(*STORY)}{links}</article>")) == list(STORY)


# ------------------------------------------------------------------ what is taken in


def test_the_standfirst_is_known_by_the_description():
    summary = "A gale, a breakwater and a stove: how the island kept its link to the mainland."
    inside = f"<header><h1>{TITLE}</h1><h2 class='x1'>{summary}</h2></header><article>{paragraphs(*STORY)}</article>"
    assert texts(page(inside), description=summary) == [summary, *STORY]


def test_a_caption_is_no_standfirst():
    caption = "The ferry at its berth in the gale. Photo: B. Dahl"
    inside = f"<h1>{TITLE}</h1><p class='lead'>{caption}</p><article>{paragraphs(*STORY)}</article>"
    assert caption not in texts(page(inside), description=caption)


def test_a_paragraph_that_was_passed_over_is_taken_in():
    odd = f"<p class='teaser social'>{SECOND}</p>"
    with_name = (
        f"<article><h1>{TITLE}</h1>{paragraphs(FIRST)}<p class='hide-print'>{THIRD}</p>{paragraphs(FOURTH)}</article>"
    )
    assert THIRD in texts(page(with_name))
    assert SECOND not in texts(page(with_name.replace("</article>", f"{odd}</article>")))


# ------------------------------------------------------------------ pages that show nothing


def articles(content: str | bytes, **page_facts: object) -> tuple[Article, ...]:
    result = parse(Page(content, content_type="text/html", **page_facts), Profile())  # type: ignore[arg-type]
    assert isinstance(result, tuple), result
    return result


def stated(text: str) -> str:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": text}
    return f'<script type="application/ld+json">{json.dumps(data)}</script>'


@pytest.mark.parametrize("separator", ["\n", "\n\n", "</p><p>", "<br><br>"])
def test_a_page_drawn_by_a_script_is_read_from_what_it_states(separator: str):
    text = separator.join(STORY + STORY[::-1])
    markup = f"<p>{text}</p>" if "p" in separator else text
    (article,) = articles(page("<div id='app'></div>", stated(markup)))
    assert article.body.split("\n\n") == [*STORY, *STORY[::-1]]


def test_a_page_drawn_by_a_script_is_read_from_the_feed():
    feed = paragraphs(*STORY)
    (article,) = articles(page("<div id='app'></div>"), hints=Hints(title=TITLE, content=feed))
    assert article.body.split("\n\n") == list(STORY)


def test_what_is_stated_counts_less_than_what_is_shown():
    (article,) = articles(page(f"<article><h1>{TITLE}</h1>{paragraphs(*STORY)}</article>", stated(FIRST)))
    assert article.body.split("\n\n") == list(STORY)


def test_the_tree_stays_as_it_is():
    tree = html.document_fromstring(page(f"<h1>{TITLE}</h1><script>1</script><nav>a</nav>{paragraphs(*STORY)}"))
    before = html.tostring(tree)
    body.extract(tree, headline=TITLE)
    assert html.tostring(tree) == before


@pytest.mark.parametrize("name", ["credit", "copyright", "article-credit", "source"])
def test_an_agencys_credit_is_heard_whatever_its_box_is_called(name: str):
    credit = "(Reporting by A. Berg; Editing by B. Dahl)"
    inside = f"<article><h1>{TITLE}</h1>{paragraphs(*STORY)}<p class='{name}'>{credit}</p></article>"
    (article,) = articles(page(inside))
    assert article.credit_text == credit
    assert article.body.split("\n\n") == list(STORY)


@pytest.mark.parametrize("opening", ['<p class="dateline">{}</p>', '<span class="location">{}</span>', "<b>{}</b><br>"])
def test_a_dateline_in_an_element_of_its_own_is_part_of_the_text(opening: str):
    inside = opening.format("SANDÖ, March 9 (Reuters) -") + paragraphs(*STORY)
    (article,) = articles(page(f"<article><h1>{TITLE}</h1>{inside}</article>"))
    assert [dateline.source_tags for dateline in article.datelines] == [("Reuters",)]
    assert article.body.split("\n\n") == list(STORY)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Two plain words - and more", 6),
        ("Zwölf Boote liegen – wie immer – am Kai", 9),
        ("渡轮准时离开北码头。", 9),
        ("フェリーは定刻に出た。", 10),
        ("The ferry 渡轮 left", 5),
        ("เรือออกตรงเวลา", 4),
    ],
)
def test_words_are_counted_in_every_script(text: str, count: int):
    assert blocks.word_count(text) == count
