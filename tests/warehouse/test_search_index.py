"""The index follows the reading copy: it may lag, never lead, survives kills, and forgets for good."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.warehouse.facts import withdrawal
from tests.warehouse.search_facts import load, names, newsroom, story
from warehouse import reading_copy, search
from warehouse.errors import WarehouseError
from warehouse.folders import Folders
from warehouse.locks import hold
from warehouse.search import file as search_file
from warehouse.search import index as search_index


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return newsroom(tmp_path)


def tables(folders: Folders) -> dict[str, list[tuple]]:
    """What is in the index, whatever the order in which it came."""
    with closing(search_file.reader(folders)) as index:
        index.execute("PRAGMA query_only = OFF")
        index.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'col')")
        asked = {
            "vocabulary": "SELECT term, col, doc, cnt FROM temp.vocabulary ORDER BY ALL",
            "days": "SELECT source_id, day, articles FROM days JOIN outlets USING (outlet) ORDER BY 1, 2",
            "articles": "SELECT article_id, record_hash FROM articles ORDER BY 1",
            "places": "SELECT place, article_id FROM places JOIN texts USING (id) ORDER BY 1, 2",
            "copies": "SELECT mark, article_id FROM copies JOIN texts USING (id) ORDER BY 1, 2",
        }
        return {
            name: index.execute(sql.replace("ORDER BY ALL", "ORDER BY 1, 2")).fetchall() for name, sql in asked.items()
        }


def test_it_follows_new_corrected_moved_rejected_and_withdrawn_articles(folders: Folders):
    load(
        folders,
        story("a", "first words of all"),
        story("b", "other words"),
        story("c", "the third", day=None),
        story("d", "a fourth"),
    )
    assert set(names(search.search(folders, "words"))) == {"a", "b"}
    load(folders, story("a", "second thoughts", hours=1), story("b", "other words", hours=1, reader="r2", day=date(2026, 4, 1)),
         story("e", "new words"))  # fmt: skip
    assert set(names(search.search(folders, "words"))) == {"b", "e"}
    assert search.search(folders, "other").hits[0].date_published == date(2026, 4, 1)
    load(folders, story("c", None, reader="r2", read=5), [withdrawal("d", hours=2)])
    assert search.search(folders, "third OR fourth OR first").total == 0
    grown = tables(folders)
    search_index.rebuild(folders)
    assert tables(folders) == grown


def test_it_is_made_anew_when_it_was_deleted_or_spoilt(folders: Folders):
    load(folders, story("a", "some words"))
    assert search.search(folders, "words").total == 1
    folders.search.unlink()
    assert search.search(folders, "words").total == 1
    folders.search.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="--rebuild"):
        search.search(folders, "words")
    search_index.rebuild(folders)
    assert search.search(folders, "words").total == 1


def test_another_edition_of_the_wording_makes_it_anew(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    load(folders, story("a", "some words"))
    assert search.search(folders, "words").total == 1
    monkeypatch.setattr(search_file, "edition", lambda: "another")
    assert search.search(folders, "words").total == 1
    with closing(search_file.reader(folders)) as index:
        assert search_file.state(index)["wording"] == "another"


def test_an_older_reading_copy_put_in_place_is_followed_as_well(folders: Folders, tmp_path: Path):
    load(folders, story("a", "early words"))
    kept = tmp_path / "kept.duckdb"
    kept.write_bytes(folders.warehouse.read_bytes())
    load(folders, story("a", "late words", hours=1), story("b", "late as well"))
    assert search.search(folders, "late").total == 2
    reading_copy._put_in_place(folders, kept)
    assert search.search(folders, "late").total == 0
    assert names(search.search(folders, "early")) == ["a"]


def test_while_another_process_feeds_it_stale_hits_are_left_out(folders: Folders):
    load(
        folders, story("a", "words stay"), story("b", "words go"), story("c", "words change"), story("d", "words leave")
    )
    assert search.search(folders, "words").total == 4
    with hold(folders.search_lock, "a test"):
        load(
            folders,
            story("b", None, reader="r2", read=5),
            story("c", "something else", hours=1),
            [withdrawal("d", hours=1)],
            story("e", "words come"),
        )
        found = search.search(folders, "words")
        assert found.behind
        assert names(found) == ["a"]
    found = search.search(folders, "words")
    assert not found.behind
    assert set(names(found)) == {"a", "e"}


def test_readers_see_whole_chunks_only_and_are_never_blocked(folders: Folders):
    load(folders, story("a", "words"))
    search_index.feed(folders)
    with closing(search_file.writer(folders)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM articles")
        writer.execute("DELETE FROM texts")
        assert names(search.search(folders, "words")) == ["a"]
        writer.execute("ROLLBACK")


KILLED = """
import os, signal, sys
from pathlib import Path
from warehouse.search import index as search_index
from warehouse.folders import Folders
from warehouse.search.rows import Shelf
search_index.CHUNK = 4
put, chunks = Shelf.put, []
def killed(self, entries):
    put(self, entries)
    chunks.append(1)
    if len(chunks) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
Shelf.put = killed
search_index.feed(Folders(Path(sys.argv[1])))
"""


def test_who_is_killed_leaves_whole_chunks_and_the_next_goes_on(folders: Folders, monkeypatch: pytest.MonkeyPatch):
    load(
        folders,
        *(story(f"s{number}", f"words of number{number}", day=date(2026, 1, 1 + number)) for number in range(20)),
    )
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(folders.data)], check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == -signal.SIGKILL
    with closing(search_file.reader(folders)) as index:
        assert index.execute("SELECT count(*) FROM texts").fetchone() == (8,)
        assert "edition" not in search_file.state(index)
    assert search_index.feed(folders) == search_index.Fed(12, 0)
    grown = tables(folders)
    search_index.rebuild(folders)
    assert tables(folders) == grown
    assert search.search(folders, "words").total == 20


SECRET = "Zwyxqvort"


def in_files(folders: Folders, word: str) -> list[str]:
    """The files of the index that hold a word, or most of it."""
    parts = [word.lower().encode(), word.encode(), word.lower()[2:].encode()]
    return [
        path.name for path in folders.data.glob("search.sqlite*") if any(part in path.read_bytes() for part in parts)
    ]


def test_what_is_forgotten_is_in_no_file_any_more(folders: Folders):
    plain = [story(f"s{number}", f"ordinary words {number} zw zwy zwyxq") for number in range(30)]
    load(folders, *plain, story("secret", f"An {SECRET} affair", headline=f"{SECRET}!", language="en"))
    (hit,) = search.search(folders, SECRET).hits
    load(folders, story("later", "more words"))
    search_index.feed(folders)
    assert in_files(folders, SECRET)
    assert search_index.forget(folders, [hit.article_id]) == 1
    assert in_files(folders, SECRET) == []
    assert search_index.forget(folders, [hit.article_id]) == 0


@pytest.mark.parametrize("reading", [False, True])
def test_a_withdrawal_that_the_reading_copy_tells_of_leaves_nothing_either(folders: Folders, reading: bool):
    load(folders, story("plain", "ordinary words"), story("secret", f"An {SECRET} affair"))
    assert search.search(folders, SECRET).total == 1
    load(folders, [withdrawal("secret", hours=1)])
    if reading:  # somebody reads on, so that the log cannot be emptied: then the index goes as a whole
        with closing(search_file.reader(folders)) as index:
            found = index.execute("SELECT id FROM texts")
            found.fetchone()
            search_index.cleanse(folders)
    else:
        search_index.cleanse(folders)
    assert in_files(folders, SECRET) == []
    assert search.search(folders, "ordinary").total == 1


def test_feeding_twice_does_nothing_the_second_time(folders: Folders):
    load(folders, story("a", "words"))
    assert search_index.feed(folders) == search_index.Fed(1, 0)
    before = os.stat(folders.search).st_mtime_ns
    assert search_index.feed(folders) == search_index.Fed(0, 0)
    assert os.stat(folders.search).st_mtime_ns == before


def test_an_empty_workspace_is_searched_without_complaint(folders: Folders):
    assert search.search(folders, "anything") == search.Found((), 0, 0, 0, False)


def test_articles_without_text_headline_or_language_are_no_trouble(folders: Folders):
    load(
        folders,
        story("bare", "x", headline="", language=None, day=None),
        story("odd", "\ud7ff \U0010ffff ݃", headline="…"),
    )
    assert search.search(folders, "x").hits[0].date_published is None
