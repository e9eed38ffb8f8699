"""`slipring serve` as a process: it says when it is ready, and it ends in order."""

from __future__ import annotations

import os
import resource
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import orjson
import pytest

from slipring import __version__
from tests.cli.processes import Serving, slipring
from tests.edge.wire import Client, eventually, request

LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def call(client: Client, operation: str, **parameters: object) -> dict[str, object]:
    response = client.ask(request(orjson.dumps(parameters), {"X-Amz-Target": f"DynamoDB_20120810.{operation}"}))
    assert response.status == 200, response.body
    answer = orjson.loads(response.body)
    assert isinstance(answer, dict)
    return answer


def ask_another(serving: Serving) -> None:
    """What was sent before has reached the server when this returns, for it reads in the order of arrival."""
    with serving.client() as client:
        assert client.ask(LIVE).status == 200


TABLE = {
    "TableName": "things",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
}


def test_the_ready_line_says_where_and_the_first_answer_follows() -> None:
    """Scripts wait for this line, so whoever reads it must be served."""
    with Serving("--store", "memory:") as serving:
        assert serving.ready_line == f"slipring {__version__} ready on {serving.url}, store memory:\n"
        assert serving.port != 0
        with serving.client() as client:
            assert call(client, "ListTables") == {"TableNames": []}


def test_the_url_stands_in_a_file_while_there_is_a_server(tmp_path: Path) -> None:
    """Whoever had the port chosen, or did not see the flags, finds it there; and nobody is led to a server that is
    gone, nor away from one that came after it."""
    file = tmp_path / "url"
    with Serving("--store", "memory:", "--url-file", str(file), "--host", "0.0.0.0", "--open-access", "yes") as serving:
        assert file.read_text() == f"{serving.url}\n" == f"http://0.0.0.0:{serving.port}\n"
        healthy = slipring("healthcheck", "--url-file", str(file))
        assert (healthy.returncode, healthy.stdout) == (0, f"http://127.0.0.1:{serving.port} is ready\n")
        with Serving("--store", "memory:", "--url-file", str(file)) as other:
            serving.send(signal.SIGTERM)
            assert serving.ended()[0] == 0
            assert file.read_text() == f"{other.url}\n"
            other.send(signal.SIGTERM)
            assert other.ended()[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_a_server_serves_also_where_its_url_cannot_be_left(tmp_path: Path) -> None:
    """It says so. A file that holds something else is no URL to go to."""
    missing = tmp_path / "missing" / "url"
    with Serving("--store", "memory:", "--url-file", str(missing)) as serving:
        (tmp_path / "url").write_text("not a URL")
        healthy = slipring("healthcheck", "--port", str(serving.port), "--url-file", str(tmp_path / "url"))
        assert healthy.returncode == 0, healthy.stderr
        serving.send(signal.SIGTERM)
        assert f"cannot leave the URL in {missing}: No such file or directory" in serving.ended()[1]


def test_settings_come_from_the_environment_and_the_file_too(tmp_path: Path) -> None:
    (tmp_path / "slipring.toml").write_text('store = "memory:"\nregion = "eu-central-1"\n')
    with Serving("--port", "0", cwd=tmp_path, more={"SLIPRING_REGION": "ap-south-1"}) as serving:
        with serving.client() as client:
            answer = client.ask(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.body == b"healthy: dynamodb.ap-south-1.amazonaws.com "
        assert "store memory:" in serving.ready_line


def test_a_low_bound_on_open_files_is_raised() -> None:
    """Shells often allow a process 256 or 1024, fewer than a busy test suite opens connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
    try:
        serving = Serving("--store", "memory:", "--connections-max", "500")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with serving, ExitStack() as stack:
        clients = [stack.enter_context(serving.client()) for _ in range(150)]
        assert [client.ask(LIVE).status for client in clients] == [200] * 150


def test_it_listens_on_ipv6() -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("this machine has no IPv6")
    with Serving("--store", "memory:", "--host", "::1") as serving:
        assert serving.url == f"http://[::1]:{serving.port}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_a_half_sent_request_finish(number: signal.Signals) -> None:
    """An orchestrator that replaces the server costs its clients no error."""
    data = request(b"{}", {"X-Amz-Target": "DynamoDB_20120810.ListTables"})
    with Serving("--store", "memory:") as serving, serving.client() as client, serving.client() as idle:
        assert idle.ask(LIVE).status == 200
        client.send(data[:-1])
        ask_another(serving)
        serving.send(number)
        assert idle.closed()
        client.send(data[-1:])
        response = client.receive()
        assert (response.status, response.headers["connection"]) == (200, "close")
        assert serving.ended() == (0, "")


def test_a_second_signal_stops_at_once() -> None:
    """Whoever asks twice does not want to wait for the drain's limit, which is half a minute."""
    with Serving("--store", "memory:") as serving, serving.client() as client, serving.client() as idle:
        assert idle.ask(LIVE).status == 200
        client.send(request(b"{}")[:-1])
        ask_another(serving)
        serving.send(signal.SIGTERM)
        assert idle.closed()
        serving.send(signal.SIGTERM)
        code, _ = serving.ended(within_s=5)
        assert code == 0
        assert client.closed()


@pytest.fixture
def two_workers(tmp_path: Path) -> Iterator[Serving]:
    with Serving("--store", str(tmp_path / "store"), "--workers", "2") as serving:
        yield serving
        serving.send(signal.SIGTERM)
        code, _ = serving.ended()
        assert code == 0


def test_workers_share_one_port_and_one_store(two_workers: Serving) -> None:
    """What one writes, every other reads at once, whichever the kernel hands a connection to."""
    assert len(two_workers.workers()) == 2
    with two_workers.client() as client:
        call(client, "CreateTable", **TABLE)
    prefixes = set()
    for number in range(40):
        with two_workers.client() as client:
            item = {"pk": {"S": f"item {number}"}}
            call(client, "PutItem", TableName="things", Item=item)
        with two_workers.client() as client:
            assert call(client, "GetItem", TableName="things", Key=item)["Item"] == item
            prefixes.add(client.ask(LIVE).headers["x-amzn-requestid"][:36])
    # A process is known by the beginning of its request ids.
    assert len(prefixes) == 2


def test_a_worker_that_dies_is_replaced(two_workers: Serving) -> None:
    """And the data it wrote is there."""
    with two_workers.client() as client:
        call(client, "CreateTable", **TABLE)
    before = two_workers.workers()
    os.kill(before[0], signal.SIGKILL)

    def replaced() -> bool:
        now = two_workers.workers()
        return len(now) == 2 and before[0] not in now

    assert eventually(replaced)
    for _ in range(20):
        with two_workers.client() as client:
            assert call(client, "ListTables") == {"TableNames": ["things"]}


def test_workers_do_not_outlive_their_parent(tmp_path: Path) -> None:
    """A parent that is killed cannot tell them to stop; they notice."""
    with Serving("--store", str(tmp_path / "store"), "--workers", "2") as serving:
        workers = serving.workers()
        serving.send(signal.SIGKILL)
        assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


def test_workers_that_cannot_start_say_so_once(tmp_path: Path) -> None:
    """One line for all of them, and no endless tries."""
    result = slipring("serve", "--port", "0", "--store", "nope://x", "--workers", "3")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("slipring: cannot open the store: ")
    assert result.stderr.count("\n") == 1
