"""A view of a text for matching: as long as the text itself, so that every offset found in it holds in the text."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

# What web pages make of a dash, a quote or a blank, each replaced by as many characters as it had.
_DAMAGE = {
    "â€”": "—  ", "â€“": "–  ", "â€•": "―  ", "â€™": "'  ", "â€œ": '"  ', "â€\x9d": '"  ', "â\x80\x94": "—  ",
    "â\x80\x93": "–  ", "â\x80\x99": "'  ", "&#151;": "—     ", "&#150;": "–     ", "&#8212;": "—      ",
    "&#8211;": "–      ", "&mdash;": "—      ", "&ndash;": "–      ", "&nbsp;": "      ", "Â\xa0": "  ",
}  # fmt: skip
_DAMAGED = re.compile("|".join(map(re.escape, _DAMAGE)))
_LOST = re.compile(
    r"(?<![^\W\d_])\ufffd|\ufffd(?![^\W\d_])|(?<=[^\W\d_])\ufffd(?=[A-Z])"
)  # no letter's place: it was a dash
_SUSPECT = re.compile("[âÂ&]")

_CONTROLS = {0x96: "–", 0x97: "—", 0x91: "'", 0x92: "'", 0x93: '"', 0x94: '"', 0x85: "…"}  # windows-1252, undecoded
_BLANKS = "\t\r\x0b\x0c\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\xad\ufffc"
_DASHES = {"‐": "-", "‑": "-", "‒": "–", "−": "-", "﹘": "—", "⸺": "—", "─": "—", "━": "—", "﹣": "-"}


def _same_length() -> dict[int, str]:
    """A translation table of single characters to single characters."""
    table = {i: " " for i in range(0x20) if chr(i) not in "\n"}
    table |= {ord(c): " " for c in _BLANKS}
    for code in (*range(0xFF01, 0xFF5F), 0x3000, *range(0x2000, 0x200B), 0xA0, 0x202F, 0x205F):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    for zero in (0x660, 0x6F0, 0x966):  # Arabic-Indic, Persian, Devanagari digits
        table |= {zero + n: str(n) for n in range(10)}
    table |= {ord(a): b for a, b in _DASHES.items()} | _CONTROLS | {ord("¶"): "\n"}
    return table | {ord("’"): "'", ord("‘"): "'", ord("ʼ"): "'", ord("`"): "'", ord("｡"): "。", ord("､"): "、"}


_TABLE = _same_length()


def view(text: str) -> str:
    """The text with full-width forms, foreign digits, odd blanks and damaged dashes made plain; length unchanged."""
    plain = text if text.isascii() else text.translate(_TABLE)
    if "\r" in plain or "\t" in plain or "\x0b" in plain:
        plain = plain.translate(_TABLE)
    if " ـ " in plain:  # the Arabic stretching stroke, set as a dash
        plain = plain.replace(" ـ ", " - ")
    if "\ufffd" in plain:
        plain = _LOST.sub("—", plain)
    return _DAMAGED.sub(lambda m: _DAMAGE[m[0]], plain) if _SUSPECT.search(plain) else plain


def capitalised(text: str) -> str:
    """The same text in capitals, one character for one character, for sources that print no capitals at all."""
    return "".join(c.upper() if len(c.upper()) == 1 else c for c in text)


def _letters(category: str, stop: int) -> str:
    """A regular expression class, without brackets, of all letters of a Unicode category below `stop`."""
    codes = [i for i in range(min(stop, sys.maxunicode)) if unicodedata.category(chr(i)) == category]
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    # The letters as they are: to read an escape in their place takes ten times as long, and every process reads 200 classes.
    return "".join(chr(a) if a == b else f"{chr(a)}{chr(b)}" if b == a + 1 else f"{chr(a)}-{chr(b)}" for a, b in runs)


MARKS = "\u0300-\u036f\u064b-\u0652\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u09be-\u09cd"
UPPER = _letters("Lu", 0x2000) + _letters("Lt", 0x600)
LOWER = _letters("Ll", 0x2000)
CASELESS = "\u0620-\u064a\u066e-\u06d3\u0904-\u0939\u0958-\u0961\u0985-\u09b9\u0e01-\u0e30\u10d0-\u10ff\u05d0-\u05ea"
IDEOGRAPHS = "\u3005-\u3007\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
LETTERS = UPPER + LOWER + CASELESS + MARKS + "ªº"


@lru_cache(maxsize=16384)
def plain(word: str) -> str:
    """A word for comparison: without case, accents, surrounding blanks and a trailing dot."""
    word = " ".join(word.split()).casefold().rstrip(".")
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace("ı", "i")
