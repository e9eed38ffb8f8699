"""Where requests come from."""

from __future__ import annotations

from ipaddress import IPv6Address, IPv6Network, ip_address


class Origin:
    """The client's end of a connection.

    A connection answers one request after the other, so what a request says of its client stands here for as long as
    that request needs it.
    """

    __slots__ = ("_network", "_peer", "_source_ip", "user_agent")

    def __init__(self, peer: object = None) -> None:
        """`peer` is the address of the client's socket, as transports tell it."""
        self._peer = peer
        self._source_ip: str | None = None
        self._network: str | None = None
        self.user_agent = b""
        """Of the request in hand, as it was sent."""

    @property
    def agent(self) -> str:
        """The user agent, as policies see it."""
        return self.user_agent.decode("latin-1").strip()

    @property
    def source_ip(self) -> str:
        """The client's IP address, without a zone, and as IPv4 where it is one; empty where the socket has none."""
        if self._source_ip is None:
            self._source_ip = _printed(self._peer)
        return self._source_ip

    @property
    def network(self) -> str:
        """What one client has: its IPv4 address, or its IPv6 network of 64 bits, in which it may choose any address
        (RFC 4291, section 2.5.4); empty where the socket has none."""
        if self._network is None:
            source_ip = self.source_ip
            self._network = str(IPv6Network((source_ip, 64), strict=False)) if ":" in source_ip else source_ip
        return self._network


NOWHERE = Origin()
"""Of requests whose origin nobody will ask for."""


def _printed(peer: object) -> str:
    if not isinstance(peer, tuple):
        # A socket of the file system, or none.
        return ""
    address = ip_address(str(peer[0]).partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
