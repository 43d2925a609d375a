"""A parse pool without processes: what they do is tested in test_pool, and each takes longer to start than a pass takes."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Self

from flows import parse_child
from flows.pool import Parsed
from parsers.records import Page, Profile


class Inline:
    """A parse pool that parses at once, in this process."""

    def submit(self, page: Page, profile: Profile) -> Future[Parsed]:
        done: Future[Parsed] = Future()
        done.set_result(parse_child.parse(page, profile))
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None
