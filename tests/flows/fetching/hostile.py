"""What servers may do, each behaviour with the outcome that fetching must give it: (how it answers, outcome, reason)."""

from __future__ import annotations

import gzip
import random
import socket
import struct
import time
import zlib

from rawserver import PAGE, Serve, answer, says

OK = ("fetched", None)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SHUT = "Connection: close"
MANY = 100


def bare(status_line: str, *headers: str, body: bytes = b"") -> bytes:
    """An answer with these headers and no other."""
    return "\r\n".join([status_line, *headers, "", ""]).encode("latin-1") + body


def typed(body: bytes, content_type: str) -> Serve:
    return says(answer(body, "200 OK", f"Content-Type: {content_type}"))


def coded(body: bytes, coding: str) -> Serve:
    return says(answer(body, "200 OK", f"Content-Encoding: {coding}"))


def to(location: str, status: str = "302 Found") -> Serve:
    """A redirect; {host} stands for the server's own host and port."""

    def serve(connection: socket.socket, request: bytes) -> None:
        host = request.partition(b"Host: ")[2].partition(b"\r\n")[0]
        line = b"Location: " + location.encode().replace(b"{host}", host)
        connection.sendall(bare(f"HTTP/1.1 {status}", "Content-Length: 0", SHUT)[:-2] + line + b"\r\n\r\n")

    return serve


def drip(start: bytes, piece: bytes, pause: float = 0.05) -> Serve:
    """A server that begins and then sends a little now and then."""

    def serve(connection: socket.socket, request: bytes) -> None:
        connection.sendall(start)
        for _ in range(MANY):
            connection.sendall(piece)
            time.sleep(pause)

    return serve


def flood(start: bytes, piece: bytes) -> Serve:
    """A server that begins and never ends."""

    def serve(connection: socket.socket, request: bytes) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return serve


def silent(connection: socket.socket, request: bytes) -> None:
    time.sleep(3)


def hangs_up(connection: socket.socket, request: bytes) -> None:
    return None


def resets(connection: socket.socket, request: bytes) -> None:
    """A reset in the middle of the body."""
    connection.sendall(HEAD + b"Content-Length: 9000\r\n\r\n<p>All")
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_closes(connection: socket.socket, request: bytes) -> None:
    """The whole answer, then the end of sending while the socket stays open."""
    connection.sendall(HEAD + b"\r\n" + PAGE)
    connection.shutdown(socket.SHUT_WR)
    time.sleep(0.5)


def in_pieces(connection: socket.socket, request: bytes) -> None:
    """A whole answer, a few bytes at a time but in time."""
    reply = answer()
    for place in range(0, len(reply), 20):
        connection.sendall(reply[place : place + 20])
        time.sleep(0.01)


def raw_deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


NOISE = random.Random(5).randbytes(4000)
LONG = b"<p>" + b"All is well, said the mayor of the city. " * 40

Case = tuple[Serve, str, str | None]

GOOD: dict[str, Case] = {
    "/fine": (says(answer()), *OK),
    "/text": (typed(b"plain words", "text/plain"), *OK),
    "/typeless": (typed(PAGE, "application/octet-stream"), *OK),
    "/no-type-at-all": (says(bare("HTTP/1.1 200 OK", "Content-Length: 45", SHUT, body=PAGE)), *OK),
    "/bad-charset": (typed(PAGE, "text/html; charset=klingon"), *OK),
    "/utf-16": (typed("<p>Alles gut, sagt der Bürgermeister</p>".encode("utf-16"), "text/html"), *OK),
    "/xhtml": (typed(PAGE, "application/xhtml+xml"), *OK),
    "/nul": (says(answer(b"<p>a\x00b</p>")), *OK),
    "/http-1.0": (says(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE), *OK),
    "/no-length": (says(HEAD + b"\r\n" + PAGE), *OK),
    "/no-reason": (says(HEAD.replace(b" OK", b"") + b"Content-Length: 45\r\n\r\n" + PAGE), *OK),
    "/newlines-alone": (says(b"HTTP/1.1 200 OK\nContent-Type: text/html\nContent-Length: 45\n\n" + PAGE), *OK),
    "/half-close": (half_closes, *OK),
    "/in-pieces": (in_pieces, *OK),
    "/created": (says(answer(PAGE, "201 Created")), *OK),
    "/continue": (says(b"HTTP/1.1 100 Continue\r\n\r\n" + answer()), *OK),
    "/early-hints": (says(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 3 + answer()), *OK),
    "/length-twice": (says(HEAD + b"Content-Length: 45\r\nContent-Length: 45\r\n\r\n" + PAGE), *OK),
    "/junk-after": (says(HEAD + b"Content-Length: 45\r\n\r\n" + PAGE + b"HTTP/1.1 200 OK\r\n\r\nmore"), *OK),
    "/cookie": (says(answer(PAGE, "200 OK", "Set-Cookie: a=b; Path=/")), *OK),
    "/chunked": (says(CHUNKED + b"5\r\n<p>Ok\r\n0\r\n\r\n"), *OK),
    "/chunk-extension": (says(CHUNKED + b"5;name=value\r\n<p>Ok\r\n0\r\n\r\n"), *OK),
    "/chunk-trailer": (says(CHUNKED + b"5\r\n<p>Ok\r\n0\r\nX-Sum: 1\r\n\r\n"), *OK),
    "/chunked-and-length": (
        says(HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<p>Ok\r\n0\r\n\r\n"),
        *OK,
    ),
    "/gzip": (coded(gzip.compress(PAGE), "gzip"), *OK),
    "/gzip-in-capitals": (coded(gzip.compress(PAGE), "GZip"), *OK),
    "/gzip-members": (coded(gzip.compress(PAGE) + gzip.compress(LONG), "gzip"), *OK),
    "/gzip-and-garbage": (coded(gzip.compress(PAGE) + b"garbage", "gzip"), *OK),
    "/gzip-twice": (coded(gzip.compress(gzip.compress(PAGE)), "gzip, gzip"), *OK),
    "/deflate": (coded(zlib.compress(PAGE), "deflate"), *OK),
    "/deflate-raw": (coded(raw_deflated(PAGE), "deflate"), *OK),
    "/identity": (coded(PAGE, "identity"), *OK),
    "/coding-is-a-charset": (coded(PAGE, "utf-8"), *OK),
    "/moved": (to("/fine", "301 Moved Permanently"), *OK),
    "/moved-relative": (to("../fine"), *OK),
    "/moved-see-other": (to("/fine", "303 See Other"), *OK),
    "/moved-permanently-308": (to("/fine", "308 Permanent Redirect"), *OK),
    "/moved-with-fragment": (to("/fine#part"), *OK),
    "/moved-with-blanks": (to("/a page"), *OK),
    "/a%20page": (says(answer()), *OK),
    "/moved-beyond-ascii": (to("/größe"), *OK),
    "/gr%C3%B6%C3%9Fe": (says(answer()), *OK),
    "/moved-same-scheme": (to("//{host}/fine"), *OK),
    "/moved-in-capitals": (to("HTTP://{host}/fine"), *OK),
    "/moved-with-user": (to("http://somebody:secret@{host}/fine"), *OK),
    "/moved-endless": (flood(b"HTTP/1.1 302 Found\r\nLocation: /fine\r\n\r\n", b"x" * 65536), *OK),
    "/refresh": (says(answer(b'<html><meta http-equiv="refresh" content="0; url=/fine"></html>')), *OK),
    "/refresh-of-a-page": (
        says(answer(b'<html><meta http-equiv="refresh" content="300; url=/gone"><body>' + LONG + b"</body></html>")),
        *OK,
    ),
    "/refresh-to-itself": (
        says(answer(b'<html><meta http-equiv="refresh" content="5"><p>All is well.</p></html>')),
        *OK,
    ),
    "/refresh-to-no-address": (says(answer(b'<meta http-equiv="refresh" content="0;url=http://[::1"><p>Hm.</p>')), *OK),
    "/tdm-0": (says(answer(PAGE, "200 OK", "TDM-Reservation: 0")), *OK),
    "/noai": (says(answer(PAGE, "200 OK", "X-Robots-Tag: noai, noimageai")), *OK),
}  # fmt: skip

BAD_BODIES: dict[str, Case] = {
    "/chunks-cut": (says(CHUNKED + b"50\r\n<p>Ok"), "failed", "cut_short"),
    "/chunks-without-end": (says(CHUNKED + b"5\r\n<p>Ok\r\n"), "failed", "cut_short"),
    "/chunk-of-minus-one": (flood(CHUNKED + b"-1\r\n", b"x" * 65536), "failed", "bad_answer"),
    "/chunk-of-words": (says(CHUNKED + b"many\r\n<p>Ok\r\n0\r\n\r\n"), "failed", "bad_answer"),
    "/chunk-with-0x": (says(CHUNKED + b"0x5\r\n<p>Ok\r\n0\r\n\r\n"), "failed", "bad_answer"),
    "/chunk-too-large": (says(CHUNKED + b"FFFFFFFFFFFFFFFFFFFF\r\n<p>Ok"), "failed", "bad_answer"),
    "/chunk-extension-endless": (flood(CHUNKED + b"5;", b"x" * 65536), "failed", "bad_answer"),
    "/chunks-endless": (flood(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n"), "failed", "too_large"),
    "/chunk-trailers-endless": (flood(CHUNKED + b"5\r\n<p>Ok\r\n0\r\n", b"X-More: 1\r\n"), "failed", "too_slow"),
    "/transfer-gzip": (says(HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), "failed", "bad_answer"),
    "/length-negative": (says(HEAD + b"Content-Length: -5\r\n\r\n" + PAGE), "failed", "bad_answer"),
    "/length-in-words": (says(HEAD + b"Content-Length: long\r\n\r\n" + PAGE), "failed", "bad_answer"),
    "/length-huge": (says(HEAD + b"Content-Length: 99999999999\r\n\r\n" + PAGE), "failed", "too_large"),
    "/length-of-digits": (says(HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + PAGE), "failed", "bad_answer"),
    "/lengths-conflict": (says(HEAD + b"Content-Length: 45\r\nContent-Length: 9\r\n\r\n" + PAGE), "failed", "bad_answer"),
    "/lengths-in-one": (says(HEAD + b"Content-Length: 45, 9\r\n\r\n" + PAGE), "failed", "bad_answer"),
    "/cut": (says(answer(length=5000)), "failed", "cut_short"),
    "/reset": (resets, "failed", "connection"),
    "/endless": (flood(HEAD + b"\r\n", b"x" * 65536), "failed", "too_large"),
    "/drip": (drip(HEAD + b"Content-Length: 9999\r\n\r\n", b"."), "failed", "too_slow"),
    "/drip-gzip": (drip(HEAD + b"Content-Encoding: gzip\r\n\r\n", b"\x1f"), "failed", "too_slow"),
    "/drip-chunks": (drip(CHUNKED, b"1\r\nx\r\n"), "failed", "too_slow"),
    "/gzip-cut": (coded(gzip.compress(PAGE * 50)[:-20], "gzip"), "failed", "cut_short"),
    "/gzip-wrong-sum": (coded(gzip.compress(PAGE)[:-8] + b"\0" * 8, "gzip"), "failed", "bad_encoding"),
    "/gzip-junk": (coded(b"no gzip at all", "gzip"), "failed", "bad_encoding"),
    "/gzip-mislabelled": (coded(PAGE, "gzip"), "failed", "bad_encoding"),
    "/gzip-unlabelled": (says(answer(gzip.compress(PAGE))), "failed", "not_text"),
    "/gzip-in-gzip": (coded(gzip.compress(gzip.compress(PAGE)), "gzip"), "failed", "not_text"),
    "/gzip-of-nothing": (coded(gzip.compress(b""), "gzip"), "failed", "empty"),
    "/gzip-empty": (coded(b"", "gzip"), "failed", "empty"),
    "/brotli": (coded(b"??", "br"), "failed", "bad_encoding"),
    "/zstd": (coded(b"\x28\xb5\x2f\xfd", "zstd"), "failed", "bad_encoding"),
    "/bomb": (coded(gzip.compress(b"0" * 5_000_000), "gzip"), "failed", "too_large"),
    "/bombs-in-bombs": (coded(PAGE, "gzip, gzip, gzip, gzip"), "failed", "bad_encoding"),
    "/empty": (says(answer(b"")), "failed", "empty"),
    "/blanks": (says(answer(b" \r\n\t " * 50)), "failed", "empty"),
    "/nuls": (says(answer(b"\x00" * 500)), "failed", "empty"),
    "/pdf": (typed(b"%PDF-1.7 ...", "application/pdf"), "failed", "not_text"),
    "/pdf-as-html": (says(answer(b"%PDF-1.7 ...")), "failed", "not_text"),
    "/html-as-pdf": (typed(PAGE, "application/pdf"), "failed", "not_text"),
    "/png-as-html": (says(answer(b"\x89PNG\r\n\x1a\n....")), "failed", "not_text"),
    "/film-as-html": (says(answer(b"\x00\x00\x00\x20ftypisom....")), "failed", "not_text"),
    "/noise-as-html": (says(answer(NOISE)), "failed", "not_text"),
    "/zip-as-nothing": (typed(b"PK\x03\x04....", "application/octet-stream"), "failed", "not_text"),
}  # fmt: skip

BAD_ANSWERS: dict[str, Case] = {
    "/silent": (silent, "failed", "too_slow"),
    "/hangs-up": (hangs_up, "failed", "connection"),
    "/drip-status": (drip(b"HTTP/1.1 2", b"0"), "failed", "too_slow"),
    "/drip-headers": (drip(b"HTTP/1.1 200 OK\r\n", b"X-A: y\r\n"), "failed", "too_slow"),
    "/huge-headers": (says(answer(PAGE, "200 OK", *(f"X-{n}: {'y' * 5000}" for n in range(90)))), "failed", "headers_too_large"),
    "/many-headers": (says(answer(PAGE, "200 OK", *(f"X-{n}: y" for n in range(500)))), "failed", "headers_too_large"),
    "/header-endless": (flood(b"HTTP/1.1 200 OK\r\nX-A: ", b"y" * 65536), "failed", "headers_too_large"),
    "/headers-endless": (flood(b"HTTP/1.1 200 OK\r\n", b"X-A: y\r\n" * 1000), "failed", "headers_too_large"),
    "/status-endless": (flood(b"HTTP/1.1 200 ", b"O" * 65536), "failed", "headers_too_large"),
    "/continue-flood": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), "failed", "bad_answer"),
    "/hints-flood": (flood(b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100), "failed", "bad_answer"),
    "/continue-drip": (drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.3), "failed", "too_slow"),
    "/no-http": (says(b"SSH-2.0-OpenSSH_9.6\r\n"), "failed", "bad_answer"),
    "/http-0.9": (says(PAGE), "failed", "bad_answer"),
    "/http-2": (says(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00d\r\n"), "failed", "bad_answer"),
    "/tls-alert": (says(b"\x15\x03\x03\x00\x02\x02\x28"), "failed", "bad_answer"),
    "/status-0": (says(bare("HTTP/1.1 0 None")), "failed", "bad_answer"),
    "/status-negative": (says(bare("HTTP/1.1 -200 Less")), "failed", "bad_answer"),
    "/status-in-words": (says(bare("HTTP/1.1 okay fine")), "failed", "bad_answer"),
    "/status-99999": (says(bare("HTTP/1.1 99999 More")), "failed", "bad_answer"),
    "/status-999": (says(answer(PAGE, "999 Denied")), "failed", "status_999"),
    "/status-600": (says(answer(PAGE, "600 New")), "failed", "status_600"),
    "/switching": (says(bare("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c")), "failed", "status_101"),
    "/no-content": (says(bare("HTTP/1.1 204 No Content", SHUT)), "failed", "empty"),
    "/reset-content": (says(answer(b"", "205 Reset Content")), "failed", "empty"),
    "/partial": (says(answer(PAGE, "206 Partial Content")), "failed", "status_206"),
    "/choices": (says(answer(PAGE, "300 Multiple Choices")), "failed", "status_300"),
    "/not-modified-unasked": (says(bare("HTTP/1.1 304 Not Modified", SHUT)), "failed", "status_304"),
    "/use-proxy": (says(answer(b"", "305 Use Proxy", "Location: http://127.0.0.9/")), "failed", "status_305"),
    "/gone": (says(answer(b"", "410 Gone")), "gone", "status_410"),
    "/missing": (says(answer(b"no", "404 Not Found")), "failed", "status_404"),
    "/bad-request": (says(answer(b"no", "400 Bad Request")), "refused", "status_400"),
    "/forbidden": (says(answer(b"no", "403 Forbidden")), "refused", "status_403"),
    "/login": (says(answer(b"no", "401 Unauthorized", "WWW-Authenticate: Basic")), "refused", "status_401"),
    "/proxy-login": (says(answer(b"no", "407 Proxy Authentication Required")), "refused", "status_407"),
    "/legal": (says(answer(b"no", "451 Unavailable For Legal Reasons")), "refused", "status_451"),
    "/challenge": (says(answer(PAGE, "403 Forbidden", "cf-mitigated: challenge")), "refused", "challenge"),
    "/timeout": (says(answer(b"no", "408 Request Timeout")), "failed", "status_408"),
    "/busy": (says(answer(b"no", "429 Too Many Requests", "Retry-After: 3600")), "deferred", "status_429"),
    "/busy-without-saying": (says(answer(b"no", "429 Too Many Requests")), "deferred", "status_429"),
    "/maintenance": (says(answer(b"no", "503 Service Unavailable", "Retry-After: soon")), "deferred", "status_503"),
    "/error": (says(answer(b"no", "500 Internal Server Error")), "failed", "status_500"),
    "/gateway": (says(answer(b"no", "502 Bad Gateway")), "failed", "status_502"),
}  # fmt: skip

BAD_REDIRECTS: dict[str, Case] = {
    "/moved-nowhere": (says(answer(b"", "302 Found")), "failed", "bad_redirect"),
    "/moved-empty": (to(""), "failed", "bad_redirect"),
    "/moved-in-circles": (to("/moved-in-circles"), "failed", "too_many_redirects"),
    "/moved-to-and-fro": (to("/moved-fro-and-to"), "failed", "too_many_redirects"),
    "/moved-fro-and-to": (to("/moved-to-and-fro"), "failed", "too_many_redirects"),
    "/refresh-in-circles": (says(answer(b'<meta http-equiv="refresh" content="0;url=/refresh-back">')), "failed", "too_many_redirects"),
    "/refresh-back": (says(answer(b'<meta http-equiv="refresh" content="0;url=/refresh-in-circles">')), "failed", "too_many_redirects"),
    "/refresh-to-script": (says(answer(b'<meta http-equiv="refresh" content="0;url=javascript:alert(1)">')), "refused", "bad_url"),
    "/refresh-inside": (says(answer(b'<meta http-equiv="refresh" content="0;url=http://127.0.0.9/">')), "refused", "ssrf"),
    "/moved-to-file": (to("file:///etc/passwd"), "refused", "bad_url"),
    "/moved-to-script": (to("javascript:alert(1)"), "refused", "bad_url"),
    "/moved-to-ftp": (to("ftp://127.0.0.1/"), "refused", "bad_url"),
    "/moved-without-host": (to("http:///nothing"), "failed", "status_404"),  # as browsers read it
    "/moved-to-port-0": (to("http://127.0.0.1:0/"), "refused", "bad_url"),
    "/moved-to-port-99999": (to("http://127.0.0.1:99999/"), "failed", "bad_redirect"),
    "/moved-inside": (to("http://127.0.0.9:1/secret"), "refused", "ssrf"),
    "/moved-inside-port-80": (to("http://127.0.0.9/secret"), "refused", "ssrf"),
    "/moved-to-ssh": (to("http://127.0.0.1:22/"), "refused", "ssrf"),
    "/moved-to-redis": (to("http://localhost:6379/"), "refused", "ssrf"),
    "/moved-to-metadata": (to("http://169.254.169.254/latest"), "refused", "ssrf"),
    "/moved-to-mapped": (to("http://[::ffff:127.0.0.1]/"), "refused", "ssrf"),
    "/moved-with-user-inside": (to("http://example.org@127.0.0.9/"), "refused", "ssrf"),
    "/moved-broken": (to("http://[::1/x"), "failed", "bad_redirect"),
    "/moved-to-home": (to("/"), "failed", "soft_404"),
    "/moved-to-index": (to("/en/index.html"), "failed", "soft_404"),
    "/moved-to-login": (to("/account/login?next=%2Fmoved-to-login"), "failed", "login"),
    "/tdm-1": (says(answer(PAGE, "200 OK", "TDM-Reservation: 1")), "reserved", "tdm"),
    "/tdm-1-in-page": (says(answer(b"<head><META content='1' NAME='tdm-reservation'></head>" + PAGE)), "reserved", "tdm"),
}  # fmt: skip

HELPERS: dict[str, Serve] = {
    "/": says(answer()),
    "/en/index.html": says(answer()),
    "/account/login?next=%2Fmoved-to-login": says(answer()),
}

CASES = {**GOOD, **BAD_BODIES, **BAD_ANSWERS, **BAD_REDIRECTS}
SITE: dict[str, Serve] = {**{path: serve for path, (serve, *_) in CASES.items()}, **HELPERS}
