"""WARC and ARC files: the records that are pages somebody wants, as arrivals; everything else is counted by its reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from flows.held import Held
from flows.importing.originals import Originals
from flows.importing.records import Arrival, Report, Spot
from flows.importing.undoing import settled
from warehouse.archive import answers, digests, foreign
from warehouse.archive.foreign import Damage, Foreign, Head
from warehouse.archive.warc import payload_digest

Wanted = Callable[[str], bool]
"""Whether the page at an address is wanted; asked once for each record that may be one."""

Kept = Callable[[Head], Arrival | None]
"""The page that a record repeats, where an earlier import or look has brought it."""

LOST = "a repetition (revisit) of a page that neither the files nor the archive have: import the file that has it"

CONVERSION = "a text that was made of a page (conversion): import the page itself"

KINDS = frozenset({"response", "resource", "revisit"})
"""Records that may be a page."""

_PAGE = re.compile(r"text/html|application/xhtml|text/plain", re.IGNORECASE)
_PAGE_STATUS = frozenset({200, 203})


class WarcFile:
    """One file that is being read."""

    def __init__(
        self,
        held: Held,
        wanted: Wanted,
        report: Report,
        told: Callable[[int], None] = lambda place: None,
        met: Callable[[Head], None] = lambda head: None,
        originals: Originals | None = None,
        kept: Kept = lambda head: None,
    ) -> None:
        self._open = held.open
        self._held = held
        self._name = held.name
        self._wanted = wanted
        self._report = report
        self._told = told
        self._originals = originals or Originals()
        self._met = met  # hears of every whole record
        self._kept = kept

    def arrivals(self) -> Iterator[Arrival]:
        """The wanted pages of the file in their order; damaged spots and the rest go to the report."""
        with self._open() as file:
            for found in foreign.walk(file, self._is_wanted, self._told):
                if isinstance(found, Damage):
                    said = f"{found.message} Nothing that can be read follows." if found.is_tail else found.message
                    self._report.damage(Spot(self._name, found.offset, said))
                    continue
                self._report.records += 1
                self._met(found.head)
                if found.block is not None:
                    yield from self._arrival(found)

    def _is_wanted(self, head: Head) -> bool:
        """Whether to take a record into memory: by its kind, its stated type and its address."""
        url = head.url
        if head.kind == "conversion":
            self._report.passed_over[CONVERSION] += 1
        if head.kind not in KINDS or url is None or not url.lower().startswith(("http://", "https://")):
            return False
        if not self._wanted(url):
            return False
        stated = head.fields.get("warc-identified-payload-type") or _type_of_file(head)
        if stated and not _PAGE.match(stated):
            self._report.passed_over[f"not a page ({_short(stated)})"] += 1
            return False
        if head.length > foreign.LARGEST:
            self._report.passed_over["larger than 64 MB"] += 1
            return False
        return True

    def _arrival(self, found: Foreign) -> Iterator[Arrival]:
        head, block = found.head, found.block or b""
        # The payload's digest, where there is one, says as much of the page at half the cost.
        if "warc-payload-digest" not in head.fields and digests.wrong(head.fields.get("warc-block-digest"), block):
            self._report.damage(
                Spot(self._name, head.offset, "The record is not what its WARC-Block-Digest says, and was left out.")
            )
            return
        reading = self._page(found, block) if head.kind != "revisit" else self._repeated(found, block)
        if isinstance(reading, str):
            self._report.passed_over[reading] += 1
        elif reading is not None:
            if found.is_in_place and head.kind != "revisit":
                self._originals.remember(head.fields.get("warc-payload-digest"), self._held, head.offset)
            yield reading

    def _page(self, found: Foreign, block: bytes) -> Arrival | str | None:
        """The page of a record, why it is none, or None where it is damaged, which is then noted."""
        head = found.head
        answer = answers.answer(block) if head.kind == "response" else None
        if head.kind == "response" and answer is None:
            return "no HTTP answer"
        body = answer.body if answer else block
        digest = head.fields.get("warc-payload-digest")
        own = payload_digest(body) if digest and digest.startswith("sha1:") else None
        if own != digest and self._is_false(head, block, body):
            return None
        if answer is not None and answer.status not in _PAGE_STATUS:
            return _status(answer.status)
        content_type = answer.header("content-type") if answer else head.fields.get("content-type")
        stated = head.fields.get("warc-identified-payload-type") or content_type
        if stated and not _PAGE.match(stated):
            return f"not a page ({_short(stated)})"
        arrival = Arrival(
            url=head.url or "",
            file=self._name,
            offset=head.offset,
            wire=body,
            body=body,
            origin="warc",
            observed_at=head.moment,
            record_id=head.record_id,
            status=answer.status if answer else None,
            status_line=answer.status_line if answer else "",
            headers=answer.headers if answer else (),
            content_encoding=answer.header("content-encoding") if answer else None,
            content_type=content_type,
            reason=_truncation(head),
            copied=found.member,
            may_be_linked=found.is_in_place and not head.is_arc and self._held.is_file,
            changed_at=self._held.changed_at,
            digest=own if own == digest else None,
        )
        return settled(arrival)

    def _is_false(self, head: Head, block: bytes, body: bytes) -> bool:
        """Whether the payload is not what the record says of it, which is then noted."""
        if not digests.wrong_payload(head.fields, block, body):
            return False
        self._report.damage(
            Spot(self._name, head.offset, "The page is not what its WARC-Payload-Digest says, and was left out.")
        )
        return True

    def _repeated(self, found: Foreign, block: bytes) -> Arrival | str | None:
        """The page of a record that says: as before."""
        head = found.head
        if "not-modified" in head.fields.get("warc-profile", ""):
            return "not modified (304)"
        answer = answers.answer(block)
        if answer is not None and (reason := _no_page(answer)):
            return reason
        original = self._originals.of(head.fields.get("warc-payload-digest", ""))
        if original is not None and original.block is not None:
            page = self._page(original, original.block)
        else:
            page = self._kept(head) or LOST
        if not isinstance(page, Arrival):
            return page
        return replace(
            page,
            url=head.url or page.url,
            file=self._name,
            offset=head.offset,
            observed_at=head.moment,
            record_id=head.record_id,
            headers=answer.headers if answer and answer.headers else page.headers,
            copied=None,
            may_be_linked=False,
            changed_at=self._held.changed_at,
        )


def _no_page(answer: answers.Answer) -> str | None:
    """Why an answer is no page by its status or its type; None where it may be one."""
    if answer.status not in _PAGE_STATUS:
        return _status(answer.status)
    stated = answer.header("content-type")
    return f"not a page ({_short(stated)})" if stated and not _PAGE.match(stated) else None


def _type_of_file(head: Head) -> str | None:
    """The type of what was kept as a file; that of an answer is known once it is read."""
    return head.fields.get("content-type") if head.kind == "resource" else None


def _short(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()[:40]


def _status(status: int) -> str:
    if 300 <= status < 400:
        return f"a redirect ({status})"
    return f"an error of the outlet ({status})" if status >= 400 else f"an answer without a page ({status})"


def _truncation(head: Head) -> str | None:
    stated = head.fields.get("warc-truncated")
    return f"truncated: {stated[:40]}" if stated else None
