"""An outlet that does not answer for one of its pages."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Self


class Silent(dict):  # type: ignore[type-arg]
    """Pages of which one is not answered before it is released."""

    def __init__(self, pages: Mapping[str, Any], path: str) -> None:
        super().__init__(pages)
        self.path = path
        self.asked, self.released = threading.Event(), threading.Event()

    def get(self, key: str, default: Any = None) -> Any:
        if key == self.path:
            self.asked.set()
            self.released.wait(120)
        return super().get(key, default)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.released.set()
