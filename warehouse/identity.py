"""Which addresses are one article, and under which lasting id.

An article is a connected set of addresses, tied by redirects that were followed and canonical claims that are
believed. An id is given once: a set keeps the id first given among its addresses', the others point to it, and only
a set without an id, or a part that split off, is given a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import NamedTuple
from uuid import UUID, uuid5

Address = tuple[str, int]
"""An address's key as UUID text, and the position of the article on its page."""


class Node(NamedTuple):
    """An address in the area that is looked at anew."""

    url_key: str
    item: int
    first_seen_at: datetime
    article_id: str | None  # given to it before
    given: int | None  # in which load

    @property
    def address(self) -> Address:
        """What ties name."""
        return self.url_key, self.item


@dataclass(frozen=True, slots=True)
class Assignment:
    """The article of every address, and the ids that now point to another."""

    articles: dict[Address, str]
    merged: dict[str, str]  # an id → the id that stays


def assign(nodes: Sequence[Node], ties: Iterable[tuple[Address, Address]], taken: frozenset[str]) -> Assignment:
    """The article of each node; `taken` are ids in use outside of the area, which cannot be given again."""
    parts = [sorted(part, key=_age) for part in _connected(nodes, ties)]
    parts.sort(key=lambda part: _age(part[0]))
    heirs = _heirs(parts)
    used = set(taken) | {node.article_id for node in nodes if node.article_id}
    articles: dict[Address, str] = {}
    merged: dict[str, str] = {}
    for number, part in enumerate(parts):
        inherited = heirs.get(number, [])
        kept = inherited[0] if inherited else next(name for name in _names(part) if name not in used)
        used.add(kept)
        articles.update((node.address, kept) for node in part)
        merged.update(dict.fromkeys(inherited[1:], kept))
    return Assignment(articles, merged)


def natural_id(url_key: str, item: int) -> str:
    """The id that an article first seen at this address is given when it is free, so that a rebuild gives it again."""
    return url_key if item == 0 else str(uuid5(UUID(url_key), str(item)))


def _connected(nodes: Sequence[Node], ties: Iterable[tuple[Address, Address]]) -> list[list[Node]]:
    """The nodes in connected sets; ties that lead out of `nodes` are of no account."""
    root = {node.address: node.address for node in nodes}

    def find(address: Address) -> Address:
        while root[address] != address:
            root[address] = address = root[root[address]]
        return address

    for one, other in ties:
        if one in root and other in root:
            root[find(one)] = find(other)
    parts: dict[Address, list[Node]] = defaultdict(list)
    for node in nodes:
        parts[find(node.address)].append(node)
    return list(parts.values())


def _heirs(parts: Sequence[Sequence[Node]]) -> dict[int, list[str]]:
    """The ids that each part keeps, the one first given first: an id goes to the part of the address it was made from, else to the eldest."""
    holders: dict[str, list[int]] = defaultdict(list)
    given: dict[str, int] = {}
    origin: dict[str, int] = {}
    for number, part in enumerate(parts):
        for node in part:
            if node.article_id is None or node.given is None:
                continue
            holders[node.article_id].append(number)
            given[node.article_id] = min(node.given, given.get(node.article_id, node.given))
            if node.article_id == natural_id(*node.address):
                origin[node.article_id] = number
    heirs: dict[int, list[str]] = defaultdict(list)
    for article_id in sorted(holders, key=lambda name: (given[name], name)):
        heirs[origin.get(article_id, holders[article_id][0])].append(article_id)
    return heirs


def _names(part: Sequence[Node]) -> Iterator[str]:
    """Names for a new article, best first."""
    for node in part:
        yield natural_id(*node.address)
    yield from (str(uuid5(UUID(part[0].url_key), f"{part[0].item}/{number}")) for number in count(1))


def _age(node: Node) -> tuple[datetime, str, int]:
    return node.first_seen_at, node.url_key, node.item
