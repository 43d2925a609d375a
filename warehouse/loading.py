"""One spool file → the tables, as a set operation on the articles it touches, in one transaction.

    stage → facts → readings → heads and links → claims → area → identity → versions → texts → changes

The statements are in warehouse/sql, one file a step. Every step looks only at one source: a batch is of one source.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime

import duckdb
import msgspec

from warehouse import identity, spool
from warehouse.identity import Assignment, Node
from warehouse.spool import BadLine, Batch
from warehouse.staging import KEYS, LATEST, TABLES, stage_batch
from warehouse.steps import Steps


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of one file."""

    load_id: int
    rows: int
    bad: Sequence[BadLine]


def is_loaded(con: duckdb.DuckDBPyConnection, digest: str) -> bool:
    """Whether a file of this digest was loaded before."""
    return bool(con.execute("SELECT 1 FROM loads WHERE digest = $1 LIMIT 1", [digest]).fetchall())


def load(con: duckdb.DuckDBPyConnection, batch: Batch, steps: Steps | None = None) -> Loaded:
    """Load a batch that was not loaded before; nothing changes where this raises. Who loads many passes `steps` along."""
    steps = steps or Steps(con)
    refused = stage_batch(con, batch)  # before the transaction, which a refused row would end
    steps.begin(_staged(batch))
    con.begin()
    try:
        load_id = _number(con, batch)
        for kind, keys in KEYS.items():
            if kind in batch.rows:
                _facts(steps, kind, keys)
        _articles(con, steps, batch)
        rows = sum(map(len, batch.rows.values())) - len(refused)
        bad = [*batch.bad, *refused]
        _note(con, batch, rows, len(bad))
        con.commit()
    except BaseException:
        steps.forget()
        with suppress(duckdb.TransactionException):  # a commit that failed, as on a full disk, has ended it already
            con.rollback()
        raise
    return Loaded(load_id, rows, bad)


def _staged(batch: Batch) -> dict[str, int]:
    """How many rows each stage table holds; one that is emptied by refusals counts as filled, which costs little."""
    return {f"stage_{kind}": len(batch.rows.get(kind, ())) for kind in TABLES}


def _number(con: duckdb.DuckDBPyConnection, batch: Batch) -> int:
    """The next load_id, set with the other values that the statements ask for."""
    con.execute("SET VARIABLE load_id = (SELECT coalesce(max(load_id), 0) + 1 FROM loads)")
    con.execute("SET VARIABLE source_id = $1", [batch.header.source_id])
    con.execute("SET VARIABLE recorded_at = $1", [datetime.now(UTC).replace(tzinfo=None)])
    (number,) = con.execute("SELECT getvariable('load_id')").fetchall()[0]
    return int(number)


def _facts(steps: Steps, kind: str, keys: Sequence[str]) -> None:
    """Load the rows of a kind that stands for itself."""
    record = next(record for record, name in spool.KINDS.items() if name == kind)
    steps.run(
        "latest" if kind in LATEST else "append",
        table=TABLES[kind],
        kind=kind,
        parts=", ".join(f"fact.{key}" for key in keys),
        same=" AND ".join(f"t.{key} IS NOT DISTINCT FROM s.{key}" for key in keys),
        keys=", ".join(keys),
        fields=", ".join(f'"{field.name}" := "{field.name}"' for field in fields(record)),
    )


def _articles(con: duckdb.DuckDBPyConnection, steps: Steps, batch: Batch) -> None:
    """Load readings and sights, and judge the articles they touch anew."""
    judged = bool(batch.rows.keys() & {"reading", "withdrawal"}) or _holds_mementos(con, batch)
    if not judged and "found" not in batch.rows:
        return
    steps.run("withdrawn")
    steps.run("readings")
    if judged:
        for step in ("heads", "claims", "area"):
            steps.run(step)
        while steps.run("area_grows"):  # until no article reaches out of it
            pass
        steps.run("nodes")
        _identify(con, steps)
        for step in ("article_urls", "versions", "texts", "texts_moved", "verdicts", "changes"):
            steps.run(step)
    steps.run("addresses")


def _holds_mementos(con: duckdb.DuckDBPyConnection, batch: Batch) -> bool:
    """Whether there are requests for pages in an archive, which say how their addresses are known."""
    found = "SELECT 1 FROM stage_fetched WHERE origin = 'wayback' LIMIT 1"
    return "fetched" in batch.rows and bool(con.execute(found).fetchall())


def _identify(con: duckdb.DuckDBPyConnection, steps: Steps) -> None:
    """Give every address of the area its article: the tables `member` and `merged`."""
    steps.run("loners")
    nodes = [Node(*row) for row in con.execute(
        "SELECT s.url_key::VARCHAR, s.item, s.first_seen_at, o.article_id::VARCHAR, o.load_id "
        "FROM seen AS s LEFT JOIN old_urls AS o USING (url_key, item) ANTI JOIN loners USING (url_key, item)"
    ).fetchall()] if steps.rows["loners"] < steps.rows["seen"] else []  # fmt: skip
    assignment = _assignment(con, nodes) if nodes else Assignment({}, {})
    # As JSON, since lists of parameters cost thirty times as much.
    member = msgspec.json.encode([{"k": k, "i": i, "a": a} for (k, i), a in assignment.articles.items()]).decode()
    merged = msgspec.json.encode([{"a": a, "b": b} for a, b in assignment.merged.items()]).decode()
    con.execute("SET VARIABLE member = $1", [member])
    con.execute("SET VARIABLE merged = $1", [merged])
    steps.run("identity")


_IN_USE = """
SELECT DISTINCT article_id::VARCHAR FROM article_urls
WHERE article_id IN (SELECT unnest($1::UUID[])) AND article_id NOT IN (SELECT article_id FROM old_urls ANTI JOIN loners USING (article_id))
"""


def _assignment(con: duckdb.DuckDBPyConnection, nodes: Sequence[Node]) -> Assignment:
    """The articles of the addresses that are tied, share one, or find their name taken, be it by another source."""
    found = con.execute("SELECT url_key::VARCHAR, item, to_key::VARCHAR FROM ties").fetchall()
    ties = [((key, item), (other, item)) for key, item, other in found]
    known = {node.article_id for node in nodes}
    taken: frozenset[str] = frozenset()
    while True:  # seldom more than once: names are as good as always free
        assignment = identity.assign(nodes, ties, taken)
        new = set(assignment.articles.values()) - known
        clashes = con.execute(_IN_USE, [sorted(new)]).fetchall() if new else []
        if not clashes:
            return assignment
        taken |= {name for (name,) in clashes}


def _note(con: duckdb.DuckDBPyConnection, batch: Batch, rows: int, set_aside: int) -> None:
    con.execute(
        "INSERT INTO loads BY NAME SELECT getvariable('load_id')::INTEGER AS load_id, $1 AS file, $2 AS digest, $3 AS schema, "
        "$4 AS source_id, $5 AS run_id, $6 AS rows, $7 AS set_aside, getvariable('recorded_at')::TIMESTAMP AS recorded_at",
        [
            batch.path.name,
            batch.digest,
            batch.header.schema,
            batch.header.source_id,
            batch.header.run_id,
            rows,
            set_aside,
        ],
    )
