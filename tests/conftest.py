"""What tests over the whole server share: one server, clients for it, tables made once, keys made at random."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import hypothesis
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests import postgres_servers
from tests.servers import ServerThread

# A shared machine stalls now and then; how long an example takes is no property of what is tested.
hypothesis.settings.register_profile(
    "slipring", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("slipring")

Client = Any
"""A boto3 DynamoDB client; boto3 makes its methods at run time."""


def make_client(url: str, access_key: str = "test", **config: Any) -> Client:
    """A client that neither checks its input nor tries again, so that the server sees and answers everything."""
    return boto3.client(
        "dynamodb",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key="test",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, max_pool_connections=32, **config),
    )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerThread]:
    """One server for all tests of the session, on the store that SLIPRING_TEST_STORE names: memory: by default,
    postgresql for a new schema on the run's PostgreSQL server, or an address with {tmp} for a new directory.
    SLIPRING_TEST_ENCRYPTION=on has it encrypted."""
    store = os.environ.get("SLIPRING_TEST_STORE", "memory:")
    if store == "postgresql":
        store = postgres_servers.fresh_address()
    encryption = os.environ.get("SLIPRING_TEST_ENCRYPTION", "off")
    master_key = "3c" * 32 if encryption == "on" else None
    place = store.replace("{tmp}", str(tmp_path_factory.mktemp("store")))
    with ServerThread(place, encryption=encryption, master_key=master_key) as running:
        yield running


@pytest.fixture(scope="session")
def ddb(server: ServerThread) -> Iterator[Client]:
    client = make_client(server.url)
    yield client
    client.close()


def unique(prefix: str = "k") -> str:
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex}"


def s(text: str) -> dict[str, str]:
    return {"S": text}


def n(number: int | str) -> dict[str, str]:
    return {"N": str(number)}


def table_definition(name: str, *keys: tuple[str, str], **more: Any) -> dict[str, Any]:
    """CreateTable's parameters for an on-demand table; `keys` are names and types, the partition key first."""
    kinds = ("HASH", "RANGE")
    definitions = [{"AttributeName": key, "AttributeType": type_} for key, type_ in keys]
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": key, "KeyType": kind} for (key, _), kind in zip(keys, kinds, strict=False)],
        "AttributeDefinitions": definitions + more.pop("AttributeDefinitions", []),
        **more,
    }


@pytest.fixture(scope="session")
def make_table(ddb: Client) -> Iterator[Callable[..., str]]:
    """Creates tables that live until the session ends: `make_table(("pk", "S"), ("sk", "N"), **more)`."""
    made: list[str] = []

    def make(*keys: tuple[str, str], **more: Any) -> str:
        name = unique("table")
        ddb.create_table(**table_definition(name, *keys, **more))
        made.append(name)
        return name

    yield make
    for name in made:
        ddb.delete_table(TableName=name)


@pytest.fixture(scope="session")
def hash_table(make_table: Callable[..., str]) -> str:
    """A table with the partition key `pk` (S)."""
    return make_table(("pk", "S"))


@pytest.fixture(scope="session")
def range_table(make_table: Callable[..., str]) -> str:
    """A table with the partition key `pk` (S) and the sort key `sk` (S)."""
    return make_table(("pk", "S"), ("sk", "S"))


def error_of(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """The code and message of the error that a call must raise."""
    with pytest.raises(ClientError) as raised:
        call(**parameters)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]
