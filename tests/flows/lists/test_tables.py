"""Tables of addresses, whoever saved them: known by their head, or by what their columns hold."""

from __future__ import annotations

import pytest

from flows.lists import tables
from flows.lists.named_fields import field

A, B = "https://paper.example/2017/09/21/a", "https://paper.example/2017/09/22/b"

Told = list[tuple[str | None, ...]]


def read(text: str) -> tuple[Told, str | None]:
    """Address, date and title of the rows, as they are written; and what was guessed."""
    layout, rows = tables.rows(iter(text.splitlines(keepends=True)))
    told = [tuple(field(row, name) for name in ("url", "published", "title")) for _, row in rows]
    return told, layout.remark if layout else None


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (f"sep=;\nurl;date;title\n{A};2017-09-21;Boats, many\n", [(A, "2017-09-21", "Boats, many")]),
        (f"Fecha;Título;Enlace\n21/09/2017;Barcos;{A}\n", [(A, "21/09/2017", "Barcos")]),
        (f'"date de publication";"Titre";"Lien"\n21.09.2017;"Bateaux; neuf";{A}\n', [(A, "21.09.2017", "Bateaux; neuf")]),
        (f"Titolo|Data|Indirizzo\nBarche|21.09.2017|{A}\n", [(A, "21.09.2017", "Barche")]),
        (f"Export of today\n\nURL,Published at\n{A},2017-09-21\n", [(A, "2017-09-21", None)]),
        (f"{A},2017-09-21,Boats\n{B},2017-02-31,Gulls\n", [(A, "2017-09-21", "Boats"), (B, "2017-02-31", "Gulls")]),
        (f"Boats of May\t{A}\nGulls of May\t{B}\n", [(A, None, "Boats of May"), (B, None, "Gulls of May")]),
        (f"Nr,Fundstelle,Notiz\n1,{A},Boats\n2,,Gulls\n", [(A, None, None), (None, None, None)]),
        (f"# mine\n{A}/0,1518,8000,00.html\n\n{B}/0,1518,9000,00.html\n",
         [(f"{A}/0,1518,8000,00.html", None, None), (f"{B}/0,1518,9000,00.html", None, None)]),
        (f"url\n{A}\n", [(A, None, None)]),
        ("", []),
    ],
)  # fmt: skip
def test_a_table_is_known_by_its_head_or_by_what_its_columns_hold(text: str, rows: Told):
    assert read(text)[0] == rows


def test_a_table_without_addresses_has_no_layout():
    assert tables.layout(["a;b\n", "1;2\n"]) is None


@pytest.mark.parametrize(
    ("text", "said", "rows"),
    [
        (f"{A},2017-09-22,Boats of May\n", "has no line that names its columns: these were taken (url 1, date 2, title 3)", [(A, "2017-09-22", "Boats of May")]),
        (f"Nr,Fundstelle\n1,{A}\n", "(url 2 'Fundstelle'); no column of dates was found: name one date; no column of titles was found: name one title", [(A, None, None)]),
        (f"Lfd. Nr.;Überschrift der Meldung;Fundstelle im Netz;Erschienen am\n1;Neun Boote im Hafen;{A};22.09.2017\n2;Acht Möwen am Kai;{B};23.09.2017\n",
         "(url 3 'Fundstelle im Netz', date 4 'Erschienen am', title 2 'Überschrift der Meldung')",
         [(A, "22.09.2017", "Neun Boote im Hafen"), (B, "23.09.2017", "Acht Möwen am Kai")]),
        (f"Link;Erschienen am;Kopf\n{A};22.09.2017;Neun Boote im Hafen\n", "(url 1, date 2 'Erschienen am', title 3 'Kopf')", [(A, "22.09.2017", "Neun Boote im Hafen")]),
        (f"Link;Gesehen am;Erschienen am;Titel\n{A};24.09.2017;22.09.2017;Boote\n", "the columns 2, 3 may each be its date, and none was taken: name one date", [(A, None, "Boote")]),
        (f"url,Ressort\n{A},Hafen\n", "no column of dates was found: name one date", [(A, None, None)]),
        (f"url;Kopf\n{A};船が九隻港に\n", "(url 1, title 2 'Kopf')", [(A, None, "船が九隻港に")]),
    ],
)  # fmt: skip
def test_columns_of_unknown_names_are_known_by_what_they_hold_and_what_was_taken_is_said(
    text: str, said: str, rows: Told
):
    found, remark = read(text)
    assert said in (remark or "")
    assert found == rows


@pytest.mark.parametrize(
    "text", [f"url\n{A}\n", f"Link;Datum;Titel;Ressort\n{A};;;Hafen\n", f"url,text,seen\n{A},Boats,2017-09-22\n"]
)
def test_a_head_that_names_what_is_wanted_needs_no_words(text: str):
    found, remark = read(text)
    assert (len(found), remark) == (1, None)


@pytest.mark.parametrize("name", ["created", "time_added", "Timestamp", "Hinzugefügt", "saved at"])
def test_the_day_on_which_an_address_was_saved_is_not_the_date_of_the_article(name: str):
    text = f"title,url,{name},tags\nNine boats and no gull,{A},2026-01-05T10:00:00.000Z,\nA gull was seen,{B},2026-01-06,\n"
    assert read(text) == (
        [(A, None, "Nine boats and no gull"), (B, None, "A gull was seen")],
        "is read as far as its columns are known; no column of dates was found: name one date",
    )


def test_the_text_of_an_article_is_not_taken_for_its_title():
    text = "The harbour office counted nine boats on the quay, and wrote each of them down. " * 9
    rows = "".join(f'{each}\tnull\tBoats are counted\t2017-09-22\t"{text}\n{text}"\n' for each in (A, B))
    found, remark = read(rows)
    assert found == [(A, "2017-09-22", "Boats are counted"), (B, "2017-09-22", "Boats are counted")]
    assert "(url 1, date 4, title 3)" in (remark or "")
