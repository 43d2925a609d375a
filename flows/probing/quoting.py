"""Values as TOML writes them."""

from __future__ import annotations

import json


def quoted(value: str | list[str]) -> str:
    """A text or a list of texts as TOML: the same as JSON, but for pairs of surrogates and the character DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
