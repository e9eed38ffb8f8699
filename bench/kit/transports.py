"""What one call of boto3 takes by each transport of a server in process, and what of it is boto3's own."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from typing import Any

import slipring
from slipring.testing.direct import ANSWER_TIMEOUT_S, Direct

_KEY = {"pk": {"S": "a"}}
_WARM_UP = 200


def compare(calls: int, runs: int) -> Iterator[str]:
    """The lines of a table. The transports take turns, so that whatever else the machine does meets all of them."""
    took: dict[str, list[tuple[float, float]]] = {}
    with slipring.Server() as server:
        clients = {"HTTP": server.client(), "a call": server.client(transport="direct"), "nothing": _answered(server)}
        _make_table(clients["HTTP"])
        for _ in range(runs):
            for name, client in clients.items():
                took.setdefault(name, []).append(_timed(client, calls))
    yield "| a GetItem by | µs | processor time, µs |"
    yield "|---|---|---|"
    for name, each in took.items():
        wall_us, cpu_us = (statistics.median(run[place] for run in each) for place in (0, 1))
        yield f"| {name} | {wall_us:.0f} | {cpu_us:.0f} |"


def _timed(client: Any, calls: int) -> tuple[float, float]:
    """Microseconds by the wall and of the processor, the server's thread included."""
    for _ in range(_WARM_UP):
        client.get_item(TableName="music", Key=_KEY)
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    for _ in range(calls):
        client.get_item(TableName="music", Key=_KEY)
    return (time.perf_counter() - wall_s) / calls * 1e6, (time.process_time() - cpu_s) / calls * 1e6


def _answered(server: slipring.Server) -> Any:
    """A client that never gets beyond itself: every answer is the first one, which is there already."""
    client = server.endpoint().client("dynamodb", {})
    direct = Direct(server.running.listener, server.running.loop)
    kept: list[Any] = []

    def answer(request: Any, **_: Any) -> Any:
        if not kept:
            kept.append(direct.send(request, ANSWER_TIMEOUT_S))
        return kept[0]

    client.meta.events.register_first("before-send", answer)
    return client


def _make_table(client: Any) -> None:
    client.create_table(
        TableName="music",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    client.put_item(TableName="music", Item={**_KEY, "text": {"S": "x" * 100}})
