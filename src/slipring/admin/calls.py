"""The admin calls: what an operator or a test asks the server itself for, over HTTP, in JSON.

One table of methods and paths; whatever offers calls adds them (`AdminCalls.add`). A call takes the JSON object of the
request's body, empty where there was none, and returns what is to be answered as JSON.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

import orjson

Body: TypeAlias = dict[str, Any]
AdminCall: TypeAlias = Callable[[Body], Awaitable[Any]]

_TYPE = b"application/json"
_PREFIXES = ("/_slipring/", "/_aws/", "/_localstack/")
"""Where admin calls are; the latter two are what LocalStack's users know."""

_log = logging.getLogger(__name__)


class AdminAnswer(NamedTuple):
    status: int
    body: bytes
    content_type: bytes = _TYPE


class AdminRefusal(Exception):
    """A call is not done; the message says why."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class AdminCalls:
    """Finds and does them."""

    def __init__(self, *, test_mode: bool) -> None:
        self._test_mode = test_mode
        self._calls: dict[str, dict[str, AdminCall]] = {}

    def add(self, method: str, path: str, call: AdminCall, *, test_mode_only: bool = False) -> None:
        """Offer `call`. One that is for test mode only is refused outside of it."""
        by_method = self._calls.setdefault(path, {})
        assert method not in by_method, f"{method} {path} is there already"
        by_method[method] = _refused if test_mode_only and not self._test_mode else call

    def answer(self, method: str, path: str, body: bytes) -> Awaitable[AdminAnswer] | None:
        """What will answer a request, as a task of its own; None where it is for no admin call."""
        if not path.startswith(_PREFIXES):
            return None
        return asyncio.get_running_loop().create_task(self._answer(method, path, body))

    async def _answer(self, method: str, path: str, body: bytes) -> AdminAnswer:
        try:
            return _json(200, await self._found(method, path)(_parsed(body)))
        except AdminRefusal as refusal:
            return _json(refusal.status, {"message": str(refusal)})
        except Exception:
            _log.exception("%s %s failed", method, path)
            return _json(500, {"message": "It failed; the log says how."})

    def _found(self, method: str, path: str) -> AdminCall:
        by_method = self._calls.get(path)
        if by_method is None:
            raise AdminRefusal(f"There is no {path}; there are {', '.join(sorted(self._calls))}.", 404)
        call = by_method.get("GET" if method == "HEAD" else method)
        if call is None:
            raise AdminRefusal(f"{path} takes {' and '.join(sorted(by_method))}.", 405)
        return call


async def _refused(_body: Body) -> Any:
    raise AdminRefusal("This is for test mode only: start the server with --test-mode.", 403)


def _parsed(body: bytes) -> Body:
    if not body.strip():
        return {}
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise AdminRefusal(f"The body is not JSON: {error}.") from None
    if not isinstance(parsed, dict):
        raise AdminRefusal("The body is not a JSON object.")
    return parsed


def _json(status: int, value: Any) -> AdminAnswer:
    return AdminAnswer(status, orjson.dumps(value) + b"\n")
