"""`python -m bench.in_process`: the processor time of requests, from their bytes to those of their answers.

A server runs in this process, whole but for its sockets, so what is measured is Slipring alone. The least of several
rounds is told: what else the machine does can make a request seem dearer than it is, never cheaper.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

import click
import orjson
import uvloop

from slipring.admin.board import Board
from slipring.admin.reporter import Reporter
from slipring.assembly import Assembly, build
from slipring.bench.draws import Draws
from slipring.bench.endpoint import Endpoint
from slipring.bench.signing import Credential, Signer
from slipring.bench.workloads import WORKLOADS
from slipring.bench.workloads.batches import WRITE_ITEMS, put_requests
from slipring.bench.workloads.workload import Scene, Workload
from slipring.cli.heap import settle
from slipring.clock import Ids, SystemClock
from slipring.front import front
from slipring.settings import Settings

_ENDPOINT = Endpoint("127.0.0.1", 8000, tls=False)
_CREDENTIAL = Credential()
_TABLE = "bench"


def settings_for(store: str, auth: str, encryption: str = "off") -> Settings:
    """A server on this store that knows the client's key."""
    return Settings(
        store=store,
        auth=auth,
        access_key_id=_CREDENTIAL.access_key,
        secret_access_key=_CREDENTIAL.secret_key,
        encryption=encryption,
        master_key="00" * 32 if encryption == "on" else None,
    )


class Transport(asyncio.Transport):
    """Counts answers and keeps the last."""

    def __init__(self) -> None:
        super().__init__()
        self.last = b""
        self._missing = 0
        self._answered: asyncio.Future[None] | None = None

    def expect(self, answers: int) -> asyncio.Future[None]:
        """What is done once so many more answers are there."""
        self._missing = answers
        self._answered = asyncio.get_running_loop().create_future()
        return self._answered

    def write(self, data: Any) -> None:
        self.last = data
        self._missing -= 1
        if not self._missing and self._answered is not None:
            self._answered.set_result(None)

    def writelines(self, list_of_data: Any) -> None:
        self.write(b"".join(list_of_data))

    def pause_reading(self) -> None:
        """Nothing is sent before the answer."""

    def resume_reading(self) -> None:
        """Nothing is sent before the answer."""


class Client:
    """Several connections to one server, with a request in flight on each of them at a time."""

    def __init__(self, settings: Settings, assembly: Assembly, connections: int) -> None:
        self._signer = Signer(_ENDPOINT, _CREDENTIAL, SystemClock.now())
        self._transport = Transport()
        listener = front(settings, assembly, SystemClock(), Ids(), Reporter(Board(), 0))
        self._connections = [listener.connection() for _ in range(connections)]
        for each in self._connections:
            each.connection_made(self._transport)

    def signed(self, operation: str, parameters: dict[str, Any]) -> bytes:
        return self._signer.request(operation, orjson.dumps(parameters))

    async def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        await self.send([self.signed(operation, parameters)])
        head, _, body = self._transport.last.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise click.ClickException(f"{operation}: {body.decode()}")
        answer: dict[str, Any] = orjson.loads(body)
        return answer

    async def send(self, requests: Sequence[bytes]) -> None:
        """Send requests, as many at a time as there are connections; return when all are answered."""
        connections = self._connections
        for start in range(0, len(requests), len(connections)):
            group = requests[start : start + len(connections)]
            answered = self._transport.expect(len(group))
            for connection, request in zip(connections, group, strict=False):
                connection.data_received(request)
            await answered


async def _measure(settings: Settings, load: Workload, connections: int, requests: int, rounds: int) -> float:
    """The least processor time of one request, in microseconds."""
    assembly = await build(settings, SystemClock(), Ids())
    try:
        client = Client(settings, assembly, connections)
        scene = Scene(
            _TABLE, load.layout, requests * rounds if load.ends else 10_000, Draws(10_000, "uniform", "1"), 0, 1, 0
        )
        await client.call("CreateTable", load.layout.definition(_TABLE))
        for start in range(0, scene.items, WRITE_ITEMS):
            items = [load.layout.item(number, 0) for number in range(start, start + WRITE_ITEMS)]
            await client.call("BatchWriteItem", put_requests(_TABLE, items))
        steps = load.steps(scene)
        first = next(steps).calls[0]
        if not load.holds(await client.call(*first)):
            raise click.ClickException(f"{load.name} is not done as it should be")
        return min([await _round(client, list(islice(_requests(client, steps), requests))) for _ in range(rounds)])
    finally:
        await assembly.close()


def _requests(client: Client, steps: Iterator[Any]) -> Iterator[bytes]:
    for step in steps:
        for call in step.calls:
            yield client.signed(call.operation, call.parameters)


async def _round(client: Client, requests: list[bytes]) -> float:
    settle()
    begun_s = process_time()
    await client.send(requests)
    return 1e6 * (process_time() - begun_s) / len(requests)


@click.command()
@click.option("--workloads", default=",".join(WORKLOADS), help="Which.  [default: all]")
@click.option("--stores", default="memory,disk", show_default=True, help="Where data is kept.")
@click.option("--auth", type=click.Choice(["off", "enforce"]), default="off", show_default=True)
@click.option("--encryption", type=click.Choice(["off", "on"]), default="off", show_default=True)
@click.option("--connections", default=16, show_default=True, help="How many requests are in flight.")
@click.option("--requests", default=1000, show_default=True, help="How many requests a round is.")
@click.option("--rounds", default=7, show_default=True, help="How many rounds; the cheapest counts.")
def main(workloads: str, stores: str, auth: str, encryption: str, connections: int, requests: int, rounds: int) -> None:
    """Print the processor time of a request of each workload, in microseconds."""
    for name in workloads.split(","):
        figures = []
        for store in stores.split(","):
            with tempfile.TemporaryDirectory() as folder:
                url = "memory:" if store == "memory" else str(Path(folder) / "store")
                settings = settings_for(url, auth, encryption)
                figures.append(uvloop.run(_measure(settings, WORKLOADS[name], connections, requests, rounds)))
        print(f"{name:16}", *[f"{figure:9.2f}" for figure in figures], flush=True)


if __name__ == "__main__":
    sys.exit(main())
