"""Whether a page says that it may be read for free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from parsers.jsonld import Node
from parsers.markup import Markup

_YES = frozenset(["true", "yes", "1"])
_NO = frozenset(["false", "no", "0"])
_TIERS = {"free": True, "locked": False}  # of article:content_tier; "metered" says nothing of this reader


def stated(article: Node | None, nodes: tuple[Node, ...], marks: Markup) -> bool | None:
    """What the page says of its paywall; None when it says nothing.

    The article's own statement goes before one about a part of it (schema.org's markup of paywalled sections), and
    this before microdata and `article:content_tier`.
    """
    own = [article] if article else []
    values = (node.values for node in (*own, *(node for node in nodes if not node.aside)))
    parts = (part for node in own for part in _parts(node.values.get("hasPart")))
    found = (_value(held) for held in (*values, *parts))
    return next((value for value in found if value is not None), _of_markup(marks))


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    members: Iterable[Any] = value if isinstance(value, list) else [value]
    return (member for member in members if isinstance(member, dict))


def _value(values: dict[str, Any]) -> bool | None:
    """The statement of one object; its key is written in several ways."""
    held = next((value for key, value in values.items() if key.lower() == "isaccessibleforfree"), None)
    return _truth(held)


def _truth(value: Any) -> bool | None:
    word = str(value).strip().rpartition("/")[2].lower()
    return True if word in _YES else False if word in _NO else None


def _of_markup(marks: Markup) -> bool | None:
    value = _truth(marks.meta("isaccessibleforfree"))
    return value if value is not None else _TIERS.get((marks.meta("article:content_tier") or "").lower())
