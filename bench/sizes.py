"""`python -m bench.sizes`: whether a request costs more where there are more items.

For each number of items a store is filled, closed and opened again, so that everything is in its base, and read once
from end to end, so that no page of it is touched for the first time while it is measured. Then the same requests run
on all stores by turns, in this process, and each one's processor time is taken. Ten million items of 200 bytes take a
few minutes and 5 GB of disk.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import quantiles
from time import thread_time_ns
from typing import Any

import click
import uvloop
from bench.in_process import Client, settings_for

from slipring.assembly import build
from slipring.bench.layouts import GROUP, Layout, grouped_key
from slipring.cli.heap import settle
from slipring.clock import Ids, SystemClock
from slipring.engine import rows
from slipring.engine.catalog import Catalog
from slipring.engine.table import Table
from slipring.model.attribute_values import Item
from slipring.model.sizes import item_bytes
from slipring.storage.backends import open_store
from slipring.storage.contract import Store, Writes

_TABLE = "sized"
_COMMIT_GROUPS = 100
_TEXT = "x" * 150


def _item(number: int, _change: int = 0) -> Item:
    return {**grouped_key(number), "text": {"S": _TEXT}, "version": {"N": "1"}}


_LAYOUT = Layout(("pk", "sk"), grouped_key, _item)


async def _fill(url: str, items: int) -> None:
    """Put the items, through the store's own commits and in the order of its keys: in any other, each checkpoint
    would write every page of the base anew."""
    settings = settings_for(url, "off")
    assembly = await build(settings, SystemClock(), Ids())
    await Client(settings, assembly, 1).call("CreateTable", _LAYOUT.definition(_TABLE))
    await assembly.close()
    store = open_store(url, durability="relaxed")
    table = await Catalog(store).table(_TABLE)
    groups = sorted(range(0, items, GROUP), key=lambda number: table.key_in(grouped_key(number)))
    for start in range(0, len(groups), _COMMIT_GROUPS):
        firsts = groups[start : start + _COMMIT_GROUPS]
        await _put(store, table, [first + place for first in firsts for place in range(GROUP)])
    await store.close()


async def _put(store: Store, table: Table, numbers: Sequence[int]) -> None:
    puts: dict[bytes, bytes | None] = {}
    size = 0
    for number in numbers:
        item = _item(number)
        puts[table.key_in(item)] = rows.encode(item, item_bytes(item))
        size += item_bytes(item)
    await store.commit((), lambda old: Writes(puts, {table.count_key: (len(numbers), size)}, None))
    await asyncio.sleep(0)


async def _read_through(client: Client) -> None:
    page: dict[str, Any] = {"TableName": _TABLE, "Select": "COUNT"}
    while last := (await client.call("Scan", page)).get("LastEvaluatedKey"):
        page["ExclusiveStartKey"] = last


def _requests(client: Client, items: int, count: int, seed: int) -> dict[str, list[bytes]]:
    draw = Random(seed)
    found: dict[str, list[bytes]] = {"GetItem": [], "Query": []}
    for _ in range(count):
        key = grouped_key(draw.randrange(items))
        query: dict[str, Any] = {
            "TableName": _TABLE,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": key["pk"]},
        }
        found["GetItem"].append(client.signed("GetItem", {"TableName": _TABLE, "Key": key}))
        found["Query"].append(client.signed("Query", query))
    return found


async def _timed(client: Client, requests: list[bytes]) -> list[float]:
    """Each request's processor time in microseconds."""
    times = []
    for request in requests:
        begun_ns = thread_time_ns()
        await client.send([request])
        times.append((thread_time_ns() - begun_ns) / 1e3)
    return times


async def _measure(stores: dict[int, Path], rounds: int, count: int) -> None:
    clients: dict[int, Client] = {}
    assemblies = []
    for items, path in stores.items():
        settings = settings_for(str(path), "enforce")
        assemblies.append(await build(settings, SystemClock(), Ids()))
        clients[items] = Client(settings, assemblies[-1], 1)
        await _read_through(clients[items])
    settle()
    times: dict[tuple[str, int], list[float]] = {}
    # The first round warms up.
    for number in range(rounds + 1):
        for items, client in clients.items():
            for operation, requests in _requests(client, items, count, number).items():
                found = await _timed(client, requests)
                times.setdefault((operation, items), []).extend(found if number else ())
    for assembly in assemblies:
        await assembly.close()
    for (operation, items), found in sorted(times.items()):
        cuts = quantiles(found, n=100)
        print(
            f"{operation:8} {items:12,} items: p50 {cuts[49]:6.1f} µs, p90 {cuts[89]:6.1f} µs, p99 {cuts[98]:6.1f} µs"
        )


@click.command()
@click.option("--items", default="10000,1000000", show_default=True, help="How many items each table has.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where stores are made and kept.  [default: nowhere]")
@click.option("--rounds", default=4, show_default=True, help="How often each store has its turn.")
@click.option("--requests", default=5000, show_default=True, help="How many of each kind are sent in a turn.")
def main(items: str, folder: Path | None, rounds: int, requests: int) -> None:
    """Print percentiles of the processor time of GetItem, and of Query of 20 items, for tables of several sizes."""
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        stores = {int(each): place / each for each in items.split(",")}
        for count, path in stores.items():
            if not path.exists():
                uvloop.run(_fill(str(path), count))
        uvloop.run(_measure(stores, rounds, requests))


if __name__ == "__main__":
    sys.exit(main())
