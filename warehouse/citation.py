"""Citing one version of an article: RIS, BibTeX, CSL-JSON or a line of text, from its record.

What a citation must say of a page that may change: when it was shown so, and where that is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from warehouse.lookup import citation_id

Record = Mapping[str, Any]

_BIBTEX_SPECIAL = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
                   "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}  # fmt: skip
_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def as_ris(record: Record) -> str:
    """RIS, type NEWS; lines end in CR LF, as the format wants."""
    issued = _issued(record)
    lines = [("TY", "NEWS"), ("ID", citation_id(record)), ("TI", record["headline"])]
    lines += [("AU", name) for name in _authors(record)]
    lines += [("T2", _outlet(record)), ("PY", issued[0] if issued else None), ("DA", _ris_date(issued))]
    lines += [("UR", _url(record)), ("Y2", f"{record['valid_from']:%Y/%m/%d}/"), ("LA", record["language"])]
    lines += [("AB", record["abstract"]), ("PB", record["publisher"]), ("SE", record["article_section"])]
    lines += [("KW", word) for word in record["keywords"] or ()]
    lines += [("AV", archived_at(record)), ("AN", str(record["article_id"])), ("N1", _note(record)), ("ER", "")]
    kept = [(tag, _one_line(text)) for tag, text in lines if text is not None]
    return "\r\n".join(f"{tag}  - {text}" for tag, text in kept) + "\r\n"


def as_bibtex(record: Record) -> str:
    """BibTeX as biblatex reads it: @online with date and urldate (older styles treat it as @misc)."""
    issued = _issued(record)
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in _authors(record)) or None,
        "title": "{" + _escaped(record["headline"]) + "}",
        "date": "-".join(issued) or None,
        "organization": _escaped(_outlet(record)),
        "url": _url(record),
        "urldate": f"{record['valid_from']:%Y-%m-%d}",
        "langid": record["language"],
        "keywords": _escaped(", ".join(record["keywords"] or ())) or None,
        "note": _escaped(_note(record)),
    }
    lines = [f"  {name} = {{{text}}}" for name, text in fields.items() if text]
    return f"@online{{{citation_id(record)},\n" + ",\n".join(lines) + "\n}\n"


def as_csl_json(record: Record) -> str:
    """CSL-JSON: an array with one item of the type article-newspaper."""
    issued = _issued(record)
    item = {
        "id": citation_id(record),
        "type": "article-newspaper",
        "title": _one_line(record["headline"]),
        "author": [{"literal": name} for name in _authors(record)],
        "container-title": _outlet(record),
        "publisher": record["publisher"],
        "section": record["article_section"],
        "issued": {"date-parts": [[int(part) for part in issued]]} if issued else None,
        "accessed": {"date-parts": [[record["valid_from"].year, record["valid_from"].month, record["valid_from"].day]]},
        "URL": _url(record),
        "language": record["language"],
        "abstract": record["abstract"],
        "keyword": ", ".join(record["keywords"] or ()),
        "version": str(record["version"]),
        "archive": _archive(record),
        "archive_location": archived_at(record),
        "note": _note(record),
    }
    return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=2) + "\n"


def as_text(record: Record) -> str:
    """One paragraph for a footnote."""
    who = ", ".join(_authors(record))
    when = _spoken(_issued(record)) or "no date"
    opening = f"{who}. " if who and not who.endswith(".") else f"{who} " if who else ""
    return f"{opening}“{_one_line(record['headline'])}.” {_outlet(record)}, {when}. {_url(record)}. {_note(record)}\n"


WRITERS: Mapping[str, Callable[[Record], str]] = {
    "text": as_text,
    "ris": as_ris,
    "bibtex": as_bibtex,
    "csl-json": as_csl_json,
}
"""What `cite --format` knows."""


def archived_at(record: Record) -> str | None:
    """The address of a public capture, else the id of our WARC record; None where the page was not kept."""
    if record.get("origin") == "wayback" and record.get("requested_url"):
        return str(record["requested_url"])
    return f"urn:uuid:{record['fetch_id']}" if record.get("segment_id") else None


def _archive(record: Record) -> str | None:
    """What keeps the capture: the file of our archive, or the Wayback Machine."""
    if record.get("origin") == "wayback":
        return "Internet Archive Wayback Machine"
    return str(record["segment_file"]) if record.get("segment_file") else None


def _note(record: Record) -> str:
    said = f"Version {record['version']}, as shown on {record['valid_from']:%Y-%m-%d at %H:%M:%S} UTC"
    if record.get("body_extent") == "excerpt":
        said += " (an excerpt before a wall)"
    place, keeper = archived_at(record), _archive(record)
    return said + (f"; archived as {place}" if place else "; not archived") + (f" in {keeper}." if keeper else ".")


def _authors(record: Record) -> list[str]:
    """The names that the page gives, else the agency's."""
    names = [_one_line(name) for name in record["authors"] or ()]
    return names or ([record["agency"]] if record["agency"] else [])


def _outlet(record: Record) -> str:
    return _one_line(record["outlet"] or record["source_id"])


def _url(record: Record) -> str:
    return quote(record["url"] or "", safe="!#$%&'()*+,/:;=?@[]~")


def _issued(record: Record) -> list[str]:
    """Year, month and day of publication as far as they are known; empty where even the year is not."""
    if record["date_published"]:
        return f"{record['date_published']:%Y-%m-%d}".split("-")
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", record["date_published_text"] or "")
    return [part for part in found.groups() if part] if found else []


def _ris_date(issued: list[str]) -> str | None:
    return "/".join([*issued, "", "", ""][:3]) + "/" if issued else None


def _spoken(issued: list[str]) -> str:
    """15 Sept. 2026; Sept. 2026; 2026."""
    parts = [issued[0]] if issued else []
    if len(issued) > 1:
        parts.insert(0, _MONTHS[int(issued[1]) - 1])
    if len(issued) > 2:
        parts.insert(0, str(int(issued[2])))
    return " ".join(parts)


def _bibtex_name(name: str) -> str:
    """A person as is; what BibTeX would take for two names, or for surname and first name, in braces."""
    text = _escaped(name)
    return "{" + text + "}" if "," in name or re.search(r"\band\b", name) or " " not in name else text


def _escaped(text: str) -> str:
    return "".join(_BIBTEX_SPECIAL.get(char, char) for char in _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())
