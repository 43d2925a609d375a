"""Two states of an article, and its citations, as a program wants them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flows.cli import comparing
from flows.cli.reading import plain

Record = Mapping[str, Any]


def of_versions(old: Record | None, new: Record) -> str:
    """What the outlet changed between two versions, as JSON; `old` is None where it has shown one only."""
    said = {"old": old and _named(old, "version", "valid_from"), "new": _named(new, "version", "valid_from")}
    return _json({"article_id": new["article_id"], **said, **_differing(old or new, new, comparing.COMPARED)})


def of_readings(article_id: str, old: Record, new: Record, names: Sequence[str]) -> str:
    """What a later reading of one page corrected in these fields and the text, as JSON."""
    about = ("reader", "read_at", "reject_reason")
    said = {"observed_at": new["observed_at"], "old": _named(old, *about), "new": _named(new, *about)}
    is_rejected = old["reject_reason"] or new["reject_reason"]
    return _json({"article_id": article_id, **said, **({} if is_rejected else _differing(old, new, names))})


def of_citation(version: Record) -> str:
    """The citation of a version in every form, as JSON."""
    from warehouse import citation, lookup

    forms = {name.replace("-", "_"): write(version) for name, write in citation.WRITERS.items()}
    forms["csl_json"] = json.loads(forms["csl_json"])
    about = _named(version, "article_id", "version", "valid_from")
    return _json({**about, "citation_id": lookup.citation_id(version), **forms})


def _differing(old: Record, new: Record, names: Sequence[str]) -> dict[str, Any]:
    """The fields that differ, with their values and words, and the paragraphs of a text that differs."""
    fields = {
        name: {"old": old.get(name), "new": new.get(name), "words": _pieces(line)}
        for name, line in comparing.fields(old, new, names)
    }
    lines = comparing.paragraphs(old["body"], new["body"])
    return {
        "fields": fields,
        "paragraphs": [_pieces(line) for line in lines] if any(map(comparing.changed, lines)) else [],
    }


def _pieces(line: comparing.Line) -> list[dict[str, Any]]:
    return [asdict(piece) for piece in line]


def _named(record: Record, *names: str) -> dict[str, Any]:
    return {name: record[name] for name in names}


def _json(record: Mapping[str, Any]) -> str:
    return json.dumps(record, default=plain, ensure_ascii=False)
