"""Doors that are closed unless somebody opens them: other machines while auth is off, admin calls while it is not."""

from __future__ import annotations

import signal

import pytest

from tests.admin.prometheus import parse
from tests.cli.processes import Serving, slipring
from tests.edge.signed import ACCESS_KEY, SECRET_KEY
from tests.edge.wire import Client, request
from tests.servers import ServerThread


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "db.example.com"])
def test_other_machines_are_not_served_while_everybody_may_do_everything(host: str) -> None:
    """A laptop in a café, a virtual machine with an open firewall: databases without a password are found in minutes.
    Said before a socket is bound, in one line."""
    refused = slipring("serve", "--host", host, "--store", "memory:")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"slipring: auth is off and {host} is reached from other machines")
    assert refused.stderr.count("\n") == 1


def test_whoever_wants_it_is_warned_where_nobody_can_miss_it() -> None:
    with Serving("--host", "0.0.0.0", "--open-access", "yes", "--store", "memory:") as serving:
        serving.send(signal.SIGTERM)
        _, log = serving.ended()
    assert f"auth is off: WHOEVER REACHES {serving.url} MAY READ AND DELETE EVERYTHING" in log
    assert log.count("*" * 100) == 2


def test_other_machines_are_served_where_signatures_are_enforced() -> None:
    keys = {"SLIPRING_ACCESS_KEY_ID": ACCESS_KEY, "SLIPRING_SECRET_ACCESS_KEY": SECRET_KEY}
    with Serving("--host", "0.0.0.0", "--auth", "enforce", "--store", "memory:", more=keys) as serving:
        assert serving.port


EXPIRE = {"method": "DELETE", "url": "/_aws/dynamodb/expired"}
METRICS = {"method": "GET", "url": "/metrics"}


def statuses(server: ServerThread, authorization: str | None) -> tuple[int, int]:
    """Of an admin call and of the page of metrics."""
    with Client(server.port) as client:
        headers = {"Authorization": authorization}
        asked = [client.ask(request(b"", headers, **page)).status for page in (EXPIRE, METRICS)]
        return asked[0], asked[1]


def test_admin_calls_and_metrics_can_have_a_token() -> None:
    """Prometheus sends one; whoever has none, or another, hears nothing."""
    with ServerThread(admin_token="a token") as server:
        assert statuses(server, "Bearer a token") == (200, 200)
        assert statuses(server, "bearer a token") == (200, 200)
        for wrong in (None, "Bearer a toke", "Bearer a tokens", "Bearer ", "Basic a token", "a token", "Bearer é"):
            assert statuses(server, wrong) == (401, 401)
        with Client(server.port) as client:
            assert client.ask(request(b"", {"Authorization": None}, method="GET", url="/health/ready")).status == 200


def test_without_a_token_admin_calls_are_open_only_where_everybody_may_do_everything() -> None:
    """They could undo what policies deny: expire items, move the clock."""
    with ServerThread() as server:
        assert statuses(server, None) == (200, 200)
    with ServerThread(auth="enforce", access_key_id=ACCESS_KEY, secret_access_key=SECRET_KEY) as server:
        assert statuses(server, None) == (401, 200)


def test_who_is_refused_is_counted() -> None:
    """Guesses at the token are to be seen, and so is who asks for what is for tests alone."""

    def refused(server: ServerThread) -> dict[str, float]:
        with Client(server.port) as client:
            answer = client.ask(request(b"", {"Authorization": "Bearer a token"}, **METRICS))
        page, name = parse(answer.body.decode()), "slipring_refused_admin_calls_total"
        return {status: page.value(name, status=status) for status in page.labels(name, "status")}

    with ServerThread(admin_token="a token") as server:
        assert refused(server) == {}
        for _ in range(2):
            statuses(server, "Bearer a guess")
        with Client(server.port) as client:
            moving = {"method": "POST", "url": "/_slipring/clock"}
            assert client.ask(request(b"{}", {"Authorization": "Bearer a token"}, **moving)).status == 403
        assert refused(server) == {"401": 4, "403": 1}
