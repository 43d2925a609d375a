"""All verbs of the command line, registered."""

from __future__ import annotations

from flows.cli import (  # noqa: F401  (each registers its verbs)
    adding,
    archive,
    articles,
    backfill,
    care,
    checking,
    coverage,
    dbt,
    demo,
    deploying,
    export,
    health,
    importing,
    journal,
    questions,
    reading,
    reparse,
    runs,
    search,
    setup,
    sources,
    status,
    up,
    versions,
    watch,
)
from flows.cli.app import app, guarded

__all__ = ["app", "guarded"]
