"""What the codes of the ledger mean, in words for people; SQL and JSON keep the codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_ANSWER = re.compile(r"(?:status|http)_(\d{3})")
_OF_A_PAGE = re.compile(r"page_(\d+)_(\w+)")
_IN_BRACKETS = re.compile(r"\(([a-z]\w*)\)")


def in_words(code: str) -> str:
    """What a code means: a few words for behind a colon or in brackets; a code that nobody knows as it is."""
    if found := _ANSWER.fullmatch(code):
        return _answered(found[1])
    if found := _OF_A_PAGE.fullmatch(code):
        return f"its page {found[1]}: {in_words(found[2])}"
    return _words().get(code, code)


def outcome(code: str) -> str:
    """What became of an address, in a word or two."""
    return _words("outcomes").get(code, code)


def asked(code: str) -> str:
    """What came of one request, in a word or two."""
    return _words("requests").get(code, code)


def said(clause: str | None) -> str:
    """A clause of the views, as the column `reason` of `coverage`, with its codes in brackets said in words."""
    return _IN_BRACKETS.sub(lambda found: f"({in_words(found[1])})", clause or "")


def _answered(status: str) -> str:
    known = _words("status")
    return known.get(status, known.get(status[0], known["other"])).format(status=status)


@cache
def _words(table: str = "words") -> Mapping[str, str]:
    read = tomllib.loads(files("flows").joinpath("reasons.toml").read_text(encoding="utf-8"))
    return {str(code): said for code, said in read[table].items()}
