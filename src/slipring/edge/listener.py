"""Accepts connections on sockets that are already bound, and lets go of them in order."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from slipring.admin.meters import Meters
from slipring.admin.samples import Samples
from slipring.clock import Clock, Ids
from slipring.edge.admission import Admission
from slipring.edge.audit import Audit, AuditedConnection
from slipring.edge.auth import Authenticate
from slipring.edge.bounds import BoundedRoutes, bounded
from slipring.edge.clients import Clients
from slipring.edge.contract import Administer, Api, Metrics, QueryApi, Ready
from slipring.edge.framing import Framer
from slipring.edge.limits import Limits
from slipring.edge.protocol import Connection
from slipring.edge.routes import Routes
from slipring.edge.tls.context import Tls
from slipring.edge.traffic import Traffic

_BACKLOG = 4096
"""How many connections may wait to be accepted; the kernel lowers it to its own bound."""

_GOODBYE_S = 1.0
"""How long a client may take to agree that a TLS connection ends. One that keeps an idle connection in a pool does not
look at it, and a shutdown must not wait for that."""


class Listener:
    """The HTTP front of one process."""

    def __init__(
        self,
        *,
        api: Api,
        targets: Mapping[bytes, str],
        authenticate: Authenticate,
        ready: Ready,
        metrics: Metrics,
        administer: Administer,
        meters: Meters,
        clock: Clock,
        ids: Ids,
        limits: Limits,
        region: str,
        query_api: QueryApi | None = None,
        keeps_repeated: bool = False,
        audit: Audit | None = None,
        admission: Admission | None = None,
        tls: Tls | None = None,
        clients: Clients | None = None,
    ) -> None:
        """`targets` maps values of X-Amz-Target to names of operations, each of which has its own of the `meters`;
        `region` stands for a caller's unsigned own. `keeps_repeated`: see `Request`."""
        self._audit = audit
        self._framer = Framer(clock, ids)
        self._tls = tls
        self._clients = clients or Clients(limits)
        self._admission = admission or Admission()
        self._traffic = Traffic(limits, self._clients, self._each_sweep)
        by_address = self._clients.by_address
        routes = Routes if by_address is None else partial(BoundedRoutes, self._clients, by_address)
        self._routes: Routes = routes(
            targets,
            api,
            bounded(authenticate if audit is None else audit.noting(authenticate), self._clients),
            ready,
            metrics,
            administer,
            meters,
            self._traffic,
            region,
            query_api,
            keeps_repeated,
            self._admission,
        )
        self._servers: list[asyncio.Server] = []

    @property
    def connections(self) -> int:
        """How many there are, those included whose client is gone but whose request is not finished."""
        return len(self._traffic.connections)

    @property
    def bytes_in_flight(self) -> int:
        """Bodies that are being read or acted on."""
        return self._traffic.bytes_in_flight

    def answer_by(self, api: Api) -> None:
        """Have `api` carry out the operations from now on."""
        self._routes.api = api

    def samples(self) -> Samples:
        """What the connections are doing, and what of them was refused."""
        shaken = {} if self._tls is None else self._tls.handshakes.samples()
        return {**self._traffic.samples(), **self._clients.samples(), **self._admission.samples(), **shaken}

    def connection(self) -> Connection:
        """The protocol for a new connection."""
        if self._audit is not None:
            return AuditedConnection(self._routes, self._framer, self._traffic, self._audit)
        return Connection(self._routes, self._framer, self._traffic)

    def _each_sweep(self) -> None:
        self._framer.refresh_date()
        if self._tls is not None:
            self._tls.follow()
            self._tls.handshakes.follow(self._traffic.now)

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept from now on."""
        loop = asyncio.get_running_loop()
        self._traffic.start()
        for bound in sockets:
            server = await loop.create_server(self.connection, sock=bound, backlog=_BACKLOG, **self._shaking_hands())
            self._servers.append(server)

    def _shaking_hands(self) -> dict[str, Any]:
        if self._tls is None:
            return {}
        return {
            "ssl": self._tls.context,
            "ssl_handshake_timeout": self._traffic.limits.head_timeout_s,
            "ssl_shutdown_timeout": _GOODBYE_S,
        }

    async def drain(self) -> None:
        """Accept no more, let requests in flight finish within the limit, then close whatever is left."""
        for server in self._servers:
            server.close()
        await self._traffic.drain(self._traffic.limits.drain_s)
        self._traffic.stop()

    def abort(self) -> None:
        """Close everything at once; a `drain` in progress then ends."""
        self._traffic.abort()
