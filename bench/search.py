"""What search costs: building the index, keeping it up to date, and the time of an answer.

    python -m bench.search [ARTICLES]

Articles are made up in Latin, Cyrillic, Arabic, Chinese and Korean letters, with word frequencies as language has them
(Zipf), by twelve outlets over six years; one in twelve is another outlet's copy with a headline and an ending of its own.
Everything is process CPU time, so that a busy machine says the same as an idle one; an answer is measured on an open
index ("opened anew" on one that is not), and what the command needs to start stands apart.
"""

from __future__ import annotations

import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from bench.warehouse import capture
from warehouse import loader, reading_copy, rows, search, spool
from warehouse.folders import Folders
from warehouse.search import file as search_file
from warehouse.search import index as search_index
from warehouse.search import shares as search_time
from warehouse.search.filters import EVERYTHING, Filters

SCRIPTS = {
    "en": ("ka ro mi ten sal dor ne lu pre sti on ver al ing er", " ", 480),
    "de": ("ste ber gün auf lö ßen ka ver mel rung en lich tag", " ", 450),
    "ru": ("про ста ни дет ова ми ров ель пре дан ком ска", " ", 420),
    "ar": ("كت مد رس ال عم سي نا بل حر قو دف لي", " ", 400),
    "zh": (" ".join(chr(0x4E00 + 7 * n) for n in range(2_000)), "", 1_000),
    "ko": (" ".join(chr(0xAC00 + 11 * n) for n in range(900)), " ", 330),
}
WEIGHTS = {"en": 6, "de": 2, "ru": 1, "ar": 1, "zh": 1, "ko": 1}
PLACES = ("OSLO", "LIMA", "NEW YORK", "北京", "МОСКВА", "BERLIN")
OUTLETS = 12
FIRST = date(2020, 1, 1)
DAYS = 2_190
RUN = "00000000-0000-0000-0000-000000000001"
QUERIES = 40
INCREMENT = 1_000


class Vocabulary:
    """Made-up words of one language, the commonest first."""

    def __init__(self, language: str) -> None:
        pieces, self.gap, self.length = SCRIPTS[language]
        rng = random.Random(language)
        longest = 2 if language in ("zh", "ko") else 4
        made = ("".join(rng.choices(pieces.split(), k=rng.randint(1, longest))) for _ in range(120_000))
        self.words = list(dict.fromkeys(made))[:40_000]
        self._weights = list(accumulate(1 / (place + 2.7) for place in range(len(self.words))))

    def text(self, rng: random.Random, length: int) -> str:
        """So many words, with sentences and paragraphs."""
        words = rng.choices(self.words, cum_weights=self._weights, k=length)
        stop = "。" if self.gap == "" else ". "
        sentences = (self.gap.join(words[at : at + 20]) + stop for at in range(0, length, 20))
        return "".join(sentence + ("\n\n" if place % 4 == 3 else "") for place, sentence in enumerate(sentences))


VOCABULARIES = {language: Vocabulary(language) for language in SCRIPTS}


def article(number: int, source: int, state: int) -> Iterator[rows.Row]:
    """One article as one visit found it."""
    told = number - OUTLETS if number % 12 == 11 and number > OUTLETS else number  # a copy of another's
    rng = random.Random(told * 3 + state)
    language = rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    vocabulary = VOCABULARIES[language]
    body = vocabulary.text(rng, vocabulary.length)
    own = random.Random(number)
    headline = vocabulary.text(own, 8).strip()
    if told != number:
        body = body[: int(len(body) * 0.8)] + vocabulary.text(own, 20)
    day = None if own.random() < 0.02 else FIRST + timedelta(days=own.randrange(DAYS))
    agency = own.choice([None, "ap", "reuters"])
    for row in capture(number, state):
        if isinstance(row, rows.Reading) and row.text is not None:
            wide = replace(row.text, headline=headline, body=body, language=language, date_published=day, info_source=agency,
                           located_all=[own.choice(PLACES)])  # fmt: skip
            row = replace(row, text=wide)
        yield replace(row, source_id=f"outlet-{source}")  # type: ignore[call-arg]


def load(folders: Folders, first: int, end: int, state: int = 0) -> None:
    """Load these articles of all outlets and publish."""
    for source in range(OUTLETS):
        numbers = range(first + source, end, OUTLETS)
        made = (row for number in numbers for row in article(number, source, state))
        spool.write(folders, made, source_id=f"outlet-{source}", run_id=RUN)
    report = loader.drain(folders, publish_now=True)
    assert report is not None
    assert not report.problems, report


def main(articles: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folders = Folders(Path(name) / "data")
        reading_copy.ensure(folders)
        for first in range(0, articles, 20_000):
            load(folders, first, min(first + 20_000, articles))
        print(f"{articles:,} articles; the reading copy has {folders.warehouse.stat().st_size / 1e6:,.0f} MB")
        build(folders)
        answers(folders)
        increments(folders, articles)
        forgetting(folders)
        starting()


def build(folders: Folders) -> None:
    """From nothing."""
    seconds = time.process_time()
    fed = search_index.feed(folders)
    assert fed is not None
    seconds = time.process_time() - seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"build        {seconds:8.1f} CPU-s  {size(folders):6.0f} MB  {fed.indexed / seconds:6,.0f} articles/CPU-s  peak {peak:,.0f} MB"
    )


def increments(folders: Folders, articles: int) -> None:
    """A thousand new ones, then a thousand that changed."""
    for what, first, state in (("new", articles, 0), ("changed", 0, 1)):
        load(folders, first, first + INCREMENT, state)
        seconds, before = time.process_time(), size(folders)
        fed = search_index.feed(folders)
        seconds = time.process_time() - seconds
        print(f"{INCREMENT:,} {what:8}{seconds:8.2f} CPU-s  {size(folders) - before:+6.1f} MB  ({fed})")


def forgetting(folders: Folders) -> None:
    """One article, for good."""
    with closing(search_file.reader(folders)) as index:
        (article_id,) = index.execute("SELECT hex(article_id) FROM articles LIMIT 1").fetchone()
    seconds = time.process_time()
    assert search_index.forget(folders, [article_id]) == 1
    print(f"forget one   {time.process_time() - seconds:8.1f} CPU-s  {size(folders):6.0f} MB afterwards")


def answers(folders: Folders) -> None:
    """Milliseconds of an answer, by kind of question."""
    with closing(search_file.reader(folders)) as index:
        asking = ways(folders, index)
        for title, texts in questions(random.Random(5)).items():
            print(f"\n{title}  (matches: {matched(index, texts)})")
            for way, ask in asking.items():
                times = sorted(timed(ask, text) for text in texts)
                middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
                print(f"  {way:18} p50 {middle:6.1f} ms   p95 {high:6.1f} ms   worst {times[-1]:6.1f} ms", flush=True)


def ways(folders: Folders, index: sqlite3.Connection) -> dict[str, Callable[[str], object]]:
    """How each question is asked."""

    def hits(filters: Filters, *, collapse: bool = False) -> Callable[[str], object]:
        return lambda text: search.answer(folders, index, text, filters, 10, collapse, behind=False)

    return {
        "ten best": hits(EVERYTHING),
        "outlets and days": hits(
            Filters(outlets=["outlet-3", "outlet-4"], since=date(2022, 1, 1), until=date(2023, 6, 30))
        ),
        "agency and place": hits(Filters(agencies=["ap"], places=["oslo"])),
        "--collapse": hits(EVERYTHING, collapse=True),
        "--over-time week": lambda text: search_time.shares(index, text, search_time.By.week, EVERYTHING, behind=False),
        "opened anew": lambda text: search.search(folders, text),
    }


def questions(rng: random.Random) -> dict[str, list[str]]:
    """Questions of each kind; words are drawn evenly over the logarithm of their rank, as names and subjects are."""

    def word(language: str, commonest: int = 30) -> str:
        words = VOCABULARIES[language].words
        return words[int(commonest * (8_000 / commonest) ** rng.random())]

    def pair(language: str) -> str:
        vocabulary = VOCABULARIES[language]
        text = vocabulary.text(random.Random(rng.randrange(10_000) * 3), 480).split(".")[0].split()
        at = rng.randrange(len(text) - 1)
        return f'"{text[at]} {text[at + 1]}"'

    spaced = ["en", "en", "en", "de", "ru", "ar"]
    return {
        "one word": [word(rng.choice(spaced)) for _ in range(QUERIES)],
        "two words": [f"{word(tongue)} {word(tongue)}" for tongue in rng.choices(spaced, k=QUERIES)],
        "a phrase": [pair("en") for _ in range(QUERIES)],
        "a beginning": [word("en")[:5] + "*" for _ in range(QUERIES)],
        "Chinese": [a + b for a, b in ((word("zh")[0], word("zh")[0]) for _ in range(QUERIES))],
        "Korean": [word("ko", 5) for _ in range(QUERIES)],
        "the commonest words": [VOCABULARIES["en"].words[place] for place in range(12)],
    }


def matched(index: sqlite3.Connection, texts: list[str]) -> str:
    """How many articles the questions match: the middle one and the greatest."""
    counts = sorted(
        search.count(index, search.question(index, text).expression, search.condition(index, EVERYTHING))
        for text in texts
    )
    return f"{counts[len(counts) // 2]:,} in the middle, {counts[-1]:,} at most"


def timed(ask: Callable[[str], object], text: str) -> float:
    """CPU milliseconds."""
    started = time.process_time()
    ask(text)
    return (time.process_time() - started) * 1000


def size(folders: Folders) -> float:
    """MB of the index with its log."""
    log = folders.search.with_name(folders.search.name + "-wal")
    return (folders.search.stat().st_size + (log.stat().st_size if log.exists() else 0)) / 1e6


def starting() -> None:
    """CPU seconds to start Python and import what search needs, and what the command needs."""
    for what in ("pass", "import warehouse.search.file, sqlite3", "import warehouse.search", "import flows.cli.verbs"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", what], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"start: {what:40} {seconds:5.2f} CPU-s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
