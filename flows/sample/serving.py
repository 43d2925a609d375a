"""A web server on loopback for as long as a block lasts: the sample outlet's, and that of every site a test imitates."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

HOST = "127.0.0.1"


class LoopbackServer(ThreadingHTTPServer):
    """A server whose handlers find in `site` what they serve."""

    daemon_threads = True
    block_on_close = False  # a client may keep its connection open longer than we serve
    site: Any

    def server_bind(self) -> None:
        """As HTTPServer does, without asking a name server who 127.0.0.1 is: that can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    @property
    def netloc(self) -> str:
        """Address and port as they stand in its URLs."""
        return f"{self.server_name}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing where a client hung up; everything else as usual."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], port: int = 0, host: str = HOST) -> Iterator[LoopbackServer]:
    """The server, from now to the block's end; port 0 takes a free one, and OSError says that a port is taken."""
    server = LoopbackServer((host, port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name=f"serving-{server.netloc}", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
