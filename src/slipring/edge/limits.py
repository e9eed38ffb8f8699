"""The bounds the edge keeps, so that no client can make it hold more than it has."""

from __future__ import annotations

from dataclasses import dataclass

from slipring.model.limits import REQUEST_BYTES_MAX

BODY_BYTES_MAX = REQUEST_BYTES_MAX
"""The largest request body, before and after decompression."""

HEAD_BYTES_MAX = 64 * 1024
"""How much of a request line and headers may follow what came of them in the first piece. A session token, the
longest thing there, is a few kilobytes."""

GZIP_BYTES_MIN = 4096
"""The shortest response worth compressing."""

BODY_PARTS_MAX = 64
"""How many pieces of an unfinished body are kept apart; beyond, each piece's overhead could outweigh its content."""

CACHED_MAX = 4096
"""How many entries a cache keyed by what clients send may hold before it is emptied."""

assert GZIP_BYTES_MIN < HEAD_BYTES_MAX < BODY_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may tune."""

    connections_max: int = 10_000
    address_connections_max: int | None = None
    """Of one client's address; None for as many as there may be at all."""
    address_requests_per_s: int | None = None
    """From one client's address; None for as many as come. So for a caller's."""
    caller_requests_per_s: int | None = None
    bytes_in_flight_max: int = 512 * 1024 * 1024
    """Bodies that are being read or acted on, all connections together; beyond it requests are refused with 503."""
    head_timeout_s: float = 20.0
    body_timeout_s: float = 60.0
    idle_timeout_s: float = 120.0
    """Longer than the idle limits of the SDKs' pools (60 s in Java), so that they close first and never race us."""
    write_timeout_s: float = 60.0
    """How long a client may leave its answer unread."""
    linger_s: float = 5.0
    """How long a refused upload is read on and dropped, so that its sender gets to see the refusal."""
    drain_s: float = 30.0
    """How long a shutdown waits for requests in flight."""
    sweep_s: float = 1.0
    """How often deadlines are looked at; the Date header is renewed at the same time."""
