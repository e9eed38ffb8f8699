"""Shapes of requests: kept while they are such as clients send, and no longer than that."""

from __future__ import annotations

from slipring.admin.meters import Meter
from slipring.edge.request import Request, Shape


def shape_of(names: list[bytes]) -> Shape:
    """The shape of a request with these headers."""
    request = Request(lambda: None, Meter(""))
    for name in names:
        request.on_header(name, b"")
    request.on_headers_complete()
    return request.shape


def test_the_shape_of_an_sdk_is_worked_out_once() -> None:
    """Looking the names up for every request would cost more than all else that is done with them."""
    names = [b"Host", b"X-Amz-Target", *[b"X-Test-%d" % number for number in range(20)]]
    assert shape_of(names) is shape_of(names)


def test_a_huge_shape_is_not_kept() -> None:
    """A head may hold thousands of names. Thousands of such heads, each unlike the others, would fill the memory of a
    server that kept them, and nobody need have signed anything."""
    for names in ([b"x%d" % number for number in range(100)], [b"x" * 5000]):
        assert shape_of(names) is not shape_of(names)
        assert shape_of([*names, b"Host"]).host == b"Host"
