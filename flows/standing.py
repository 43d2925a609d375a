"""How a source stands: what is there, what ran last, what is due now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from flows.sources import SourceDefinition
from flows.workspace import Workspace
from parsers.records import Hints
from warehouse import reading_copy, spool
from warehouse.due import Known, Policy, due
from warehouse.ledger import Ledger

COUNTS = """
SELECT (SELECT count(*) FROM articles WHERE source_id = $source_id),
       (SELECT count(*) FROM rejects WHERE source_id = $source_id AND reason IS NOT NULL),
       (SELECT max(started_at) FROM runs WHERE source_id = $source_id),
       (SELECT arg_max(state, started_at) FROM runs WHERE source_id = $source_id)
"""


def standing(workspace: Workspace, source: SourceDefinition) -> dict[str, Any]:
    """Counts of one source; the keys are the columns that `wireroom status` prints."""
    with reading_copy.connect(workspace.folders) as connection:
        articles, rejected, last_run, state = connection.execute(COUNTS, {"source_id": source.source_id}).fetchall()[0]
    with Ledger(workspace.folders, source.source_id) as ledger:
        due_now, waiting = _due(ledger, source)
    return {
        "source": source.source_id,
        "articles": articles,
        "last_run": last_run,
        "state": "paused" if source.paused else state,
        "due_now": due_now,
        "waiting": waiting,
        "rejected": rejected,
        "in_spool": len(spool.files(workspace.folders, source.source_id)),
    }


def _due(ledger: Ledger, source: SourceDefinition) -> tuple[int, int]:
    """How many known addresses a pass would ask for now, and how many wait for a later moment."""
    now = datetime.now(UTC).replace(tzinfo=None)
    policy = Policy(revisit_ages=source.revisit_ages, max_attempts=source.max_attempts)
    known: Iterable[Known] = chain(ledger.untried(), ledger.revisitable(now, source.revisit_ages))
    verdicts = [due(item, Hints(), policy, now).when for item in known]
    return verdicts.count("now"), verdicts.count("at")
