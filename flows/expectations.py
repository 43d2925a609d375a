"""What a source's file calls normal, as the warehouse keeps it."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.sources import SourceDefinition
from warehouse import rows


def row(source: SourceDefinition, noted_at: datetime) -> rows.Expectation:
    """What is normal for a source, as the warehouse keeps it."""
    expect, day = source.expect, timedelta(days=1)
    return rows.Expectation(
        source_id=source.source_id,
        definition_hash=source.definition_hash,
        noted_at=noted_at,
        silence_days=expect.silence / day if expect.silence else None,
        per=expect.per,
        articles_min=expect.least,
        articles_max=expect.most,
        filled=[rows.FilledShare(field, share) for field, share in expect.filled],
        rejected_max=expect.rejected,
        words_min=expect.shortest,
        words_max=expect.longest,
        judge_layout=expect.layout,
        judge_history=expect.history,
        lookback_days=source.lookback / day,
    )
