"""The language of a page: as it says, unless its words plainly belong to another."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files

_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?:[-_.@].*)?", re.IGNORECASE)
_COMMON = {
    language: frozenset(words.split())
    for language, words in tomllib.loads(
        files("parsers").joinpath("data/stopwords.toml").read_text(encoding="utf-8")
    ).items()
}
# Scripts that belong to one language of news, or to several: then what the page says stands.
_SCRIPTS = (
    (re.compile(r"[\u3040-\u30ff]"), ("ja",)),
    (re.compile(r"[\uac00-\ud7af]"), ("ko",)),
    (re.compile(r"[\u4e00-\u9fff]"), ("zh", "ja", "yue")),
    (re.compile(r"[\u0600-\u06ff]"), ("ar", "fa", "ur", "ps", "ckb", "ug", "sd")),
    (re.compile(r"[\u0590-\u05ff]"), ("he", "iw", "yi")),
    (re.compile(r"[\u0900-\u097f]"), ("hi", "mr", "ne", "sa")),
    (re.compile(r"[\u0980-\u09ff]"), ("bn", "as")),
    (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
    (re.compile(r"[\u0370-\u03ff]"), ("el",)),
    (re.compile(r"[\u0400-\u04ff]"), ("ru", "uk", "bg", "sr", "be", "mk", "kk", "ky", "mn", "tg")),
)
_ENOUGH = 3  # small words that must be seen before words are believed against a statement


def decide(stated: Iterable[str], expected: str | None, sample: str) -> str | None:
    """A BCP 47 tag: the first statement that the sample does not gainsay, else what the sample or source says."""
    tags = [tag for tag in map(normal, stated) if tag]
    seen = detect(sample)
    for tag in tags:
        if not seen or tag.partition("-")[0] in seen:
            return tag
    if expected and (not seen or expected.partition("-")[0] in seen):
        return expected
    return seen[0] if seen else None


def normal(tag: str) -> str | None:
    """A language tag in its customary writing (de_AT → de-AT, "english" → None)."""
    found = _TAG.fullmatch(tag.strip())
    if not found:
        return None
    language, script, region = found.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))


def detect(text: str) -> tuple[str, ...]:
    """The languages a text may be in, likeliest first; () when it is too short to say."""
    letters = len(_WORD.findall(text)) and sum(map(len, _WORD.findall(text)))
    for script, languages in _SCRIPTS:
        if letters and len(script.findall(text)) > letters * (0.1 if languages == ("ja",) else 0.4):
            return _by_words(text, languages) or languages
    return _by_words(text, tuple(_COMMON))


def _by_words(text: str, languages: tuple[str, ...]) -> tuple[str, ...]:
    words = [word.casefold() for word in _WORD.findall(text[:4_000])]
    counts = {
        language: sum(word in _COMMON[language] for word in words) for language in languages if language in _COMMON
    }
    best = max(counts.values(), default=0)
    if best < _ENOUGH:
        return ()
    near = [language for language in counts if counts[language] * 3 >= best * 2]
    return tuple(sorted(near, key=lambda language: -counts[language]))
