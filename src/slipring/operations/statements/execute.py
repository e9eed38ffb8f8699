"""ExecuteStatement."""

from __future__ import annotations

from base64 import b64encode
from binascii import Error as Base64Error
from binascii import a2b_base64
from hashlib import sha256
from typing import Any

import orjson

from slipring.capacity.consumed import Tally
from slipring.capacity.metering import count_change, count_failed_write
from slipring.engine.engine import Engine
from slipring.iam.caller import Caller
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ConditionalCheckFailedException
from slipring.operations.answers import AnswerParts
from slipring.operations.statements.compile import bound_statement
from slipring.operations.statements.select import Place, select_page
from slipring.operations.statements.writes import Write, returned_item, write_action
from slipring.partiql import Exists, Select


async def execute_statement(engine: Engine, request: dict[str, Any], caller: Caller) -> list[bytes]:
    statement = bound_statement(request)
    if isinstance(statement, Select):
        return await _select(engine, statement, request, caller)
    if isinstance(statement, Exists):
        raise errors.unsupported_operation("Exists")
    return await _write(engine, statement, request, caller)


async def _select(engine: Engine, select: Select, request: dict[str, Any], caller: Caller) -> list[bytes]:
    digest = _digest(request)
    token = request.get("NextToken")
    page = await select_page(
        engine,
        select,
        caller,
        consistent=request.get("ConsistentRead", False),
        limit=request.get("Limit"),
        place=None if token is None else _place(token, digest),
    )
    parts = AnswerParts()
    parts.splice(b"Items", b"[" + b",".join(page.items) + b"]")
    if page.next_place is not None:
        parts.add(b"NextToken", _token(page.next_place, digest))
    if page.last_key is not None:
        parts.add(b"LastEvaluatedKey", page.last_key)
    _add_capacity(parts, page.tally, request)
    return parts.finish()


async def _write(engine: Engine, statement: Write, request: dict[str, Any], caller: Caller) -> list[bytes]:
    action = await write_action(engine, statement, request, caller)
    try:
        change = await engine.write(action)
    except ConditionalCheckFailedException as error:
        count_failed_write(action.table, error)
        raise
    count_change(change)
    parts = AnswerParts()
    returned = returned_item(statement, change)
    parts.splice(b"Items", b"[]" if returned is None else b"[" + returned + b"]")
    tally = Tally(statement.table_name)
    tally.add_change(change)
    _add_capacity(parts, tally, request)
    return parts.finish()


def _add_capacity(parts: AnswerParts, tally: Tally, request: dict[str, Any]) -> None:
    mode = request.get("ReturnConsumedCapacity", "NONE")
    if mode != "NONE":
        parts.add(b"ConsumedCapacity", tally.describe(mode))


def _digest(request: dict[str, Any]) -> str:
    """What a NextToken is bound to: the statement and its parameters."""
    return sha256(orjson.dumps([request["Statement"], request.get("Parameters")])).hexdigest()[:32]


def _token(place: Place, digest: str) -> str:
    return b64encode(orjson.dumps([digest, place.range_number, place.after.hex()])).decode()


def _place(token: str, digest: str) -> Place:
    """Raises ValidationException for a token that is none, or belongs to another statement."""
    try:
        bound_to, range_number, after = orjson.loads(a2b_base64(token, strict_mode=True))
        place = Place(int(range_number), bytes.fromhex(after))
    except (Base64Error, orjson.JSONDecodeError, OverflowError, TypeError, ValueError):
        raise errors.invalid_next_token() from None
    if bound_to != digest or place.range_number < 0:
        raise errors.next_token_of_other_statement()
    return place
