"""TransactWriteItems and TransactGetItems: one commit, one view.

Every item that a transaction reads or writes, and every table's guard, is among its mutation's reads, so it is
serial with every other write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slipring.engine.actions import Action
from slipring.engine.changes import Change
from slipring.engine.tokens import Token
from slipring.engine.write_set import WriteSet
from slipring.model.errors import items as errors
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import (
    ConditionalCheckFailedException,
    DuplicateItemException,
    ItemCollectionSizeLimitExceededException,
    ValidationException,
)
from slipring.storage.contract import Store, Writes

NO_REASON = {"Code": "None"}
_REASON_CODES: dict[type[ApiError], str] = {
    ConditionalCheckFailedException: "ConditionalCheckFailed",
    DuplicateItemException: "DuplicateItem",
    ItemCollectionSizeLimitExceededException: "ItemCollectionSizeLimitExceeded",
    ValidationException: "ValidationError",
}


class Outcome:
    """What a transaction did; a repeated one did nothing."""

    __slots__ = ("changes", "repeated")

    def __init__(self, changes: list[Change], repeated: bool) -> None:
        self.changes = changes
        self.repeated = repeated
        """The request's token was known: the changes are what it would have read, and nothing was written."""


async def write(store: Store, actions: Sequence[Action], token: Token | None, now: float) -> Outcome:
    """Do all of the actions or none. Raises TransactionCanceledException with a reason for each action,
    IdempotentParameterMismatchException, or CatalogChanged."""
    write_set = WriteSet(actions, now)
    reads = write_set.reads if token is None else [*write_set.reads, token.key]

    def decide(old: Sequence[bytes | None]) -> Writes[Outcome]:
        opened = write_set.open(old)
        if token is not None and token.is_repeated(old[-1]):
            changes = [_unchanged(*pair) for pair in zip(actions, opened.rows, strict=True)]
            return Writes({}, None, Outcome(changes, True))
        changes = []
        reasons: list[dict[str, Any]] = []
        for action, row in zip(actions, opened.rows, strict=True):
            try:
                change = action.decide(row)
                opened.add(change)
            except tuple(_REASON_CODES) as error:
                if isinstance(error, ValidationException) and error.refuses_transaction:
                    raise
                reasons.append({"Code": _REASON_CODES[type(error)], "Message": error.message, **(error.extra or {})})
            else:
                changes.append(change)
                reasons.append(NO_REASON)
        if len(changes) < len(actions):
            raise errors.transaction_canceled(reasons)
        if token is not None:
            opened.puts[token.key] = token.remembered()
        return Writes(opened.puts, opened.counts, Outcome(changes, False))

    return await store.commit(reads, decide)


def _unchanged(action: Action, row: bytes | None) -> Change:
    return Change(action.table, action.key, action.key_item, row, None, None, row)
