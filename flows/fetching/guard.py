"""Connections to public addresses only, checked at the name and at the connected socket, each under a deadline."""

from __future__ import annotations

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.cookies import RequestsCookieJar
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from flows.fetching.addresses import PORTS, is_public, pair
from flows.fetching.careful import CarefulResponse
from flows.fetching.deadline import left, watch
from flows.fetching.exchange import Failure

Found = list[tuple[Any, Any, int, str, Any]]
Refuse = Callable[[str, int, str], None]


class GuardedSession(Session):
    """A requests session without redirects, cookies, proxies and netrc of its own, for public addresses only.

    requests reads the whole body of every redirect, without a limit: so redirects are followed by the caller.
    """

    def __init__(self, allow: frozenset[str], pool_size: int) -> None:
        super().__init__()
        self.trust_env = False
        self.cookies = _NoCookies()
        self.allow = allow
        adapter = _Adapter(allow, pool_size)
        self.mount("http://", adapter)
        self.mount("https://", adapter)

    def sent(self, url: str, headers: dict[str, str], timeout: tuple[float, float]) -> Response:
        """The answer to one request, its body not yet read.

        What Session.request does beside is merging settings, cookies and hooks that we have none of: a third of its time.
        """
        request = PreparedRequest()
        request.method = "GET"
        request.prepare_url(url, None)
        request.prepare_headers(headers)
        return self.get_adapter(url).send(request, stream=True, timeout=timeout, verify=self.verify or True)

    def get_redirect_target(self, resp: Any) -> None:
        """None: nothing is followed here."""


class _NoCookies(RequestsCookieJar):
    """A jar that takes nothing: cookies would cross hosts and make pages depend on one another."""

    def set_cookie(self, cookie: Any, *args: Any, **kwargs: Any) -> None:
        return None


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
        if pair(host, port) in allow:
            return
        if not is_public(address):
            leads = f"{host} is" if host == address else f"{host} leads to {address}, which is"
            raise Failure("ssrf", f"{leads} no public address.", refused=True)
        if port not in PORTS.values():
            raise Failure("ssrf", f"{host} is asked at port {port}, which is not allowed.", refused=True)

    class Plain(HTTPConnection):
        response_class = CarefulResponse

        def _new_conn(self) -> socket.socket:
            return _dialled(self, self.port or 80, refuse)

    class Secure(HTTPSConnection):
        response_class = CarefulResponse

        def _new_conn(self) -> socket.socket:
            return _dialled(self, self.port or 443, refuse, encrypted=True)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

        def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
            watch(conn.sock)  # of a connection that is used again
            return super()._make_request(conn, *args, **kwargs)

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

        def _make_request(self, conn: Any, *args: Any, **kwargs: Any) -> Any:
            watch(conn.sock, encrypted=True)
            return super()._make_request(conn, *args, **kwargs)

    return {"http": PlainPool, "https": SecurePool}


def _dialled(wanted: HTTPConnection, port: int, refuse: Refuse, *, encrypted: bool = False) -> socket.socket:
    """A connection to one of the addresses that the name was found to have, all of which are fine.

    The name is looked up once and its addresses are dialled as they are: a second answer, which may be another one, is
    never asked for.
    """
    found = resolved(wanted._dns_host, port)
    for *_, address in found:
        refuse(wanted.host, port, str(address[0]))
    connection = _connected(found, wanted)
    try:
        refuse(wanted.host, port, connection.getpeername()[0])
        watch(connection, encrypted=encrypted)
    except OSError as error:
        connection.close()
        raise Failure("connect", f"{wanted.host}:{port} hung up at once ({error}).", retry=True) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _connected(found: Found, wanted: HTTPConnection) -> socket.socket:
    """A connection to the first address that takes one, before the connection's own timeout and the deadline."""
    patience = min(float(wanted.timeout or left()), left())
    until = time.monotonic() + patience
    trouble: OSError = TimeoutError(f"no answer within {patience:.3g} seconds")
    for family, kind, protocol, _, address in found:
        if time.monotonic() >= until:
            break
        connection = socket.socket(family, kind, protocol)
        try:
            for option in wanted.socket_options or ():
                connection.setsockopt(*option)
            connection.settimeout(until - time.monotonic())
            connection.connect(address)
        except OSError as error:
            connection.close()
            trouble = error
        else:
            return connection
    raise Failure("connect", f"{wanted.host}:{wanted.port} accepts no connection ({trouble}).", retry=True)


def resolved(host: str, port: int) -> Found:
    """The addresses of a name; Failure where it has none or none is said before the deadline.

    The system's resolver knows no deadline, so it is asked in a thread that may be left behind.
    """
    if _is_literal(host.rstrip(".")):
        return _looked_up(host.rstrip("."), port)
    answers: queue.SimpleQueue[Found | Failure] = queue.SimpleQueue()

    def look() -> None:
        try:
            answers.put(_looked_up(host, port))
        except Failure as failure:
            answers.put(failure)

    threading.Thread(target=look, name="resolver", daemon=True).start()
    try:
        answer = answers.get(timeout=min(left(), 3600.0))
    except queue.Empty:
        raise Failure("too_slow", f"The name {host} was not resolved in time.", retry=True) from None
    if isinstance(answer, Failure):
        raise answer
    return answer


def _looked_up(host: str, port: int) -> Found:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failure("dns", f"The name {host} cannot be resolved ({error}).", retry=True) from None


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
