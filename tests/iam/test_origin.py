"""What policies are told of a client's address."""

from __future__ import annotations

import pytest

from slipring.iam.origin import Origin


@pytest.mark.parametrize(
    ("peer", "source_ip"),
    [
        (("192.0.2.7", 4711), "192.0.2.7"),
        (("::ffff:192.0.2.7", 4711, 0, 0), "192.0.2.7"),
        (("2001:db8::7", 4711, 0, 0), "2001:db8::7"),
        (("fe80::7%eth0", 4711, 0, 2), "fe80::7"),
        ("/run/slipring.sock", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_an_address_is_told_as_policies_write_it(peer: object, source_ip: str) -> None:
    """A socket for both families tells an IPv4 client as IPv6, and no policy for 192.0.2.0/24 would fit that. A client
    without an address has none, so that a condition that allows some networks is not met."""
    assert Origin(peer).source_ip == source_ip


@pytest.mark.parametrize(
    ("peer", "network"),
    [
        (("192.0.2.7", 4711), "192.0.2.7"),
        (("::ffff:192.0.2.7", 4711, 0, 0), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 4711, 0, 0), "2001:db8:1:2::/64"),
        (("fe80::7%eth0", 4711, 0, 2), "fe80::/64"),
        (None, ""),
    ],
)
def test_one_client_has_a_whole_network_of_ipv6(peer: object, network: str) -> None:
    """It would only have to take another of its addresses, of which there are more than anybody can count."""
    assert Origin(peer).network == network
