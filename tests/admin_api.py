"""The admin calls as a client makes them."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any

import orjson


def admin(port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """The status and the JSON of the answer. `body` goes as JSON, bytes as they are."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body if isinstance(body, bytes | None) else orjson.dumps(body))
        response = connection.getresponse()
        return response.status, orjson.loads(response.read())
    finally:
        connection.close()


def move_clock(port: int, **move: Any) -> dict[str, Any]:
    """Move the clock of a server in test mode; what it says then."""
    status, told = admin(port, "POST", "/_slipring/clock", move)
    assert status == 200, told
    answer: dict[str, Any] = told
    return answer
