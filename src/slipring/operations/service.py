"""The door to every operation: bytes of a request in, bytes of its answer out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from slipring.engine.catalog import CatalogChanged
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model import validation
from slipring.model.errors import requests as errors
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import ConditionalCheckFailedException, ValidationException
from slipring.operations.replanning import PLANS_MAX, is_overtaken

if TYPE_CHECKING:
    from slipring.iam.identities import Identity
    from slipring.operations.access.gate import Gate

Request: TypeAlias = dict[str, Any]
Answer: TypeAlias = list[bytes]
"""An answer's JSON in pieces, so that stored items need not be copied into one text first."""
Handler: TypeAlias = Callable[[Engine, Request, Caller], Awaitable[Answer]]


class Service:
    """Answers operations over one engine."""

    __slots__ = ("_engine", "_gate", "_handlers", "_refresh", "_wording")

    def __init__(
        self,
        engine: Engine,
        handlers: dict[str, Handler],
        wording: validation.Wording = validation.WORDINGS["2025"],
        gate: Gate | None = None,
    ) -> None:
        """`gate` is for callers whose identity is known."""
        self._engine = engine
        self._gate = gate
        self._handlers = handlers
        self._refresh = engine.store.refresh
        self._wording = wording

    async def call(self, operation: str, body: bytes, caller: Caller) -> Answer:
        """The answer's JSON. Raises ApiError for every answer that is not a success, StoreError if the store fails."""
        handler = self._handlers.get(operation)
        if handler is None:
            raise errors.operation_not_supported(operation)
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise errors.malformed_json() from None
        try:
            validation.check(operation, request)
        except ValidationException as error:
            raise self._wording.of_constraint(operation, error) from None
        # From the end, because that is three times as fast (CPython looks for the first letter then, not for the last).
        if body.rfind(b"null") >= 0:
            _drop_nulls(request)
        self._refresh()
        try:
            return await self._answer(operation, handler, request, caller)
        except ValidationException as error:
            # An attribute value of the wrong JSON kind is reported before anything else; looking for one only now
            # keeps the walk through every value off the way of good requests.
            explained = validation.explain(operation, request)
            raise explained or self._wording.of(operation, request, error) from None

    async def _answer(self, operation: str, handler: Handler, request: Request, caller: Caller) -> Answer:
        catalog = self._engine.catalog
        for _ in range(PLANS_MAX):
            generation = catalog.generation
            try:
                if caller.identity is not None:
                    asking = await self._allowed(operation, request, caller, caller.identity)
                    return await handler(self._engine, request, asking)
                return await handler(self._engine, request, caller)
            except CatalogChanged:
                self._refresh()
            except ConditionalCheckFailedException:
                # Decided in a commit, on the table as it is.
                raise
            except ApiError:
                if not await is_overtaken(self._engine, generation):
                    raise
        raise errors.table_keeps_changing()

    async def _allowed(self, operation: str, request: Request, caller: Caller, identity: Identity) -> Caller:
        """See `Gate.check`."""
        if self._gate is None:
            # Most servers know nobody's identity and never need it, and it takes a while to load.
            from slipring.operations.access.gate import Gate

            self._gate = Gate(self._engine)
        return await self._gate.check(operation, request, caller, identity)


def _drop_nulls(request: Request) -> None:
    """Leave out the null members of a request: to the service they are absent.

    Goes through the request with a list of its own: what is in no member of the model may nest deeper than calls can.
    """
    waiting: list[Any] = [request]
    while waiting:
        value = waiting.pop()
        if type(value) is list:
            waiting += value
        elif type(value) is dict:
            for name in [name for name, member in value.items() if member is None]:
                del value[name]
            waiting += value.values()
