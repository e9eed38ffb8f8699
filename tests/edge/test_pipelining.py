"""Requests sent ahead are answered in order, however the bytes are cut up on their way."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edge.memory import Wire
from tests.edge.scripted import Server
from tests.edge.wire import Client, chunked, request


class Sent(NamedTuple):
    data: bytes
    status: int
    body: bytes | None


def _echo(key: int, turns: int) -> Sent:
    body = b'{"Key":%d,"turns":%d}' % (key, turns)
    return Sent(request(body), 200, body)


def _chunked(key: int, turns: int) -> Sent:
    body = b'{"Key":%d,"turns":%d}' % (key, turns)
    return Sent(chunked(body[:3], body[3:7], body[7:], trailer=b"X-Trailer: 1\r\n"), 200, body)


def _unknown(key: int, turns: int) -> Sent:
    return Sent(request(headers={"X-Amz-Target": f"No.Such{key}"}), 400, None)


def _page(key: int, turns: int) -> Sent:
    return Sent(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 200, b"healthy: dynamodb.us-east-1.amazonaws.com ")


_requests = st.builds(
    lambda kind, key, turns: kind(key, turns),
    st.sampled_from([_echo, _chunked, _unknown, _page]),
    st.integers(0, 9),
    st.integers(0, 3),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_requests, min_size=1, max_size=6), st.lists(st.integers(1, 400), max_size=30))
def test_any_cut_of_the_stream_gives_the_same_answers(sent: list[Sent], cuts: list[int]) -> None:
    """TCP promises order, not boundaries: a parser or a queue that leans on them loses a request some day."""
    stream = b"".join(one.data for one in sent)

    async def scenario() -> list[tuple[int, bytes | None]]:
        wire = Wire()
        rest = stream
        for cut in [*cuts, len(stream)]:
            if rest:
                await wire.feed(rest[:cut])
                rest = rest[cut:]
        answers = await wire.settle(len(sent))
        return [(answer.status, answer.body if answer.status == 200 else None) for answer in answers]

    assert asyncio.run(scenario()) == [(one.status, one.body) for one in sent]


def test_the_stream_byte_by_byte() -> None:
    """The finest cut of all."""
    sent = [_echo(1, 0), _chunked(2, 1), _unknown(3, 0), _echo(4, 2)]

    async def scenario() -> list[int]:
        wire = Wire()
        for at in range(len(stream := b"".join(one.data for one in sent))):
            await wire.feed(stream[at : at + 1])
        return [answer.status for answer in await wire.settle(len(sent))]

    assert asyncio.run(scenario()) == [200, 200, 400, 200]


def test_a_slow_request_keeps_its_place(server: Server, client: Client) -> None:
    """The second could be answered at once; it is not, for answers carry no name of their request."""
    client.send(request(b'{"Key":1,"hold":true}') + request(b'{"Key":2}') + request(b'{"Key":3}'))
    while not server.api.holding:
        pass
    assert [call.body for call in server.api.calls[-1:]] == [b'{"Key":1,"hold":true}']
    server.api.release()
    assert [client.receive().body for _ in range(3)] == [b'{"Key":1,"hold":true}', b'{"Key":2}', b'{"Key":3}']


def test_reading_stops_while_requests_wait() -> None:
    """A client that sends far ahead is held back by TCP, not stored."""

    async def scenario() -> None:
        wire = Wire()
        wire.connection.data_received(request(b'{"hold":true}'))
        assert wire.transport.reading, "nothing waits yet"
        wire.connection.data_received(request(b"{}"))
        assert not wire.transport.reading
        wire.api.release()
        await wire.settle(2)
        assert wire.transport.reading

    asyncio.run(scenario())


def test_nothing_is_served_after_a_request_to_close() -> None:
    """What follows `Connection: close` was not meant for us."""

    async def scenario() -> int:
        wire = Wire()
        wire.connection.data_received(request(headers={"Connection": "close"}) + request(b'{"Key":2}'))
        await wire.settle(1)
        assert wire.transport.closed
        return len(wire.api.calls)

    assert asyncio.run(scenario()) == 1


def test_garbage_after_a_slow_request_is_refused_in_its_turn() -> None:
    """The good request's answer comes first."""

    async def scenario() -> list[int]:
        wire = Wire()
        wire.connection.data_received(request(b'{"turns":3}') + b"GARBAGE\r\n\r\n")
        return [answer.status for answer in await wire.settle(2)]

    assert asyncio.run(scenario()) == [200, 400]


def test_thousands_of_requests_ahead_are_all_answered(client: Client) -> None:
    """In one go, without deep recursion: some wait, so the rest pile up behind them."""
    count = 2_000
    client.send(b"".join([request(b'{"Key":%d,"turns":%d}' % (key, key % 3)) for key in range(count)]))
    keys = [client.receive().body.split(b",")[0] for _ in range(count)]
    assert keys == [b'{"Key":%d' % key for key in range(count)]
