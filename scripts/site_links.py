"""For the site: a page that is named in the text, as (docs/connect.md), becomes a link to it."""

from __future__ import annotations

import re
from typing import Any

_NAMED = re.compile(r"(?<![\w/\[])docs/([a-z-]+)\.md\b")
_CODE = re.compile(r"(^```.*?^```|`[^`\n]*`)", re.M | re.S)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """The page with every mention of another turned into a link; code stays as it is."""
    parts = _CODE.split(markdown)
    return "".join(part if place % 2 else _linked(part) for place, part in enumerate(parts))


def _linked(text: str) -> str:
    return _NAMED.sub(r"[\1](\1.md)", text)
