"""A server in this process, as a program or a test embeds it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import slipring
from slipring.clock import ManualClock
from tests.conftest import s, table_definition

START_CPU_S = 0.1
MUSIC = table_definition("music", ("pk", "S"))


def test_it_serves_boto3_from_memory() -> None:
    """The whole of what a program needs: no port to choose, no credentials, no process to look after."""
    with slipring.Server() as server:
        client = server.client()
        client.create_table(**MUSIC)
        table = server.resource().Table("music")
        table.put_item(Item={"pk": "a", "plays": 3})
        assert client.get_item(TableName="music", Key={"pk": s("a")})["Item"]["plays"] == {"N": "3"}


def test_it_starts_within_the_time_of_one_test() -> None:
    """In processor time, which a busy machine does not change; what is imported counts apart."""
    with slipring.Server():
        pass
    begun_s = time.process_time()
    with slipring.Server():
        assert time.process_time() - begun_s < START_CPU_S


def test_importing_the_package_costs_nothing() -> None:
    """A project that only has it installed, or asks for the version, does not pay for a server."""
    code = "import sys, slipring; slipring.__version__; print([m for m in sys.modules if m.startswith('slipring.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_package_says_what_it_lacks() -> None:
    with pytest.raises(AttributeError, match="'slipring' has no attribute 'Serve'"):
        _ = slipring.Serve  # type: ignore[attr-defined]


def test_it_serves_asynchronous_programs() -> None:
    """Starting and stopping leave the event loop free: others go on meanwhile."""

    async def use() -> list[str]:
        async with slipring.Server() as server:
            client = server.client()
            await asyncio.to_thread(client.create_table, **MUSIC)
            names: list[str] = (await asyncio.to_thread(client.list_tables))["TableNames"]
            return names

    assert asyncio.run(use()) == ["music"]


def test_many_live_side_by_side() -> None:
    with slipring.Server() as first, slipring.Server() as second:
        first.client().create_table(**MUSIC)
        assert second.client().list_tables()["TableNames"] == []
        assert first.endpoint_url != second.endpoint_url


def test_what_is_in_a_file_is_there_again(tmp_path: Path) -> None:
    """An embedded server is as durable as any other."""
    store = str(tmp_path / "data")
    with slipring.Server(store) as server:
        server.client().create_table(**MUSIC)
    with slipring.Server(store) as server:
        assert server.client().list_tables()["TableNames"] == ["music"]


def test_it_can_be_started_again_but_not_twice() -> None:
    server = slipring.Server()
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.endpoint_url
    with server, pytest.raises(RuntimeError, match="running already"):
        server.start()
    server.stop()
    with server:
        assert server.client().list_tables()["TableNames"] == []


def test_settings_and_clock_are_the_callers() -> None:
    with slipring.Server(clock=ManualClock(784111777.0), region="eu-north-1") as server:
        client = server.client()
        description = client.create_table(**MUSIC)["TableDescription"]
        assert description["TableArn"].split(":")[3] == "eu-north-1"
        assert description["CreationDateTime"].timestamp() == 784111777.0


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        slipring.Server(colour="blue")


@pytest.fixture(scope="module")
def server() -> Any:
    with slipring.Server() as running:
        yield running


@pytest.fixture(scope="module")
def direct(server: slipring.Server) -> Any:
    client = server.client(transport="direct")
    client.create_table(**MUSIC)
    return client


def test_without_a_socket_the_answers_are_the_same(server: slipring.Server, direct: Any) -> None:
    """Status, headers and body: whatever a program reads of an answer, it reads either way."""
    over_http = server.client()
    direct.put_item(TableName="music", Item={"pk": s("a"), "text": s("ä" * 3000)})
    answers = [each.get_item(TableName="music", Key={"pk": s("a")}) for each in (direct, over_http)]
    for answer in answers:
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        assert len(answer["ResponseMetadata"].pop("RequestId")) == len(headers.pop("x-amzn-requestid")) == 52
        headers.pop("date")
    assert answers[0] == answers[1]


def test_without_a_socket_errors_are_raised_as_ever(direct: Any) -> None:
    with pytest.raises(direct.exceptions.ResourceNotFoundException):
        direct.get_item(TableName="missing", Key={"pk": s("a")})
    with pytest.raises(ClientError, match="The provided key element does not match the schema"):
        direct.get_item(TableName="music", Key={"wrong": s("a")})


def test_without_a_socket_resources_and_threads_work(server: slipring.Server, direct: Any) -> None:
    """boto3 clients may be shared by threads, which then wait each for its own answer."""
    from concurrent.futures import ThreadPoolExecutor

    table = server.resource(transport="direct").Table("music")
    table.put_item(Item={"pk": "shared", "n": 0})

    def add_one(_: int) -> None:
        table.update_item(Key={"pk": "shared"}, UpdateExpression="ADD n :one", ExpressionAttributeValues={":one": 1})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(40)))
    assert direct.get_item(TableName="music", Key={"pk": s("shared")})["Item"]["n"] == {"N": "40"}


def test_without_a_socket_streams_are_reached_too(server: slipring.Server) -> None:
    streams = server.client("dynamodbstreams", transport="direct")
    assert streams.list_streams()["Streams"] == []


def test_a_client_of_a_stopped_server_is_told_so() -> None:
    """As one that goes by a socket would be, so that code under test handles it the same."""
    from botocore.config import Config

    with slipring.Server() as server:
        client = server.client(transport="direct", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(EndpointConnectionError):
        client.list_tables()
