"""Sockets to listen on."""

from __future__ import annotations

import errno
import socket
import sys
from ipaddress import ip_address

_REASONS = {
    errno.EADDRINUSE: "the port is in use",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "not permitted",
}


class ListenError(Exception):
    """Nobody can listen there; the message is one line that says why."""


def bind(host: str, port: int, count: int = 1) -> list[socket.socket]:
    """`count` sockets bound to one address, of which each process that is to serve it takes one.

    They do not listen yet. With more than one the kernel deals new connections out among them; where it does not
    (only Linux does), all are the same socket. Raises ListenError.
    """
    family, address = _resolve(host, port)
    if count == 1:
        return [_bound(family, address, share=False)]
    # Sockets that share a port share it with another server's too, so make sure that there is none.
    probe = _bound(family, address, share=False)
    if sys.platform != "linux":
        return [probe, *[probe.dup() for _ in range(count - 1)]]
    address = (address[0], probe.getsockname()[1])
    probe.close()
    return [_bound(family, address, share=True) for _ in range(count)]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def url_of(bound: socket.socket, *, secure: bool) -> str:
    """The URL of what listens on a socket, with TLS if it is `secure`."""
    host, port = bound.getsockname()[:2]
    return url(host, port, secure=secure)


def url(host: str, port: int, *, secure: bool) -> str:
    """The URL of a host, named or by its address."""
    return f"{'https' if secure else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError) as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else "not a host name"
        raise ListenError(f"cannot listen on {host}: {reason}") from None
    family, _, _, _, address = found[0]
    return family, (str(address[0]), port)


def _bound(family: socket.AddressFamily, address: tuple[str, int], *, share: bool) -> socket.socket:
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose last connections are still winding down may be taken again at once.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if share:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        reason = _REASONS.get(error.errno or 0, error.strerror)
        raise ListenError(f"cannot listen on {address[0]}:{address[1]}: {reason}") from None
    return bound
