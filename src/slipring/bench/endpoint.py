"""Where the server under load is."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_CONNECT_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server's address."""

    host: str
    port: int
    tls: bool

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """The address in a URL like `http://127.0.0.1:8000`. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError(f"{url!r} is not like http://127.0.0.1:8000")
        return cls(parts.hostname, parts.port or _PORTS[parts.scheme], parts.scheme == "https")

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def authority(self) -> str:
        """The Host header, as SDKs send and sign it: without the scheme's own port."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}"

    def connect(self) -> socket.socket:
        """A connection that does not block from here on. Raises OSError."""
        connected = socket.create_connection((self.host, self.port), timeout=_CONNECT_TIMEOUT_S)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            connected = ssl.create_default_context().wrap_socket(connected, server_hostname=self.host)
        connected.setblocking(False)
        return connected
