"""Listings as a run reads them: each finder in its turn, politely, noted and told.

polls (whose turn it is) → walking (the finders, their requests and crawls) → units → noted, told
"""

from __future__ import annotations

from flows.listings.walking import units

__all__ = ["units"]
