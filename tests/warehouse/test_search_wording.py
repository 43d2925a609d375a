"""What is found by which words, in many scripts, and what is marked for it in the text itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.warehouse.search_facts import load, marks, names, newsroom, story
from warehouse import search
from warehouse.folders import Folders
from warehouse.search.wording import Wording, fold, tokens, units

TEXTS = {
    "zh": "北京大学今天举行选举,许多学生参加了投票。",
    "ja": "東京タワーで選挙の集会が開かれた。ﾃﾚﾋﾞも来た。",
    "ko": "국회의원 선거에서 여당이 이겼다.",
    "th": "การเลือกตั้งในกรุงเทพเริ่มแล้ว",
    "de": "Österreichs Kanzler sprach in der Straße vor Häusern in München.",
    "tr": "İstanbul’da seçimler ILIK bir günde yapıldı.",
    "ru": "Указ Президента ещё не подписан; о выборах говорил Андрей.",
    "uk": "Прем’єр розповів про м’яч.",
    "ar": "افتتح الرئيس المَدْرَسَة الجديدة مع أحمد في عام ٢٠٢٦ بحضور محـــمد",
    "el": "Οι εκλογές στην Αθήνα έγιναν.",
    "fr": "L'eau de l’océan monte, dit l'œuvre présidentielle.",
    "es": "Las elecciones del año en Bogotá.",
    "he": "הבחירות בְּיִשְׂרָאֵל וצה״ל",
    "hi": "दिल्ली में चुनावों की घोषणा हुई।",
    "en": "The U.S. and AT&T's co-operation helped 1,000 people in 3.5 hours; write to desk@example.org, tell us. Presidents agreed.",
    "xx": "Sveriges kung åt i Malmø; Łódź och Đà Nẵng.",
}

FINDS = [
    ("北京", "zh", ["北京"]), ("选举", "zh", ["选举"]), ("北京大学", "zh", ["北京大学"]), ("学", "zh", ["学", "学"]), ("北京 投票", "zh", ["北京", "投票"]),
    ("選挙", "ja", ["選挙"]), ("タワー", "ja", ["タワー"]), ("ﾀﾜｰ", "ja", ["タワー"]),
    ("선거", "ko", ["선거"]), ("국회", "ko", ["국회"]), ("선거에서", "ko", ["선거에서"]),
    ("เลือกตั้ง", "th", ["เลือกตั้ง"]),
    ("osterreich", "de", ["Österreichs"]), ("Österreich", "de", ["Österreichs"]), ("oesterreich", "de", ["Österreichs"]),
    ("strasse", "de", ["Straße"]), ("STRASSE", "de", ["Straße"]), ("straße", "de", ["Straße"]),
    ("munchen", "de", ["München"]), ("muenchen", "de", ["München"]), ("münchen", "de", ["München"]), ("Haus", "de", ["Häusern"]),
    ("istanbul", "tr", ["İstanbul"]), ("İSTANBUL", "tr", ["İstanbul"]), ("ılık", "tr", ["ILIK"]), ("secim", "tr", ["seçimler"]),
    ("президент", "ru", ["Президента"]), ("ПРЕЗИДЕНТЫ", "ru", ["Президента"]), ("еще", "ru", ["ещё"]), ("выборы", "ru", ["выборах"]),
    ("м'яч", "uk", ["м’яч"]), ("прем’єр", "uk", ["Прем’єр"]),
    ("مدرسة", "ar", ["المَدْرَسَة"]), ("المدرسة", "ar", ["المَدْرَسَة"]), ("احمد", "ar", ["أحمد"]), ("محمد", "ar", ["محـــمد"]), ("رئيس", "ar", ["الرئيس"]), ("2026", "ar", ["٢٠٢٦"]),
    ("εκλογη", "el", ["εκλογές"]), ("ΑΘΗΝΑ", "el", ["Αθήνα"]),
    ("eau", "fr", ["eau"]), ("l’eau", "fr", ["L'eau"]), ('"l\'eau"', "fr", ["L'eau"]), ("ocean", "fr", ["océan"]), ("oeuvre", "fr", ["œuvre"]),
    ("presidentiel", "fr", ["présidentielle"]), ("eleccion", "es", ["elecciones"]), ("bogota", "es", ["Bogotá"]), ("ano", "es", ["año"]),
    ("בישראל", "he", ["בְּיִשְׂרָאֵל"]), ("וצהל", "he", ["וצה״ל"]), ("चुनाव", "hi", ["चुनावों"]),
    ("U.S.", "en", ["U.S"]), ("AT&T", "en", ["AT&T's"]), ("cooperation", "en", ["co-operation"]), ("co-operation", "en", ["co-operation"]),
    ('"co operation helped"', "en", ["co-operation helped"]), ("1000", "en", ["1,000"]), ("1,000", "en", ["1,000"]), ("1.000", "en", ["1,000"]),
    ("3,5", "en", ["3.5"]), ("desk@example.org", "en", ["desk@example.org"]), ("president", "en", ["Presidents"]), ('"helped 1000 people"', "en", ["helped 1,000 people"]),
    ("malmo", "xx", ["Malmø"]), ("malmoe", "xx", ["Malmø"]), ("lodz", "xx", ["Łódź"]), ("da nang", "xx", ["Đà", "Nẵng"]),
]  # fmt: skip

DOES_NOT_FIND = [
    ("京北", "zh"), ("北大", "zh"), ('"北京 大学"', "zh"), ("거선", "ko"), ('"president agreed"', "en"), ('"people helped"', "en"), ("100", "en"), ("35", "en"),
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    folders = newsroom(tmp_path_factory.mktemp("world"))
    load(folders, *(story(language, text, language=language, headline="–") for language, text in TEXTS.items()))
    return folders


@pytest.mark.parametrize(("query", "language", "words"), FINDS)
def test_a_word_is_found_as_people_type_it_and_marked_as_it_is_printed(
    world: Folders, query: str, language: str, words: list[str]
):
    found = search.search(world, query)
    assert language in names(found)
    assert marks(found.hits[names(found).index(language)].passage) == words


@pytest.mark.parametrize(("query", "language"), DOES_NOT_FIND)
def test_what_is_not_there_is_not_found(world: Folders, query: str, language: str):
    assert language not in names(search.search(world, query))


def test_the_abbreviation_is_not_the_word(tmp_path: Path):
    folders = newsroom(tmp_path)
    load(
        folders,
        story("country", "Ships of the US sailed."),
        story("dotted", "The U.S. agreed."),
        story("we", "Tell us more."),
    )
    assert set(names(search.search(folders, "U.S."))) == {"country", "dotted"}
    assert set(names(search.search(folders, "us"))) == {"country", "dotted", "we"}


def test_a_text_in_decomposed_letters_is_found_and_marked(tmp_path: Path):
    folders = newsroom(tmp_path)
    load(folders, story("split", "Le café fermé.".replace("é", "e\u0301"), language="fr"))
    (hit,) = search.search(folders, "cafe").hits
    assert marks(hit.passage) == ["café"]


def test_a_word_is_looked_for_in_every_language_of_the_index(tmp_path: Path):
    folders = newsroom(tmp_path)
    load(folders, story("en", "The cars stopped.", language="en"), story("de", "Die Zeitungen lagen da.", language="de-AT"),
         story("unknown", "Many cars.", language=None))  # fmt: skip
    assert set(names(search.search(folders, "car"))) == {"en", "unknown"}
    assert names(search.search(folders, "Zeitung")) == ["de"]


@given(st.text(max_size=60))
def test_places_of_words_are_those_of_the_text(text: str):
    for match in units(text):
        for token in tokens(match[0], match.start()):
            assert match.start() <= token.start < token.end <= match.end()
            assert " " not in token.word


@given(st.text(max_size=60), st.sampled_from(["en", "de", "ru", "ar", "el", "hi", "zh", None]))
def test_words_and_forms_are_ones_that_the_index_keeps_apart_at_blanks_only(text: str, language: str | None):
    words, forms = Wording(language).columns(text)
    assert words.split() == [token.word for match in units(text) for token in tokens(match[0])]
    for word in (*words.split(), *forms.split()):
        assert all(not c.isascii() or c.isalnum() or c == "." for c in word)


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str):
    for match in units(text):
        for token in tokens(match[0]):
            assert fold(token.word) == token.word
