"""What goes wrong beneath the edge, and what the client and the log are told."""

from __future__ import annotations

import logging

import pytest

from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import ConditionalCheckFailedException, ReplicatedWriteConflictException
from slipring.storage.contract import StoreBusy, StoreDamaged, StoreFull, StoreReadOnly, StoreUnavailable
from tests.edge.scripted import Server
from tests.edge.wire import Client, request


def _ask(server: Server, client: Client, error: BaseException, turns: int = 0) -> tuple[int, str, str]:
    server.api.errors["it"] = error
    response = client.ask(request(b'{"error":"it","turns":%d}' % turns))
    assert response.headers["content-type"] == "application/x-amz-json-1.0"
    return response.status, response.code, response.message


@pytest.mark.parametrize("turns", [0, 2])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConditionalCheckFailedException("The conditional request failed"), 400),
        (ReplicatedWriteConflictException("again"), 409),
    ],
)
def test_an_operations_error_is_the_clients(
    server: Server, client: Client, caplog: pytest.LogCaptureFixture, error: ApiError, status: int, turns: int
) -> None:
    """With the status of its class and nothing in the log: it is no failure of the server."""
    assert _ask(server, client, error, turns) == (status, type(error).__name__, error.message)
    assert caplog.text == ""


@pytest.mark.parametrize("turns", [0, 2])
def test_a_fault_is_one_500_and_a_traceback_under_its_request_id(
    server: Server, client: Client, caplog: pytest.LogCaptureFixture, turns: int
) -> None:
    """The client learns the id and nothing of the inside; the connection lives on."""
    with caplog.at_level(logging.ERROR):
        server.api.errors["it"] = KeyError("secret detail")
        response = client.ask(request(b'{"error":"it","turns":%d}' % turns))
    assert (response.status, response.code) == (500, "InternalServerError")
    assert b"com.amazonaws.dynamodb.v20120810#" in response.body
    assert b"secret" not in response.body
    assert f"request {response.headers['x-amzn-requestid']} failed" in caplog.text
    assert "secret detail" in caplog.text
    assert client.ask(request()).status == 200


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (StoreBusy("queue is full"), 400, "ThrottlingException"),
        (StoreUnavailable("closed"), 503, "ServiceUnavailableException"),
        (StoreFull("no space left"), 500, "InternalServerError"),
        (StoreReadOnly("read-only"), 500, "InternalServerError"),
        (StoreDamaged("page 7"), 500, "InternalServerError"),
    ],
)
def test_a_store_that_fails_is_told_from_one_that_is_busy(
    server: Server, client: Client, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    """SDKs back off from a throttle and try a 5xx again; an operator reads one line, not a traceback."""
    with caplog.at_level(logging.ERROR):
        assert _ask(server, client, error)[:2] == (status, code)
    assert "Traceback" not in caplog.text
    assert (str(error) in caplog.text) == (status >= 500)
