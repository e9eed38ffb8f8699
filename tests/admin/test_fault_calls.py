"""Fault rules over HTTP: programs in any language have them, not only those that hold the server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from botocore.exceptions import ClientError

from slipring.admin.calls import AdminCalls
from slipring.admin.fault_calls import add_fault_calls
from slipring.faults.active import Faults
from tests.admin_api import admin
from tests.conftest import Client, make_client
from tests.servers import ServerThread

PATH = "/_slipring/faults"
RULE = {"operation": "ListTables", "error": "ThrottlingException"}


@pytest.fixture(scope="module")
def server() -> Iterator[ServerThread]:
    with ServerThread(test_mode=True) as running:
        yield running


@pytest.fixture
def port(server: ServerThread) -> Iterator[int]:
    """Of a server without rules."""
    yield server.port
    admin(server.port, "DELETE", PATH)


@pytest.fixture
def client(server: ServerThread) -> Iterator[Client]:
    made = make_client(server.url)
    yield made
    made.close()


def test_a_rule_comes_strikes_is_counted_and_goes(port: int, client: Client) -> None:
    assert admin(port, "GET", PATH) == (200, {"seed": 0, "rules": []})
    status, answer = admin(port, "POST", PATH, {**RULE, "times": 1})
    assert (status, list(answer)) == (200, ["ids"])
    (number,) = answer["ids"]
    with pytest.raises(ClientError, match="ThrottlingException"):
        client.list_tables()
    client.list_tables()
    told = {"id": number, **RULE, "times": 1, "fitting": 2, "struck": 1}
    assert admin(port, "GET", PATH)[1]["rules"] == [told]
    assert admin(port, "DELETE", PATH, {"id": number}) == (200, {"removed": 1})
    assert admin(port, "DELETE", PATH, {"id": number}) == (200, {"removed": 0})


def test_several_come_together_or_not_at_all(port: int, client: Client) -> None:
    assert len(admin(port, "POST", PATH, {"rules": [RULE, RULE]})[1]["ids"]) == 2
    refused = admin(port, "POST", PATH, {"rules": [RULE, {"eror": "x"}]})
    assert refused == (400, {"message": "a rule has no 'eror'; did you mean 'error'?."})
    assert len(admin(port, "GET", PATH)[1]["rules"]) == 2
    assert admin(port, "DELETE", PATH) == (200, {"removed": 2})
    client.list_tables()


@pytest.mark.parametrize(
    ("method", "body", "complaint"),
    [
        ("POST", {"rules": 7}, "rules is a list of objects."),
        ("POST", {"rules": [7]}, "rules is a list of objects."),
        ("POST", {"operation": "Nothing", "latency_s": 1}, "operation has no 'Nothing'"),
        ("DELETE", {"id": "1"}, 'Say nothing, or which: {"id": 3}.'),
        ("DELETE", {"ids": [1]}, 'Say nothing, or which: {"id": 3}.'),
    ],
)
def test_what_makes_no_sense_is_refused(port: int, method: str, body: Any, complaint: str) -> None:
    status, answer = admin(port, method, PATH, body)
    assert status == 400
    assert complaint in answer["message"]
    assert admin(port, "GET", PATH)[1]["rules"] == []


def test_only_in_test_mode() -> None:
    """Nobody should be able to break a server that others rely on."""
    with ServerThread() as server:
        status, answer = admin(server.port, "POST", PATH, RULE)
    assert (status, answer["message"][:27]) == (403, "This is for test mode only:")


def test_several_workers_are_told_apart() -> None:
    """Each would count its own calls, so a rule for one call would strike several: it is refused, and says what else
    to do. Which rules there are can be asked."""
    calls = AdminCalls(test_mode=True)
    add_fault_calls(calls, Faults(), workers=2)

    async def answers() -> list[tuple[int, Any]]:
        found = []
        for method in ("GET", "POST", "DELETE"):
            answering = calls.answer(method, PATH, orjson.dumps(RULE) if method == "POST" else b"")
            assert answering is not None
            answer = await answering
            found.append((answer.status, orjson.loads(answer.body)))
        return found

    told, added, removed = asyncio.run(answers())
    assert told == (200, {"seed": 0, "rules": []})
    assert added[0] == removed[0] == 409
    assert "--workers 1" in added[1]["message"] and "--faults FILE" in added[1]["message"]
