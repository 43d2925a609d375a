"""Importing pages that others have recorded: files → arrivals → the sources that claim them → their archives and the spool.

    file → warcs, wacz, saved, lines, lists → arrival → claims → taking (parse, archive, note, spool) → load

`take` imports one WARC file into a run that is open; `bring` takes files of every kind and opens the runs it needs.
"""

from __future__ import annotations

from flows.importing.bringing import bring
from flows.importing.records import Options, Report
from flows.importing.taking import take

__all__ = ["Options", "Report", "bring", "take"]
