"""Which test a request belongs to: each has a namespace of its own on one server.

Tests run one after the other in a process, so whoever calls belongs to the test that runs, whatever credentials it
has: also a client that the code under test made in an earlier test and kept, and a session of boto3's that remembers
credentials. Only an access key that is never in the environment leads elsewhere.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from slipring.edge.contract import Api
from slipring.faults.api import ConnectionDropped
from slipring.faults.calls import Call
from slipring.iam.caller import Caller
from slipring.model.errors.base import ApiError
from slipring.storage.contract import StoreError
from slipring.testing.requests import Request, Requests, asking, is_told, request_of, without_told

SESSION_KEY = "slipring-session"
"""The access key that leads to the session's namespace, whichever test runs."""
SESSION = "session"

_CALLERS_KEPT = 1024


class Namespaces:
    """Sends each call to the namespace of the test that runs, and keeps what it asked for."""

    def __init__(self) -> None:
        self.requests: dict[str, Requests] = {SESSION: Requests()}
        self._entered = [SESSION]
        self._callers: dict[tuple[Caller, str], Caller] = {}
        self._count = 0

    def enter(self) -> str:
        """A test begins; the name of its namespace."""
        self._count += 1
        name = f"test={self._count}"
        self.requests[name] = Requests()
        self._entered.append(name)
        return name

    def leave(self, name: str) -> None:
        """The test is over."""
        self._entered.remove(name)
        del self.requests[name]

    def around(self, api: Api) -> Api:
        return _Door(self, api)

    def placed(self, caller: Caller) -> Caller:
        """The caller in its namespace."""
        name = SESSION if caller.access_key == SESSION_KEY else self._entered[-1]
        placed = self._callers.get((caller, name))
        if placed is None:
            if len(self._callers) >= _CALLERS_KEPT:
                self._callers.clear()
            placed = self._callers[caller, name] = replace(caller, namespace=name)
        return placed


class _Door:
    """The operations' door, as calls come to it."""

    def __init__(self, namespaces: Namespaces, api: Api) -> None:
        self._namespaces = namespaces
        self._api = api
        self._nobodys = Requests()

    def call(self, operation: str, body: bytes, caller: Caller) -> Coroutine[Any, Any, list[bytes]]:
        placed = self._namespaces.placed(caller)
        # A thread that a test left behind may call when the test is over.
        requests = self._namespaces.requests.get(placed.namespace, self._nobodys)
        return self._call(Call(operation, body, placed), requests)

    async def _call(self, call: Call, requests: Requests) -> list[bytes]:
        asked = asking(call.operation, call.body)
        try:
            answer = await self._api.call(call.operation, asked, call.caller)
        except (ApiError, StoreError, ConnectionDropped) as error:
            outcome = error.code if isinstance(error, ApiError) else type(error).__name__
            requests.add(Request(call.operation, call.tables, outcome))
            raise
        if asked is not call.body:
            answer, told = without_told(answer)
        else:
            told = without_told(answer)[1] if is_told(call) else None
        requests.add(request_of(call, told))
        return answer
