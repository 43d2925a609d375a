"""Reservations of rights against text and data mining, by the TDM Reservation Protocol of the W3C's community group.

The page itself speaks before its headers, and those before the host's /.well-known/tdmrep.json, where the first rule
that fits a path decides. `noai` of robots metas is no part of the protocol: it is recorded and decides nothing.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from flows.fetching.request import Answer

PATH = "/.well-known/tdmrep.json"
LARGEST = 1 << 18
"""Bytes of the host's file that are read, and of a page that are searched for metas."""

MOST_RULES = 1000
NONE = "none"
_HINTS = (b"tdm-", b"noai", b"noimageai")
_COMMENT = re.compile(r"<!--.*?-->|<script\b.*?</script\s*>", re.S | re.I)
_META = re.compile(r"<meta\b[^>]*>", re.I)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", re.I)
_NO_AI = re.compile(r"\b(noai|noimageai)\b", re.I)

Rule = tuple[str, bool, str | None]
"""A path pattern with * and $, whether rights are reserved there, and the address of the policy."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What is stated of one page: a few words for the ledger, and whether its rights are reserved."""

    stated: str
    reserved: bool


def of(answer: Answer, rules: list[Rule]) -> Rights:
    """What page, headers and the host's rules state of an answer."""
    metas = _metas(answer.body)
    said = [
        ("page", metas.get("tdm-reservation"), metas.get("tdm-policy")),
        ("header", answer.header("tdm-reservation"), answer.header("tdm-policy")),
    ]
    words: list[str] = []
    reserved: bool | None = None
    for where, reservation, policy in said:
        if reservation is not None:
            words.append(f"tdm-reservation: {reservation.strip()[:20]} ({where})")
            reserved = reservation.strip() == "1" if reserved is None else reserved
        if policy:
            words.append(f"tdm-policy: {policy.strip()[:500]}")
    by_host = of_path(answer.url, rules)
    if by_host:
        words.append(by_host.stated)
        reserved = by_host.reserved if reserved is None else reserved
    words += _no_ai(metas.get("robots", ""), "page") + _no_ai(answer.every("x-robots-tag"), "header")
    return Rights("; ".join(words) or NONE, bool(reserved))


def of_path(url: str, rules: list[Rule]) -> Rights | None:
    """What the host's file states of an address; None where no rule of it fits."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    for pattern, reserved, policy in rules:
        if _fits(pattern, path):
            stated = f"tdm-reservation: {int(reserved)} (tdmrep.json)"
            return Rights(f"{stated}; tdm-policy: {policy}" if policy else stated, reserved)
    return None


def read(body: bytes) -> list[Rule]:
    """The rules of a tdmrep.json; none where it is anything else."""
    try:
        entries = json.loads(body[:LARGEST].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return []
    rules: list[Rule] = []
    for entry in entries[:MOST_RULES] if isinstance(entries, list) else []:
        location = entry.get("location") if isinstance(entry, dict) else None
        if isinstance(location, str) and location:
            policy = entry.get("tdm-policy")
            rules.append(
                (
                    location[:2000],
                    str(entry.get("tdm-reservation")).strip() == "1",
                    policy[:500] if isinstance(policy, str) else None,
                )
            )
    return rules


def _fits(pattern: str, path: str) -> bool:
    """Whether a path fits a pattern as robots.txt has them: a beginning, * for anything, $ for the end."""
    anchored = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not others:
        return path == first if anchored else True
    *middle, last = others
    place = len(first)
    for part in middle:
        place = path.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return path.endswith(last) and len(path) - len(last) >= place if anchored else path.find(last, place) >= 0


def _metas(body: bytes) -> dict[str, str]:
    """Contents of the metas that say something of rights, by their names in small letters."""
    opening = body[:LARGEST].lower()  # looking for words in it is forty times faster than a pattern
    if not any(hint in opening for hint in _HINTS):
        return {}
    found: dict[str, str] = {}
    for tag in _META.findall(_COMMENT.sub("", body[:LARGEST].decode("utf-8", "replace"))):
        values = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag)}
        name = values.get("name", "").strip().lower()
        if name in ("tdm-reservation", "tdm-policy"):
            found.setdefault(name, values.get("content", ""))
        elif name == "robots":
            found[name] = f"{found.get(name, '')} {values.get('content', '')}"
    return found


def _no_ai(text: str, where: str) -> list[str]:
    return [f"{word} ({where})" for word in sorted({found.lower() for found in _NO_AI.findall(text)})]
