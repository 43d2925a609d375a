"""Fetching: bytes out, politely and within bounds, and never an exception. Nothing is decoded to text here."""

from __future__ import annotations

from flows.fetching.addresses import house
from flows.fetching.asking import resting_until
from flows.fetching.credentials import BadCredentials, Credentials, cookie_file, header_lines
from flows.fetching.exchange import Exchange, Limits
from flows.fetching.fetcher import Fetcher
from flows.fetching.pace import Pace

__all__ = [
    "BadCredentials",
    "Credentials",
    "Exchange",
    "Fetcher",
    "Limits",
    "Pace",
    "cookie_file",
    "header_lines",
    "house",
    "resting_until",
]
