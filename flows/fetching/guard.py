"""Connections to public addresses only, checked at the name and at the connected socket, each under a deadline."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from requests import Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from flows.fetching.deadline import watch
from flows.fetching.exchange import Failure

PORTS = {"http": 80, "https": 443}


class GuardedSession(Session):
    """A requests session without redirects, cookies, proxies and netrc of its own, for public addresses only.

    requests reads the whole body of every redirect, without a limit: so redirects are followed by the caller.
    """

    def __init__(self, allow: frozenset[str], pool_size: int) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies = _NoCookies()
        adapter = _Adapter(allow, pool_size)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def get_redirect_target(self, resp: Any) -> None:
        """None: nothing is followed here."""


class _NoCookies(RequestsCookieJar):
    """A jar that takes nothing: cookies would cross hosts and make pages depend on one another."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        return None


def check_url(url: str) -> None:
    """Raise Failure where an address is not http or https with a host."""
    try:
        parts = urlsplit(url)
        fine = parts.scheme in PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fine = False
    if not fine:
        raise Failure("bad_url", f"{url[:200]} is no http or https address.", refused=True)


def is_public(address: str) -> bool:
    """Whether an IP address may be asked by anybody: global, and neither multicast nor an IPv4 one in disguise."""
    found = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return found.is_global and not found.is_multicast and (inner is None or inner.is_global)


class _Adapter(HTTPAdapter):
    def __init__(self, allow: frozenset[str], pool_size: int) -> None:
        self._allow = allow
        super().__init__(pool_connections=pool_size, pool_maxsize=pool_size)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._allow)


def _pools(allow: frozenset[str]) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools whose connections check whom they talk to."""

    def refuse(host: str, port: int, address: str) -> None:
        if f"{host}:{port}" not in allow and not is_public(address):
            raise Failure("ssrf", f"{host} leads to {address}, which is no public address.", refused=True)

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return _checked(self.host, self.port or 80, super()._new_conn, refuse)

        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return _checked(self.host, self.port or 443, super()._new_conn, refuse)

        def connect(self) -> None:
            super().connect()
            watch(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

        def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
            watch(conn.sock)  # of a connection that is used again
            return super()._make_request(conn, *args, **kwargs)

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

        def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
            watch(conn.sock)
            return super()._make_request(conn, *args, **kwargs)

    return {"http": PlainPool, "https": SecurePool}


def _checked(
    host: str, port: int, connect: Callable[[], socket.socket], refuse: Callable[[str, int, str], None]
) -> socket.socket:
    """A connection whose name and whose socket were both found to be fine."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Failure("dns", f"The name {host} cannot be resolved ({error}).", retry=True) from None
    for *_, address in found:
        refuse(host, port, str(address[0]))
    connection = connect()
    try:
        refuse(host, port, connection.getpeername()[0])
    except BaseException:
        connection.close()
        raise
    return connection
