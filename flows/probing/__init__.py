"""Probing a site before it is read: what it allows, how its articles can be found, and what comes of a few of them."""

from __future__ import annotations

from flows.probing.probe import probe
from flows.probing.records import Options, Probe

__all__ = ["Options", "Probe", "probe"]
