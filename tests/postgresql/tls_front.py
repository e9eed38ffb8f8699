"""TLS in front of a PostgreSQL server that was built without it, as a pooler or a cloud's front has it: it speaks the
protocol's own way into TLS and passes on what is inside."""

from __future__ import annotations

import socket
import ssl
import struct
from contextlib import suppress
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from slipring.edge.tls.pairs import Pair

_SSL_REQUEST = struct.pack("!ll", 8, 80877103)
"""What a client begins with that wants TLS (PostgreSQL documentation, "Message Formats", SSLRequest)."""


class TlsFront:
    """Listens on a port of 127.0.0.1 for a server that an address names by its socket's directory."""

    def __init__(self, address: str, pair: Pair, clients_of: Path | None = None, has_tls: bool = True) -> None:
        self._has_tls = has_tls
        self._parts = urlsplit(address)
        self._options = dict(parse_qsl(self._parts.query))
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(pair.certificate, pair.key)
        if clients_of is not None:
            self._context.load_verify_locations(clients_of)
            self._context.verify_mode = ssl.CERT_REQUIRED
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.subjects: list[str] = []
        """The common names of those who showed a certificate."""

    def address(self, host: str, **options: object) -> str:
        """The address of the store behind it."""
        port = self._listening.getsockname()[1]
        more = {name: str(value) for name, value in options.items()}
        kept = {name: value for name, value in self._options.items() if name != "host"}
        return urlunsplit(self._parts._replace(netloc=f"postgres@{host}:{port}", query=urlencode({**kept, **more})))

    def __enter__(self) -> TlsFront:
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # A thread that accepts does not notice that its socket is closed.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                Thread(target=self._serve, args=(self._listening.accept()[0],), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with suppress(OSError), plain:
            if plain.recv(8, socket.MSG_WAITALL) != _SSL_REQUEST:
                return
            plain.sendall(b"S" if self._has_tls else b"N")
            if not self._has_tls:
                self._pass_on(plain)
                return
            with self._context.wrap_socket(plain, server_side=True) as client:
                shown: Any = client.getpeercert() or {}
                for part in shown.get("subject", ()):
                    self.subjects += [value for name, value in part if name == "commonName"]
                self._pass_on(client)

    def _pass_on(self, client: socket.socket) -> None:
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(Path(self._options["host"]) / ".s.PGSQL.5432"))
            Thread(target=_pump, args=(server, client), daemon=True).start()
            _pump(client, server)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 16):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_RDWR)
