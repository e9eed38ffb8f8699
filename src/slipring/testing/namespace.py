"""What the fixture `ddb` gives to a test: a namespace of its own on a server, and all that a test does with it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipring.engine import namespaces
from slipring.testing.faults import FaultRules
from slipring.testing.requests import Requests
from slipring.testing.server import Server, Transport
from slipring.testing.snapshots import SnapshotsHere
from slipring.testing.triggers import TriggersHere


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the requests of a namespace have consumed. A request that is refused is counted as nothing."""

    _requests: Requests

    @property
    def read_units(self) -> float:
        return self._requests.read_units

    @property
    def write_units(self) -> float:
        return self._requests.write_units


class Namespace:
    """Tables that nobody else sees."""

    def __init__(self, server: Server, name: str, requests: Requests, access_key: str) -> None:
        self.name = name
        self.requests = requests
        """Every request so far, the oldest first."""
        self.capacity = Capacity(requests)
        self.faults = FaultRules(server, name)
        self.snapshots = SnapshotsHere(server, name)
        self.triggers = TriggersHere(server, name)
        self.clock = server.clock
        """The server's: it goes with the machine's again after the test."""
        self._server = server
        self._access_key = access_key

    @property
    def endpoint_url(self) -> str:
        return self._server.endpoint_url

    @property
    def region(self) -> str:
        return self._server.region

    def client(self, service: str = "dynamodb", *, transport: Transport = "http", **parameters: Any) -> Any:
        """A boto3 client of `dynamodb` or `dynamodbstreams`. Without `parameters` it is the same one each time, also
        in later tests: making one takes longer than most tests."""
        return self._server.client(service, transport=transport, access_key=self._access_key, **parameters)

    def resource(self, *, transport: Transport = "http", **parameters: Any) -> Any:
        """A boto3 resource of `dynamodb`; as `client`."""
        return self._server.resource(transport=transport, access_key=self._access_key, **parameters)

    def table(self, name: str) -> Any:
        """A boto3 resource's table."""
        return self.resource().Table(name)

    def aioclient(
        self, service: str = "dynamodb", *, transport: Transport = "http", **parameters: Any
    ) -> AbstractAsyncContextManager[Any]:
        """An aiobotocore client, to be entered with `async with`."""
        return self._server.aioclient(service, transport=transport, access_key=self._access_key, **parameters)

    def aioresource(self, *, transport: Transport = "http", **parameters: Any) -> AbstractAsyncContextManager[Any]:
        """An aioboto3 resource of `dynamodb`, to be entered with `async with`."""
        return self._server.aioresource(transport=transport, access_key=self._access_key, **parameters)

    def snapshot(self) -> AbstractContextManager[None]:
        """`with ddb.snapshot():` takes back at its end whatever is done within."""
        return self.snapshots.rollback()

    def apply(self, *files: str | Path, parameters: Mapping[str, str] | None = None, partial: bool = False) -> None:
        """Make tables what templates say, as `slipring apply` does. Raises
        `slipring.templates.desired.TemplateError`."""
        from slipring.testing.preparing import apply

        apply(self.client(), files, parameters or {}, region=self.region, partial=partial)

    def seed(self, directory: str | Path) -> None:
        """Plant a directory of seeds, as `slipring seed` does. Raises `slipring.seeds.errors.SeedError`."""
        from slipring.testing.preparing import seed

        seed(self._server, directory, self.name)

    def erase(self) -> None:
        """Remove all tables and streams, as after the test."""
        self._server.wait_for(namespaces.erase(self._server.engine, self.name))

    def close(self) -> None:
        """Leave nothing behind on the server."""
        self.triggers.clear()
        self.clock.reset()
        self.faults.clear()
        self.snapshots.clear()
        self.erase()
