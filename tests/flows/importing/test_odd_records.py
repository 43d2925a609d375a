"""Records that are written in odd ways: what an import takes of them, the archive reads back and finds whole."""

from __future__ import annotations

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from flows.importing import bring
from flows.workspace import Workspace
from tests.flows.importing.recorded import Recorded, chunked, page, url
from tests.flows.importing.tables import headlines
from warehouse.archive import segments, verifying


def copied_into(workspace: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in segments.files(workspace.folders))


@pytest.mark.parametrize("odd", ["small letters", "another version", "length twice"])
def test_a_record_whose_head_few_readers_know_is_written_anew(workspace: Workspace, tmp_path: Path, odd: str):
    member = Recorded(gz=False).pages("one").member(1)
    if odd == "small letters":
        member = member.replace(b"WARC-Type", b"warc-type").replace(b"Content-Length", b"content-length", 1)
    elif odd == "another version":
        member = member.replace(b"WARC/1.0", b"WARC/2.0")
    else:
        member = member.replace(b"\r\n\r\nHTTP", b"\r\nContent-Length: 99999\r\n\r\nHTTP", 1)
    file = tmp_path / "a.warc.gz"
    file.write_bytes(gzip.compress(member) + Recorded().pages("two").member(1))
    assert bring(workspace, [file]).is_whole
    assert headlines(workspace) == ["Boats of one", "Boats of two"]
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


@pytest.mark.parametrize(
    "digest",
    ["xxh3:abc", "sha1:{entity}", "sha1:{wire}", "SHA-1:{hex}", "sha256:{long}"],
)
def test_whatever_digest_an_import_takes_the_archive_takes_too(workspace: Workspace, tmp_path: Path, digest: str):
    entity = page("x")
    wire = chunked(entity)
    said = digest.format(
        entity=base64.b32encode(hashlib.sha1(entity).digest()).decode(),
        wire=base64.b32encode(hashlib.sha1(wire).digest()).decode(),
        hex=hashlib.sha1(wire).hexdigest(),
        long=hashlib.sha256(entity).hexdigest(),
    )
    recorded = Recorded()
    recorded.answer(url("x"), wire, headers=[("Transfer-Encoding", "chunked")], WARC_Payload_Digest=said)
    assert bring(workspace, [recorded.at(tmp_path / "a.warc.gz")]).is_whole
    assert headlines(workspace) == ["Boats of x"]
    assert recorded.member(1) in copied_into(workspace)
    assert not any(verdict.problems for verdict in verifying.verify(workspace.folders))


def test_texts_made_of_pages_are_counted(workspace: Workspace, tmp_path: Path):
    recorded = Recorded()
    recorded.put("conversion", url("x"), b"The text of a page.", content_type="text/plain")
    report = bring(workspace, [recorded.at(tmp_path / "a.warc.wet.gz")])
    assert report.passed_over == {"a text that was made of a page (conversion): import the page itself": 1}
