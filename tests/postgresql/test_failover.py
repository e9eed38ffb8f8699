"""The primary dies under load and its replica takes over, on two real servers with synchronous replication."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import asyncpg

from tests import postgres_servers
from tests.cli.processes import Serving
from tests.crash.api import Api, Refused, Unanswered

TABLE = "things"
WRITERS = 4
RETRYABLE = {"InternalServerError", "ServiceUnavailableException", "ThrottlingException"}
"""What every SDK tries again."""
SECONDS_MAX = 30
OPTIONS = ("fsync=off", "shared_buffers=32MB", "max_wal_senders=4", "wal_receiver_status_interval=1s")


class Pair:
    """A primary and its synchronous replica."""

    def __init__(self, ports: Sequence[int]) -> None:
        self.primary, self.replica = postgres_servers.make_directory(), postgres_servers.make_directory()
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.address = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
        self._ports = ports
        self._servers: dict[Path, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        postgres_servers.initialise(self.primary)
        self._start(self.primary, self._ports[0])
        postgres_servers.replicate(self.primary, self._ports[0], self.replica)
        self._start(self.replica, self._ports[1])
        asyncio.run(self._replicate_synchronously())

    def kill_primary(self) -> None:
        self._servers[self.primary].kill()
        self._servers[self.primary].wait()

    def promote_replica(self) -> None:
        asyncio.run(self._run(self._ports[1], "SELECT pg_promote()"))

    def stop(self) -> None:
        for server in self._servers.values():
            if server.poll() is None:
                server.terminate()
                server.kill()
            server.wait()
        for directory in (self.primary, self.replica):
            shutil.rmtree(directory, ignore_errors=True)

    def _start(self, directory: Path, port: int) -> None:
        self._servers[directory] = postgres_servers.start(
            directory, [*OPTIONS, "listen_addresses=127.0.0.1"], port=port
        )

    async def _replicate_synchronously(self) -> None:
        await self._run(self._ports[0], "ALTER SYSTEM SET synchronous_standby_names = '*'")
        await self._run(self._ports[0], "SELECT pg_reload_conf()")
        connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{self._ports[0]}/postgres")
        try:
            state = "SELECT sync_state FROM pg_stat_replication, pg_sleep(0.05)"
            while await connection.fetchval(state) != "sync":
                pass
        finally:
            await connection.close()

    async def _run(self, port: int, statement: str) -> None:
        connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@contextmanager
def replicated() -> Iterator[Pair]:
    pair = Pair(free_ports(2))
    try:
        pair.start()
        yield pair
    finally:
        pair.stop()


class Writer:
    """Puts new items and adds to a counter, and remembers what was acknowledged."""

    def __init__(self, port: int, name: str, stop: Event) -> None:
        self._api = Api(port)
        self._name = name
        self._stop = stop
        self.put: set[str] = set()
        self.added = 0
        self.unknown = 0
        """Additions of which it was not told whether they were done."""
        self.codes: set[str] = set()
        self.acknowledged_s = 0.0
        """When something was acknowledged last."""
        self.thread = Thread(target=self._run)

    def _run(self) -> None:
        with self._api:
            self._write()

    def _write(self) -> None:
        for n in count():
            if self._stop.is_set():
                return
            name = f"{self._name}-{n}"
            if self._call("PutItem", TableName=TABLE, Item={"pk": {"S": name}}):
                self.put.add(name)
            if self._call(
                "UpdateItem",
                TableName=TABLE,
                Key={"pk": {"S": f"counter-{self._name}"}},
                UpdateExpression="ADD n :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            ):
                self.added += 1
            else:
                self.unknown += 1

    def _call(self, operation: str, **parameters: Any) -> bool:
        try:
            self._api.call(operation, **parameters)
        except Refused as refused:
            self.codes.add(refused.code)
            return False
        except Unanswered:
            self.codes.add("unanswered")
            return False
        self.acknowledged_s = monotonic()
        return True


def wait_for(writers: Sequence[Writer], since_s: float) -> None:
    """Return when every writer was acknowledged something again."""
    give_up_s = monotonic() + SECONDS_MAX
    moment = Event()
    while not all(writer.acknowledged_s > since_s for writer in writers):
        assert monotonic() < give_up_s, [writer.codes for writer in writers]
        moment.wait(0.02)


def test_nothing_acknowledged_is_lost_when_the_primary_dies() -> None:
    """Clients see errors that they try again, for seconds; then they go on, on the replica."""
    stop = Event()
    with replicated() as pair, Serving("--store", pair.address) as serving:
        with Api(serving.port) as api:
            api.call(
                "CreateTable",
                TableName=TABLE,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            )
        writers = [Writer(serving.port, str(n), stop) for n in range(WRITERS)]
        for writer in writers:
            writer.thread.start()
        try:
            for _ in range(20):
                wait_for(writers, monotonic())
            pair.kill_primary()
            killed_s = monotonic()
            pair.promote_replica()
            wait_for(writers, killed_s + 0.1)
            print(f"acknowledged again after {monotonic() - killed_s:.1f} s")
            for _ in range(20):
                wait_for(writers, monotonic())
        finally:
            stop.set()
            for writer in writers:
                writer.thread.join()
        found = everything(serving.port)
    assert set().union(*(writer.codes for writer in writers)) <= RETRYABLE
    for n, writer in enumerate(writers):
        assert writer.put - found.keys() == set()
        counted = int(found[f"counter-{n}"]["n"]["N"])
        assert writer.added <= counted <= writer.added + writer.unknown


def everything(port: int) -> dict[str, dict[str, Any]]:
    items: dict[str, dict[str, Any]] = {}
    place: dict[str, Any] = {}
    with Api(port) as api:
        while True:
            page = api.call("Scan", TableName=TABLE, ConsistentRead=True, **place)
            items |= {item["pk"]["S"]: item for item in page["Items"]}
            if "LastEvaluatedKey" not in page:
                return items
            place = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
