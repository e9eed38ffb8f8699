"""`slipring snapshot` on a store and on a server, and the admin calls for snapshots and faults."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import slipring
from tests.admin_api import admin
from tests.cli.processes import slipring as command
from tests.conftest import Client, error_of, make_client, s, table_definition


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    """A store with a table and an item, and nobody on it."""
    store = str(tmp_path / "store")
    with slipring.Server(store) as server:
        client = server.client()
        client.create_table(**table_definition("music", ("pk", "S")))
        client.put_item(TableName="music", Item={"pk": s("a")})
    yield store


def snapshot(*arguments: str, fails: int = 0) -> str:
    done = command("snapshot", *arguments)
    assert done.returncode == fails, done.stderr
    return done.stderr if fails else done.stdout


def test_the_command_works_on_a_store(store: str) -> None:
    """Beside a server or without one: it needs the store alone."""
    assert snapshot("list", "--store", store) == ""
    assert snapshot("save", "before", "--store", store).startswith("before  20")
    with slipring.Server(store) as server:
        client = server.client()
        client.put_item(TableName="music", Item={"pk": s("b")})
        client.create_table(**table_definition("films", ("pk", "S")))
        expected = '+ table films\n~ table music: items 1 added\n  + {"pk":{"S":"b"}}\n'
        assert snapshot("diff", "before", "--store", store) == expected
        assert snapshot("load", "before", "--store", store) == "loaded before\n"
        assert client.list_tables()["TableNames"] == ["music"]
        assert client.scan(TableName="music")["Items"] == [{"pk": s("a")}]
    assert snapshot("list", "--store", store).split()[0] == "before"
    assert snapshot("delete", "before", "--store", store) == "deleted before\n"


def test_the_command_says_what_is_wrong_in_one_line(store: str) -> None:
    assert snapshot("load", "nope", "--store", store, fails=1) == "slipring: there is no snapshot nope\n"
    assert "lives in its server" in snapshot("list", "--store", "memory:", fails=2)
    assert "is no http:// or https:// URL" in snapshot("list", "--endpoint", "nowhere", fails=2)
    assert "does not answer" in snapshot("list", "--endpoint", "http://127.0.0.1:1", fails=1)


@pytest.fixture(scope="module")
def server() -> Iterator[slipring.Server]:
    with slipring.Server() as running:
        yield running


def ask(server: slipring.Server, method: str, what: str, body: Any = None) -> tuple[int, Any]:
    return admin(int(server.endpoint_url.rpartition(":")[2]), method, f"/_slipring/{what}", body)


def test_the_command_asks_a_server(server: slipring.Server) -> None:
    """A store in memory is nowhere else."""
    endpoint = ("--endpoint", server.endpoint_url)
    assert snapshot("save", "one", *endpoint).startswith("one  20")
    assert snapshot("list", *endpoint).split()[0] == "one"
    assert ask(server, "GET", "snapshots")[1]["snapshots"][0]["name"] == "one"
    assert snapshot("delete", "one", *endpoint) == "deleted one\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"load": "nope"}, 404),
        ({"save": "a b"}, 409),
        ({"save": 7}, 400),
        ({"save": "x", "colour": "blue"}, 400),
        ({}, 400),
    ],
    ids=str,
)
def test_a_call_that_cannot_be_done_is_refused(server: slipring.Server, body: Any, status: int) -> None:
    assert ask(server, "POST", "snapshots", body)[0] == status


@pytest.fixture
def client(server: slipring.Server) -> Iterator[Client]:
    client = make_client(server.endpoint_url)
    yield client
    client.close()


def test_faults_come_and_go_by_call(server: slipring.Server, client: Client) -> None:
    rule = {"operation": "ListTables", "error": "InternalServerError", "times": 1}
    assert ask(server, "POST", "faults", rule) == (200, {"ids": [1]})
    assert error_of(client.list_tables)[0] == "InternalServerError"
    told = {"id": 1, **rule, "fitting": 1, "struck": 1}
    assert ask(server, "GET", "faults") == (200, {"seed": 0, "rules": [told]})
    assert ask(server, "POST", "faults", {"rules": [rule, rule]}) == (200, {"ids": [2, 3]})
    assert ask(server, "DELETE", "faults", {"id": 2}) == (200, {"removed": 1})
    assert ask(server, "DELETE", "faults") == (200, {"removed": 2})
    client.list_tables()


def test_of_several_rules_all_are_in_force_or_none(server: slipring.Server) -> None:
    body = {"rules": [{"latency_s": 1}, {"latency_s": -1}]}
    assert ask(server, "POST", "faults", body) == (400, {"message": "latency_s goes from 0 to 86400."})
    assert ask(server, "GET", "faults")[1]["rules"] == []
    assert ask(server, "DELETE", "faults", {"id": "x"})[0] == 400


def test_outside_of_test_mode_they_can_only_be_looked_at() -> None:
    with slipring.Server(test_mode=False) as server:
        for what in ("faults", "snapshots"):
            assert ask(server, "GET", what)[0] == 200
            assert ask(server, "POST", what, {})[0] == 403
