"""The five things a write does to one item: put, update, delete, expire, and check.

Each is a pure decision on the item's old row. PutItem, UpdateItem, DeleteItem, batches, transactions and background
work all write through these, alone or several in one commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from slipring.engine import rows
from slipring.engine.changes import Change, UpdateOutcome
from slipring.engine.index_keys import check_updated_index_keys
from slipring.engine.table import Table
from slipring.model import limits
from slipring.model.attribute_values import Item, normalise_changed, normalise_item
from slipring.model.errors import items as errors
from slipring.model.errors import partiql as partiql_errors

Condition = Callable[[Item | None], bool]


class ItemUpdate(Protocol):
    """A bound update expression (or its legacy form)."""

    @property
    def attributes(self) -> frozenset[str]: ...
    @property
    def creates_item(self) -> bool: ...
    def apply(self, old: Item | None, base: Item) -> UpdateOutcome: ...


class Action:
    """One item and what is to happen to it."""

    __slots__ = ("condition", "key", "key_item", "return_failed_item", "table")

    def __init__(
        self, table: Table, key: bytes, key_item: Item, condition: Condition | None, return_failed_item: bool
    ) -> None:
        self.table = table
        self.key_item = key_item
        """An item that holds at least the primary key."""
        self.key = key
        """Where the item lies in the store."""
        self.condition = condition
        self.return_failed_item = return_failed_item
        """Whether a failed condition's error carries the item (ReturnValuesOnConditionCheckFailure)."""

    def decide(self, old_row: bytes | None) -> Change:
        """What to write, given the item's row. Raises ConditionalCheckFailedException or ValidationException."""
        raise NotImplementedError

    def _passed(self, old_row: bytes | None) -> Item | None:
        """The old item, once the condition holds for it."""
        old_item = None if old_row is None else rows.decode(old_row)
        condition = self.condition
        if condition is not None and not condition(old_item):
            failure = errors.condition_failed(old_item if self.return_failed_item else None)
            failure.item_bytes = 0 if old_row is None else rows.item_bytes(old_row)
            raise failure
        return old_item


class Put(Action):
    """Replace the whole item."""

    __slots__ = ("item", "row")

    def __init__(
        self,
        table: Table,
        key: bytes,
        item: Item,
        row: bytes,
        condition: Condition | None = None,
        return_failed_item: bool = False,
    ) -> None:
        self.table = table
        self.key = key
        self.key_item = self.item = item
        self.condition = condition
        self.return_failed_item = return_failed_item
        self.row = row

    def decide(self, old_row: bytes | None) -> Change:
        old_item = None if self.condition is None else self._passed(old_row)
        return Change(self.table, self.key, self.key_item, old_row, old_item, self.item, self.row)


class Insert(Put):
    """Put the item where there is none; else DuplicateItemException."""

    __slots__ = ()

    def decide(self, old_row: bytes | None) -> Change:
        if old_row is not None:
            raise partiql_errors.duplicate_item()
        return super().decide(None)


class Delete(Action):
    """Remove the item, if there is one."""

    __slots__ = ()

    def decide(self, old_row: bytes | None) -> Change:
        old_item = None if self.condition is None else self._passed(old_row)
        return Change(self.table, self.key, self.key_item, old_row, old_item, None, None)


class Expire(Action):
    """Remove the item if it has expired; whoever refreshed it meanwhile keeps it."""

    __slots__ = ("now",)

    def __init__(self, table: Table, key: bytes, key_item: Item, now: float) -> None:
        super().__init__(table, key, key_item, None, False)
        self.now = now

    def decide(self, old_row: bytes | None) -> Change:
        expiry = self.table.expiry
        assert expiry is not None
        old_item = None if old_row is None else rows.decode(old_row)
        if old_item is None or not expiry.is_expired(old_item, self.now):
            return Change(self.table, self.key, self.key_item, old_row, old_item, old_item, old_row)
        return Change(self.table, self.key, self.key_item, old_row, old_item, None, None)


class Check(Action):
    """Only the condition: a transaction's ConditionCheck."""

    __slots__ = ()

    def decide(self, old_row: bytes | None) -> Change:
        old_item = self._passed(old_row)
        return Change(self.table, self.key, self.key_item, old_row, old_item, old_item, old_row)


class Update(Action):
    """Change some attributes, creating the item from its key where there is none.

    An update that only removes creates nothing (API Reference, "UpdateItem": DELETE "causes nothing to happen")."""

    __slots__ = ("update",)

    def __init__(
        self,
        table: Table,
        key: bytes,
        key_item: Item,
        update: ItemUpdate,
        condition: Condition | None = None,
        return_failed_item: bool = False,
    ) -> None:
        super().__init__(table, key, key_item, condition, return_failed_item)
        self.update = update

    def decide(self, old_row: bytes | None) -> Change:
        old_item = self._passed(old_row)
        outcome = self.update.apply(old_item, self.key_item if old_item is None else old_item)
        if old_item is None and not self.update.creates_item:
            change = Change(self.table, self.key, self.key_item, None, None, None, None)
            change.update = outcome
            return change
        item = outcome.item
        if old_row is None or old_item is None:
            size = normalise_item(item)
        else:
            size = normalise_changed(item, old_item, rows.item_bytes(old_row), self.update.attributes)
        if size > limits.ITEM_BYTES_MAX:
            raise errors.updated_item_too_large()
        if self.table.indexes:
            check_updated_index_keys(self.table, item, old_item)
        change = Change(self.table, self.key, self.key_item, old_row, old_item, item, rows.encode(item, size))
        change.update = outcome
        return change
