"""Heads of Chinese, Japanese and Korean agencies, which pack place, day, tag and reporter without blanks.

Two kinds: an open head that ends in 电/電/讯/訊, and a bracket such as 【ワシントン共同】, (서울=연합뉴스), （中央社台北3日電）.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parsers import agencies
from parsers.dateline import cjk_dates, dates
from parsers.view import IDEOGRAPHS, plain
from parsers.vocabulary import CITIES, NOT_HEADS, alternatives


@dataclass(frozen=True, slots=True)
class Head:
    """A head as read; `end` is where the text begins."""

    end: int
    places: tuple[str, ...]
    date: dates.Printed | None
    tags: tuple[str, ...]
    ids: tuple[str, ...]
    byline: str | None
    rule: str
    confidence: float


@dataclass(slots=True)
class _Parts:
    """What the content of a bracket was taken apart into."""

    places: list[str] = field(default_factory=list)
    date: dates.Printed | None = None
    tags: list[str] = field(default_factory=list)
    byline: str | None = None
    rest: list[str] = field(default_factory=list)


_WIDE = re.compile(f"[{IDEOGRAPHS}]")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_ALIASES = [a for agency in agencies.AGENCIES for a in agency.aliases]
_WIDE_TAGS = alternatives(a for a in _ALIASES if _WIDE.search(a))
_TAG = re.compile(
    rf"(?:{_WIDE_TAGS})|(?<![A-Za-z])(?:{alternatives(a for a in _ALIASES if a.isascii() and len(a) > 1)})(?![A-Za-z])"
)
_UNKNOWN_TAG = (
    rf"[{_HAN}]{{1,6}}(?:通讯社|新闻网|日报|晚报|晨报|时报|商报|[社网網报報台])|(?:晨|晚|日|早|商|时|快|都市|华商)报"
)
_OPEN = re.compile(
    rf"(?:据|據)?(?P<tag>{_WIDE_TAGS}|{_UNKNOWN_TAG})(?P<by>(?:特派)?[记記]者)?(?P<place>[{IDEOGRAPHS}·]{{0,14}}?)"
    rf"(?P<date>{cjk_dates.DATE.pattern.replace('?P<', '?P<d_')})?\s?(?:综合|綜合|专|專|外)?(?P<mark>[电電讯訊]|消息(?:\([^()\n]{{2,12}}\))?:|(?:报道|報道|報導)(?=\s)|(?<=日)(?=\s-\s)|(?<=日)(?=\((?:[记記]者)?\s?[{_HAN}]{{2,4}}(?:[、,\s]{{1,2}}[{_HAN}]{{2,4}}){{0,4}}\)))"
)
_BRACKET = re.compile(
    r"[(【\[〔〖](?P<in>[^()【】\[\]〔〕〖〗\n]{2,44})[)】\]〕〗]|(?P<lost>[^()【】\[\]〔〕\n]{2,30})\]"
)
_WRITER = re.compile(
    rf"\s{{0,2}}(?:\((?P<in>[^()\n]{{2,40}})\)|(?P<name>(?:本[报報])?(?:特派)?[记記]者[{_HAN}、·\s]{{2,30}}?(?:报道|報道|報導|摄影报道)?:))"
)
_NAMES = re.compile(rf"(?:[{_HAN}]{{2,4}}(?:[、,\s]|$)){{1,5}}")
_NOTES = frozenset({"更新", "写真", "動画", "訂正", "修正", "完", "続報", "图", "视频", "组图", "圖"})
_PRESS = re.compile(r"[记記]者|通讯员|通訊員|编辑|編輯|编译|報導|报道|报导")
_KOREAN = re.compile(
    r"\s{0,2}(?P<name>[가-힣A-Za-z]{2,5}(?:[ ·,]{1,2}[가-힣]{2,4}){0,3}\s?(?:[가-힣]{0,4}(?:기자|특파원|통신원|위원|인턴|리포터|앵커)))?\s{0,2}=\s{0,2}"
)
_SIGNED = re.compile(rf"[记記]者(?P<name>[{_HAN}]{{2,4}})[/](?P<place>[{_HAN}]{{2,6}})(?:报道|報道|報導)\s{{0,2}}\n?")
_TAGGED = re.compile(rf"(?P<place>[{IDEOGRAPHS}ー・]{{2,14}})\((?P<tag>CNN|AFP|AP|{_WIDE_TAGS})\)(?:\s?[-–—]\s?|\s)")
_DASH = re.compile(r"\s{0,2}[-–—ー:]{0,2}\s{0,3}")
_SPLIT = re.compile(r"[=/\s·・,、|]+")
_REPORTER = re.compile(r"(?:특파)?[记記]者|기자|특파원|通讯员")
_MARKS = re.compile(r"综合|綜合|專電|专电|外電|外电|[电電讯訊発]$|發$|발$|報導$|报道$|报导$")


def _city(name: str) -> bool:
    """Whether a name is in the gazetteer."""
    return plain(name) in CITIES


def possible(view: str, start: int) -> bool:
    """Whether the paragraph opens in one of these scripts."""
    return _WIDE.search(view, start, start + 12) is not None


def read(view: str, text: str, start: int, language: str | None) -> Head | None:
    """The head at `start`; None when the paragraph only opens with a place, a date or an agency."""
    del language  # the scripts say enough
    return _bracketed(view, text, start) or _open_head(view, text, start) or _plain_head(view, text, start)


def _plain_head(view: str, text: str, start: int) -> Head | None:
    """A head such as 記者王小明／台北報導 or ワシントン（ＣＮＮ）."""
    if found := _SIGNED.match(view, start):
        return Head(found.end(), (found["place"],), None, (), (), found["name"], "place", 0.8)
    found = _TAGGED.match(view, start)
    agency = agencies.find(found["tag"]) if found and _city(found["place"]) else None
    if not found or not agency:
        return None
    tag = text[found.start("tag") : found.end("tag")]
    return Head(found.end(), (found["place"],), None, (tag,), (agency.id,), None, "place tag", 1.0)


def _open_head(view: str, text: str, start: int) -> Head | None:
    """A head such as 新华社北京5月3日电, with the writer behind it."""
    found = _OPEN.match(view, start, start + 60)
    if not found:
        return None
    tag, place = found["tag"], found["place"]
    agency = agencies.find(tag, "zh")
    named = (
        found["mark"] in {"讯", "訊"} and tag[-1] in "报報网網" and view[found.end() : found.end() + 1] in {" ", "("}
    )
    if agency is None and not found["date"] and not (named and not place):
        return None
    if place and not found["date"] and not _city(place):
        return None
    name = None
    if found["by"]:
        name, place = _name_and_place(place)
    end, writer = _writer(view, text, found.end())
    return Head(
        end, (place,) if place else (), cjk_dates.read(view, found.start("date"), found.end("date")), (tag,), (agency.id,) if agency else (),
        writer or name, "tag place date", 1.0 if agency else 0.8,
    )  # fmt: skip


def _writer(view: str, text: str, end: int) -> tuple[int, str | None]:
    """Where the text begins behind the head's own blanks and its writer, and that writer."""
    if (found := _WRITER.match(view, end)) and (
        found["name"] or _PRESS.match(found["in"]) or (_NAMES.fullmatch(found["in"]) and found["in"] not in _NOTES)
    ):
        raw = text[found.start(found.lastgroup or 0) : found.end(found.lastgroup or 0)]
        name = _PRESS.sub("", raw).strip(" :：、") or None
        return _DASH.match(view, found.end()).end(), name  # type: ignore[union-attr]  # matches the empty string
    return _DASH.match(view, end).end(), None  # type: ignore[union-attr]


def _bracketed(view: str, text: str, start: int) -> Head | None:
    """A head in brackets; the opening one may be lost."""
    found = _BRACKET.match(view, start)
    if not found:
        return None
    content = found["in"] or found["lost"]
    if any(word in content for word in NOT_HEADS) and "記者" not in content and "记者" not in content:
        return None
    parts = _take_apart(view, found.start(found.lastgroup or 0), found.end(found.lastgroup or 0))
    reported = content.endswith(("報導", "报道", "报导", "電", "电", "讯", "訊", "발"))
    confidence = _believed(parts, content, reported, lost=found["in"] is None)
    if confidence == 0.0:
        return None
    end, writer = found.end(), parts.byline
    if korean := _KOREAN.match(view, end):
        end, writer = korean.end(), (korean["name"] or writer)
    else:
        end, more = _writer(view, text, end)
        writer = writer or more
    ids = tuple(dict.fromkeys(a.id for t in parts.tags if (a := agencies.find(t))))
    return Head(
        end, tuple(parts.places), parts.date, tuple(parts.tags), ids, _without_title(writer), _rule(parts), confidence
    )


def _believed(parts: _Parts, content: str, reported: bool, *, lost: bool) -> float:
    """How sure it is that a bracket is a head; 0 when it is something else."""
    if len(parts.rest) > 1 or any(len(r) > 8 for r in parts.rest):
        return 0.0
    known = bool(parts.tags) and any(agencies.find(t) for t in parts.tags)
    if lost:
        return 0.9 if known and (parts.places or parts.date) else 0.0
    if known and (
        parts.places or parts.date or parts.byline or len(parts.tags) > 1 or reported or content in parts.tags
    ):
        return 1.0
    if parts.places and "=" in content and parts.rest + parts.tags:
        if "=" in content and parts.rest and not parts.tags:
            parts.byline = parts.rest.pop()
        return 0.8
    told = parts.date or parts.byline or (len(parts.places) == 1 and _city(parts.places[0]))
    return 0.8 if parts.places and reported and told else 0.0


def _rule(parts: _Parts) -> str:
    names = (("place", parts.places), ("date", parts.date), ("tag", parts.tags))
    return " ".join(name for name, value in names if value) or "tag"


def _take_apart(view: str, start: int, end: int) -> _Parts:
    """The date, the tags, the places and the reporter in the content of a bracket."""
    parts = _Parts(date=None)
    content = view[start:end]
    if found := cjk_dates.DATE.search(content):
        parts.date = cjk_dates.read(view, start + found.start(), start + found.end())
        content = content[: found.start()] + " " + content[found.end() :]
    for tag in _TAG.finditer(content):
        parts.tags.append(tag[0])
    content = _TAG.sub(lambda m: "=" if m.start() and content[m.start() - 1] != "=" else " ", content)
    for piece in _SPLIT.split(content):
        _sort(parts, _MARKS.sub("", _MARKS.sub("", piece)))
    return parts


def _sort(parts: _Parts, piece: str) -> None:
    """One piece of a bracket's content to where it belongs."""
    if not piece or piece in {"発", "발", "電", "电", "年"}:
        return
    if reporter := _REPORTER.search(piece):
        name, place = _name_and_place(piece[reporter.end() :] or piece[: reporter.start()] or _left_over(parts))
        parts.byline = name
        if place:
            parts.places.append(place)
    elif (
        _city(piece)
        or (not parts.places and not parts.rest and len(piece) <= 10 and _WIDE.match(piece) and not parts.byline)
        or (parts.byline and not parts.places)
    ):
        parts.places.append(piece)
    else:
        parts.rest.append(piece)


def _left_over(parts: _Parts) -> str:
    """The piece before a bare "기자": the reporter's name, whatever it was taken for."""
    pile = parts.rest or parts.places
    return pile.pop() if pile and not _city(pile[-1]) else ""


def _name_and_place(joined: str) -> tuple[str, str]:
    """A reporter's name and the place glued to it: the longest known place at the end, else a name of three."""
    for size in range(min(8, len(joined) - 2), 1, -1):
        if _city(joined[-size:]):
            return joined[:-size], joined[-size:]
    return (joined[:3], joined[3:]) if len(joined) > 4 else (joined, "")


def _without_title(name: str | None) -> str | None:
    """A reporter's name without what she is called by."""
    return _REPORTER.sub("", name).strip() or None if name else None
