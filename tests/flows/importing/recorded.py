"""Files as others record them: WARC of any kind with pages of our own words."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SITE = "https://paper.example"
MOMENT = datetime(2018, 3, 4, 5, 6, 7)


def url(name: str, day: str = "2017/09/22") -> str:
    """An address that the test's outlet has."""
    return f"{SITE}/{day}/{name}"


def page(name: str, text: str = "", extra: str = "") -> bytes:
    """An article's page whose headline and text carry the name."""
    paragraphs = "".join(
        f"<p>The harbour office counted {number} boats on the quay of {name}, and wrote each of them down. {text}</p>"
        for number in range(3, 9)
    )
    return (
        f"<!doctype html><html lang='en'><head><title>Boats of {name}</title>{extra}</head>"
        f"<body><article><h1>Boats of {name}</h1>{paragraphs}</article></body></html>"
    ).encode()


class Recorded:
    """A WARC file that is being written into memory."""

    def __init__(self, *, gz: bool = True, version: str = "1.0") -> None:
        self.buffer = io.BytesIO()
        self.writer = WARCWriter(self.buffer, gzip=gz, warc_version=version)
        self.places: list[int] = []
        self.put("warcinfo", None, b"software: test\r\n", content_type="application/warc-fields")

    def put(
        self, kind: str, address: str | None, block: bytes, *, content_type: str = "text/html", **fields: str
    ) -> None:
        """A record whose block is what it is."""
        self.places.append(self.buffer.tell())
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        record = self.writer.create_warc_record(
            address, kind, io.BytesIO(block), length=len(block), warc_content_type=content_type, warc_headers_dict=named
        )
        self.writer.write_record(record)

    def answer(
        self,
        address: str,
        body: bytes,
        *,
        at: datetime = MOMENT,
        status: str = "200 OK",
        headers: Iterable[tuple[str, str]] = (),
        content_type: str = "text/html; charset=utf-8",
        kind: str = "response",
        **fields: str,
    ) -> None:
        """What an outlet answered, as a crawler keeps it."""
        self.places.append(self.buffer.tell())
        named = {
            "WARC-Date": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            **{name.replace("_", "-"): value for name, value in fields.items()},
        }
        http = StatusAndHeaders(status, [("Content-Type", content_type), *headers], protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            address, kind, io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=named
        )
        self.writer.write_record(record)

    def pages(self, *names: str) -> Recorded:
        """Ordinary pages of these names."""
        for name in names:
            self.answer(url(name), page(name))
        return self

    @property
    def content(self) -> bytes:
        """The file."""
        return self.buffer.getvalue()

    def member(self, number: int) -> bytes:
        """The bytes of a record, the warcinfo being 0."""
        end = self.places[number + 1] if number + 1 < len(self.places) else None
        return self.content[self.places[number] : end]

    def at(self, path: Path) -> Path:
        """The file on the disk."""
        path.write_bytes(self.content)
        return path


def chunked(body: bytes) -> bytes:
    """A body in the chunks of its transfer."""
    pieces = [body[start : start + 500] for start in range(0, len(body), 500)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def packed(body: bytes) -> bytes:
    """A body as a server sends it with Content-Encoding: gzip."""
    return gzip.compress(body, mtime=0)
