"""How far the moment that a memento was given for is from the one that was asked for: evidence of its `observed_at`."""

from __future__ import annotations

from flows.wayback import places
from warehouse.archive.captures import Capture
from warehouse.rows import EvidenceRow


def evidence(capture: Capture) -> list[EvidenceRow]:
    """One row where an archive gave another capture than the one asked for: the moment given, and how far apart they are."""
    wanted = places.memento(capture.requested_url) if capture.origin == "wayback" else None
    moment = wanted.moment if wanted else None
    if moment is None or moment == capture.observed_at:
        return []
    apart = capture.observed_at - moment
    side = "later" if apart.total_seconds() > 0 else "earlier"
    note = f"asked for {moment.isoformat()}Z, given {abs(apart)} {side}"
    return [EvidenceRow("observed_at", f"{capture.observed_at.isoformat()}Z", "memento", True, note)]
