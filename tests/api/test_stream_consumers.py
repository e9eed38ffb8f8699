"""A Kinesis Client Library consumer follows a stream while it is written by several processes and its shards split.

Each acknowledged write is met exactly once, and an item's writes in order. (DynamoDB Streams Kinesis Adapter; Developer
Guide, "Using the DynamoDB Streams Kinesis adapter to process stream records".)"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests import postgres_servers
from tests.admin_api import admin, move_clock
from tests.api.streams_consumer import Consumer
from tests.api.test_streams import stream_of, streaming, streams_client
from tests.cli.processes import Serving
from tests.conftest import make_client, s, table_definition
from tests.edge.wire import eventually
from tests.storage.conftest import ADDRESSES, LOCAL_ADDRESSES

WRITERS = 4
ITEMS = 4
"""So many each writer has of its own."""
VERSIONS = 12
WRITES = WRITERS * ITEMS * VERSIONS
TABLE = "things"


def serve(store: str, tmp_path: Path) -> Serving:
    """A server in test mode: three processes, but for a store that lives in one."""
    address = ADDRESSES[store]
    if store in LOCAL_ADDRESSES:
        address = address.format(path=tmp_path / "store")
    else:
        address = address.format(postgresql=postgres_servers.fresh_address())
    workers = "1" if store == "memory" else "3"
    return Serving("--store", address, "--workers", workers, "--test-mode")


def write(url: str, writer: int, seed: int) -> None:
    """Count up the versions of items, in any order among them."""
    random, client = Random(seed), make_client(url)
    for version in range(1, VERSIONS + 1):
        for item in random.sample(range(ITEMS), ITEMS):
            client.update_item(
                TableName=TABLE,
                Key={"pk": s(f"{writer}-{item}")},
                UpdateExpression="SET v = :v",
                ExpressionAttributeValues={":v": {"N": str(version)}},
            )
    client.close()


@pytest.mark.parametrize("store", ["memory", "file", "postgresql"])
def test_every_write_is_met_once_and_in_order(store: str, tmp_path: Path) -> None:
    """The other kinds of server that speak PostgreSQL have their turn in tests/postgresql."""
    follow(store, tmp_path)


def follow(store: str, tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    with serve(store, tmp_path) as serving, ThreadPoolExecutor(WRITERS + 1) as pool:
        url, port = serving.url, serving.port
        client = make_client(url)
        client.create_table(**table_definition(TABLE, ("pk", "S"), **streaming("NEW_AND_OLD_IMAGES")))
        consumer = Consumer(lambda: streams_client(url), stream_of(client, TABLE), seed)
        client.close()
        reading = pool.submit(consumer.run, 3)
        writing = [pool.submit(write, url, writer, seed + writer) for writer in range(WRITERS)]
        for part in range(1, 4):
            assert eventually(partial(consumer.has_read, WRITES * part // 6), 60)
            status, told = admin(port, "POST", "/_slipring/streams/split", {"table": TABLE})
            assert status == 200, told
        # Shards roll after four hours, and iterators expire after a quarter of one.
        move_clock(port, advance="5h")
        for each in writing:
            each.result()
        admin(port, "POST", "/_slipring/streams/split", {"table": TABLE})
        consumer.written.set()
        reading.result()
    assert consumer.shards >= 1 + 2 + 4 + 8
    versions = {
        key: [int(record["dynamodb"]["NewImage"]["v"]["N"]) for record in records]
        for key, records in consumer.records.items()
    }
    wanted = list(range(1, VERSIONS + 1))
    assert versions == {f"{writer}-{item}": wanted for writer in range(WRITERS) for item in range(ITEMS)}
