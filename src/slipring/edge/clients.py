"""What one client may take: so many connections at once, so many requests a second.

A client is an address, and, once its signature is verified, a user or role as well. Each bound is off unless an
operator sets it, and then costs nothing.
"""

from __future__ import annotations

import logging

from slipring.admin.samples import Samples, by_label, single
from slipring.edge.limits import Limits
from slipring.iam.caller import Caller
from slipring.iam.origin import Origin
from slipring.model.errors.edge import throttled

logger = logging.getLogger("slipring.edge")

_SAID_EVERY_S = 60.0

_BURST_S = 1.0
"""A client that was idle may send at once what comes in this time."""

_ROUNDING_S = 1e-9

_NAME_CHARACTERS_MAX = 128
"""The longest access key that the service has. One that is made up must not take more room than that."""


class Rate:
    """A bucket for each client, which refills steadily: the generic cell rate algorithm (ITU-T I.371, annex A)."""

    __slots__ = ("_full_at", "_step_s")

    def __init__(self, per_s: int) -> None:
        self._step_s = 1 / per_s
        self._full_at: dict[str, float] = {}
        """When each client's bucket will be full again. One that is full need not be here."""

    def take(self, client: str, now_s: float) -> bool:
        """Take one from a client's bucket, if there is one in it."""
        full_at = max(self._full_at.get(client, now_s), now_s) + self._step_s
        if full_at - now_s > _BURST_S + _ROUNDING_S:
            return False
        self._full_at[client] = full_at
        return True

    def forget_idle(self, now_s: float) -> None:
        """Let go of the clients whose buckets are full."""
        for client in [client for client, full_at in self._full_at.items() if full_at <= now_s]:
            del self._full_at[client]


class Complaints:
    """Says in the log who is refused, but seldom: who floods a server must not fill its disk too."""

    def __init__(self) -> None:
        self._said_at = float("-inf")
        self._unsaid = 0

    def note(self, client: str, bound: str, now_s: float) -> None:
        self._unsaid += 1
        if now_s - self._said_at >= _SAID_EVERY_S:
            logger.warning(
                "%r is over %s; refusals of any client since the last such line: %d", client, bound, self._unsaid
            )
            self._said_at, self._unsaid = now_s, 0


class Clients:
    """Holds clients to the bounds, and counts what it refuses. Times are those of `monotonic`."""

    def __init__(self, limits: Limits) -> None:
        self._connections_max = limits.address_connections_max
        self._connections: dict[str, int] = {}
        self.by_address = None if limits.address_requests_per_s is None else Rate(limits.address_requests_per_s)
        self.by_caller = None if limits.caller_requests_per_s is None else Rate(limits.caller_requests_per_s)
        self._complaints = Complaints()
        self._refused_connections = 0
        self._refused_requests: dict[str, int] = {}

    def enter(self, origin: Origin, now_s: float) -> bool:
        """Whether there may be one more connection from `origin`; it counts from now on."""
        most = self._connections_max
        if most is None or not origin.network:
            return True
        held = self._connections.get(origin.network, 0)
        if held >= most:
            self._refused_connections += 1
            self._complaints.note(origin.network, "address_connections_max", now_s)
            return False
        self._connections[origin.network] = held + 1
        return True

    def leave(self, origin: Origin) -> None:
        """A connection that entered has ended."""
        if self._connections_max is None or not origin.network:
            return
        held = self._connections.pop(origin.network) - 1
        if held:
            self._connections[origin.network] = held

    def require(self, rate: Rate, bound: str, client: str, now_s: float) -> None:
        """Raises ThrottlingException if `client` has sent what it may."""
        if client and not rate.take(client, now_s):
            self._refused_requests[bound] = self._refused_requests.get(bound, 0) + 1
            self._complaints.note(client, bound, now_s)
            raise throttled()

    def forget_idle(self, now_s: float) -> None:
        for rate in (self.by_address, self.by_caller):
            if rate is not None:
                rate.forget_idle(now_s)

    def samples(self) -> Samples:
        return {
            "slipring_limited_connections_total": single(self._refused_connections),
            "slipring_limited_requests_total": by_label(self._refused_requests),
        }


def name_of(caller: Caller) -> str:
    """Whose requests are counted together: a user's, or those of all sessions of a role. Where nobody is verified, it
    is the access key that tells clients apart."""
    if caller.identity is None:
        return caller.access_key[:_NAME_CHARACTERS_MAX]
    principal = caller.identity.principal
    return principal.issuer or principal.arn
