"""How often health cries wolf, and how soon it sees a trouble: simulated outlets with weekdays, chance and habits of their own.

python -m bench.health [OUTLETS DAYS]      days are judged one by one, after six weeks of which nothing is said
"""

from __future__ import annotations

import json
import math
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import duckdb

from warehouse import health, schema

FIRST = datetime(2026, 1, 5)
LEARNT = 42
"""Days before the first judgement."""

TROUBLES = ("stopped", "doubled", "redesigned", "no datelines", "cut off", "rejected")
NAMED = {
    "stopped": {"silence", "too_few"}, "doubled": {"too_many"}, "redesigned": {"layout"}, "no datelines": {"filled.dateline"},
    "cut off": {"words.short"}, "rejected": {"rejected"},
}  # fmt: skip
"""The checks that may name a trouble."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual for one outlet."""

    source_id: str
    a_day: float
    weekend: float  # share of a weekday's articles
    spread: float  # of the daily rate around its mean, beyond chance
    dateline: float  # share of articles
    byline: float
    rejected: float
    odd_layout: float


def main(outlets: int, days: int) -> None:
    """Print the false alarms of steady outlets, then the delay with which each trouble is named."""
    chance = random.Random(11)
    habits = [habits_of(f"outlet{number}", chance) for number in range(outlets)]
    with tables() as con:
        fill(con, habits, LEARNT + days, chance)
        alarms = alarmed(con, LEARNT, days)
    told = sum(map(len, alarms.values()))
    print(f"{outlets} outlets x {days} days: {told} outlet-days with an alarm ({told / outlets / days:.4%}), "
          f"{len({name for found in alarms.values() for name in found})} outlets")  # fmt: skip
    print(Counter(check for found in alarms.values() for checks in found.values() for check in checks))
    for trouble in TROUBLES:
        # Who seldom has datelines does not lose them.
        usual = [outlet for outlet in habits if trouble != "no datelines" or outlet.dateline > 0.9]
        delays(usual[: outlets // 4], trouble, chance)


@contextmanager
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty warehouse in memory; what that cannot hold goes into a temporary folder, not into the one we are started in."""
    with tempfile.TemporaryDirectory() as folder, schema.opened(":memory:") as con:
        con.execute("SET temp_directory = $1", [folder])
        yield con


def delays(habits: list[Habits], trouble: str, chance: random.Random, watched: int = 30) -> None:
    """Print how many days pass until a trouble is named, by how much an outlet brings."""
    found: dict[str, list[float]] = defaultdict(list)
    with tables() as con:
        fill(con, habits, LEARNT + watched, chance, trouble)
        alarms = alarmed(con, LEARNT, watched)
    for outlet in habits:
        named = [day for day in alarms if NAMED[trouble] & set(alarms[day].get(outlet.source_id, ()))]
        size = "a: over 20 a day" if outlet.a_day > 20 else "b: 3 to 20 a day" if outlet.a_day > 3 else "c: fewer"
        found[size].append(min(named) - LEARNT if named else math.inf)
    for size, passed in sorted(found.items()):
        late = sum(days == math.inf for days in passed)
        print(f"{trouble:<14} {size:<18} {len(passed):>3} outlets: median {median(passed)} days, worst {max(passed)}, not within {watched}: {late}")  # fmt: skip


def habits_of(name: str, chance: random.Random) -> Habits:
    """An outlet by chance: from one article a week to hundreds a day."""
    return Habits(
        name, a_day=10 ** chance.uniform(-0.8, 2.0), weekend=chance.choice((0.0, 0.3, 1.0)), spread=chance.choice((0.0, 0.1, 0.25)),
        dateline=chance.choice((0.0, 0.3, 0.95)), byline=chance.uniform(0.2, 1.0), rejected=chance.choice((0.0, 0.05, 0.2)),
        odd_layout=chance.choice((0.0, 0.02, 0.1)),
    )  # fmt: skip


def alarmed(con: duckdb.DuckDBPyConnection, first: int, days: int) -> dict[int, dict[str, list[str]]]:
    """The failing checks of each outlet, day by day, as each evening's run would have told them."""
    found: dict[int, dict[str, list[str]]] = {}
    for day in range(first, first + days):
        said: dict[str, list[str]] = defaultdict(list)
        for verdict in health.failing(health.verdicts(con, moment=FIRST + timedelta(days=day, hours=21))):
            said[verdict.source_id].append(verdict.check)
        found[day] = said
    return found


def fill(
    con: duckdb.DuckDBPyConnection, habits: list[Habits], days: int, chance: random.Random, trouble: str = ""
) -> None:
    """Put so many days of these outlets into the tables, each with one ingest in the evening; a trouble begins after LEARNT."""
    pages = [
        {"s": outlet.source_id, "d": day, "n": count, "dl": outlet.dateline, "bl": outlet.byline, "rj": outlet.rejected, "ol": outlet.odd_layout}
        for outlet in habits
        for day in range(days)
        if (count := _count(outlet, day, chance, trouble)) > 0
    ]  # fmt: skip
    con.execute("SELECT setseed(0.5)")
    con.execute("SET VARIABLE pages = $1", [json.dumps(pages)])
    con.execute("SET VARIABLE outlets = $1", [json.dumps([outlet.source_id for outlet in habits])])
    con.execute("SET VARIABLE days = $1", [days])
    con.execute("SET VARIABLE bad_from = $1", [LEARNT])
    con.execute("SET VARIABLE trouble = $1", [trouble])
    con.execute("SET VARIABLE first = $1", [FIRST])
    con.execute(_FILL)


def _count(outlet: Habits, day: int, chance: random.Random, trouble: str) -> int:
    """Articles of one day."""
    rate = outlet.a_day * (outlet.weekend if day % 7 > 4 else 1.0) * max(0.0, chance.gauss(1, outlet.spread))
    if day >= LEARNT and trouble in ("stopped", "doubled"):
        rate *= 0 if trouble == "stopped" else 2
    return _poisson(rate, chance)


def _poisson(rate: float, chance: random.Random) -> int:
    if rate > 50:
        return max(0, round(chance.gauss(rate, math.sqrt(rate))))
    count, left = 0, math.exp(-rate)
    product = chance.random()
    while product > left:
        count += 1
        product *= chance.random()
    return count


_FILL = """
CREATE OR REPLACE TEMP TABLE runs_made AS
SELECT source_id, day, md5(source_id || ' run ' || day)::UUID AS run_id, getvariable('first')::TIMESTAMP + day * INTERVAL 1 DAY + INTERVAL 20 HOUR AS moment
FROM (SELECT unnest(from_json(getvariable('outlets'), '["VARCHAR"]')) AS source_id), range(getvariable('days')::INTEGER) AS d (day);

INSERT INTO sources BY NAME SELECT DISTINCT source_id, source_id AS name, 'UTC' AS timezone, getvariable('first')::TIMESTAMP AS noted_at FROM runs_made;
INSERT INTO expectations BY NAME
SELECT DISTINCT source_id, md5(source_id)::UUID AS definition_hash, getvariable('first')::TIMESTAMP AS noted_at, 'week' AS per, true AS judge_layout,
       true AS judge_history, 7.0 AS lookback_days FROM runs_made;
INSERT INTO runs BY NAME
SELECT run_id, source_id, 'ingest' AS kind, 'completed' AS state, moment AS started_at, moment AS noted_at, moment AS ended_at, 11 AS requests, 0 AS failed, 10 AS fetched, 0 AS unchanged
FROM runs_made;
INSERT INTO units BY NAME SELECT source_id, 'feed' AS finder, 'feed' AS unit, moment AS listed_at, true AS whole, 'fetched' AS outcome, 10 AS links, run_id FROM runs_made;

CREATE OR REPLACE TEMP TABLE pages_made AS
SELECT *, md5(source_id || ' ' || day || ' ' || number)::UUID AS id, getvariable('trouble') AS trouble, day >= getvariable('bad_from') AS is_bad,
       random() < rj OR (is_bad AND trouble = 'rejected') AS is_reject,
       exp(6 + 0.6 * sqrt(-2 * ln(greatest(random(), 1e-9))) * cos(6.2831853 * random()))::INTEGER AS words
FROM (SELECT p.s AS source_id, p.d AS day, p.dl, p.bl, p.rj, p.ol, unnest(range(p.n)) AS number FROM (
    SELECT unnest(from_json(getvariable('pages'), '[{"s": "VARCHAR", "d": "INTEGER", "n": "INTEGER", "dl": "DOUBLE", "bl": "DOUBLE", "rj": "DOUBLE", "ol": "DOUBLE"}]')) AS p))
JOIN runs_made USING (source_id, day);

INSERT INTO addresses BY NAME
SELECT id AS url_key, source_id, id::VARCHAR AS url, 'feed' AS finder, moment::DATE AS day, 'listing' AS day_basis, moment AS found_at, run_id FROM pages_made;
INSERT INTO fetches BY NAME
SELECT id AS fetch_id, source_id, id AS url_key, 'article' AS role, 'live' AS origin, moment AS observed_at, 'fetched' AS outcome, run_id FROM pages_made;
INSERT INTO article_urls BY NAME
SELECT id AS url_key, 0 AS item, id AS article_id, source_id, 'requested' AS how, moment AS first_seen_at, moment AS last_seen_at FROM pages_made WHERE NOT is_reject;
INSERT INTO readings BY NAME
SELECT id AS fetch_id, source_id, id AS url_key, 0 AS item, if(is_reject, NULL, id) AS article_id, moment AS observed_at, moment AS read_at, md5('reader')::UUID AS reader,
       if(is_reject, NULL, id) AS record_hash, if(is_bad AND trouble = 'cut off', words // 10, words) AS word_count, moment::DATE AS date_published, true AS counts,
       false AS weaker, if(is_reject, 'not_article', NULL) AS reject_reason,
       CASE WHEN is_reject THEN NULL WHEN is_bad AND trouble = 'redesigned' THEN 'new' WHEN random() < ol THEN 'odd ' || (random() * 30)::INTEGER ELSE 'usual' END AS layout
FROM pages_made;
INSERT INTO texts BY NAME
SELECT id AS article_id, id AS record_hash, true AS is_current, source_id, 'Headline' AS headline, if(random() < bl, 'By Name', NULL) AS byline,
       if(random() < dl AND NOT (is_bad AND trouble = 'no datelines'), 'OSLO (AP)', NULL) AS dateline, words AS word_count, moment::DATE AS date_published
FROM pages_made WHERE NOT is_reject;
"""


if __name__ == "__main__":
    started = time.process_time()
    main(*([int(value) for value in sys.argv[1:]] or [200, 100]))
    print(f"{time.process_time() - started:,.0f} CPU seconds")
