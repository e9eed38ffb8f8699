"""Tables, indexes and writes of the reference model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.expressions.reference import Path, Refused, evaluate, plain, update
from tests.reference.measure import Item, depth, item_bytes, normal_item, write_units

Key = tuple[Any, ...]

INVALID = "One or more parameter values were invalid: "
DUPLICATES = "Provided list of item keys contains duplicates"
MISMATCH = "The provided key element does not match the schema"
ITEM_BYTES_MAX = 400 * 1024
DEPTH_MAX = 32
TYPE_NAMES = {"S": "string", "B": "binary"}


class Refusal(Exception):
    """An error that the service answers. A message of None is one that the model does not foretell."""

    def __init__(self, code: str, message: str | None = None, **extra: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.extra = extra


def invalid(message: str | None) -> Refusal:
    return Refusal("ValidationException", message)


def one_of(mistakes: Sequence[Refusal]) -> Refusal:
    """Which of several mistakes the service tells is documented nowhere."""
    return mistakes[0] if len({mistake.message for mistake in mistakes}) == 1 else invalid(None)


@dataclass(frozen=True)
class Index:
    name: str
    is_global: bool
    hashes: tuple[str, ...]
    ranges: tuple[str, ...]
    included: tuple[str, ...] | None
    """Attributes beside the keys; None for all there are."""

    @property
    def keys(self) -> tuple[str, ...]:
        return self.hashes + self.ranges

    def description(self) -> dict[str, Any]:
        """As CreateTable takes it."""
        schema = [{"AttributeName": name, "KeyType": "HASH"} for name in self.hashes]
        schema += [{"AttributeName": name, "KeyType": "RANGE"} for name in self.ranges]
        kind = "ALL" if self.included is None else "INCLUDE" if self.included else "KEYS_ONLY"
        projection: dict[str, Any] = {"ProjectionType": kind}
        if self.included:
            projection["NonKeyAttributes"] = list(self.included)
        return {"IndexName": self.name, "KeySchema": schema, "Projection": projection}


@dataclass(frozen=True)
class Write:
    """A put, update, delete or check of one item."""

    kind: str
    """Put, Update, Delete or ConditionCheck."""
    table: str
    item: Item
    """The whole item of a Put, the key of the others."""
    condition: Any = None
    """A tree of `tests.expressions.reference`."""
    actions: tuple[tuple[str, Path, Any], ...] = ()
    """Those of an Update."""
    tells_item: bool = False
    """Whether a failed condition tells the item."""


def locate_all(locate: Iterable[tuple[str, Callable[[], Key]]], duplicates: str) -> list[Key]:
    """The keys of several requests, each with its table; `duplicates` is what is said of one that comes twice."""
    keys: list[tuple[str, Key]] = []
    mistakes: list[Refusal] = []
    for table, find in locate:
        try:
            keys.append((table, find()))
        except Refusal as mistake:
            mistakes.append(mistake)
    if len(set(keys)) < len(keys):
        mistakes.append(invalid(duplicates))
    if mistakes:
        raise one_of(mistakes)
    return [key for _, key in keys]


class Table:
    """Items by key; an index is what one finds by looking through all of them."""

    def __init__(self, types: dict[str, str], keys: tuple[str, ...], indexes: Sequence[Index]) -> None:
        self.types = types
        """Of all key attributes, those of indexes included."""
        self.keys = keys
        self.indexes = list(indexes)
        self.items: dict[Key, Item] = {}

    def index(self, name: str) -> Index:
        return next(index for index in self.indexes if index.name == name)

    @property
    def has_collections(self) -> bool:
        return any(not index.is_global for index in self.indexes)

    def describe(self, name: str) -> dict[str, Any]:
        """As CreateTable takes it."""
        keys = self.keys
        used = {attribute for index in self.indexes for attribute in index.keys} | set(keys)
        local = [index.description() for index in self.indexes if not index.is_global]
        remote = [index.description() for index in self.indexes if index.is_global]
        return {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": attribute, "AttributeType": self.types[attribute]} for attribute in sorted(used)
            ],
            "KeySchema": [
                {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            **({"LocalSecondaryIndexes": local} if local else {}),
            **({"GlobalSecondaryIndexes": remote} if remote else {}),
        }

    def key_of(self, key: Item) -> Key:
        """Of what must be exactly a key."""
        if set(key) != set(self.keys) or any(self.types[name] not in key[name] for name in self.keys):
            raise invalid(MISMATCH)
        return self._checked_key(key)

    def key_in(self, item: Item) -> Key:
        """Of what must have a key among its attributes."""
        for name in self.keys:
            if name not in item:
                raise invalid(f"{INVALID}Missing the key {name} in the item")
            if self.types[name] not in item[name]:
                (actual,) = item[name]
                expected = self.types[name]
                raise invalid(f"{INVALID}Type mismatch for key {name} expected: {expected} actual: {actual}")
        return self._checked_key(item)

    def _checked_key(self, item: Item) -> Key:
        for name in self.keys:
            ((kind, content),) = item[name].items()
            if not content:
                raise invalid(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty {TYPE_NAMES[kind]} value. Key: {name}"
                )
        return tuple(plain(item[name]) for name in self.keys)

    def _fits_indexes(self, item: Item, old: Item | None = None) -> bool:
        """An item may lack an index's key attributes, but may not get them of a wrong type, or empty.

        It may keep them so: the index can be younger than the item, and then does not hold it (Developer Guide,
        "Detecting and correcting index key violations in DynamoDB")."""
        names = {name for index in self.indexes for name in index.keys if name in item}
        changed = [name for name in names if old is None or old.get(name) != item[name]]
        return all(self._is_key_value(name, item) for name in changed)

    def _is_key_value(self, name: str, item: Item) -> bool:
        return bool(item.get(name, {}).get(self.types[name]))

    def locate_in_batch(self, write: Write) -> Key:
        """Like `locate`, but a batch says of an item what others say of a key."""
        self.key_of({name: value for name, value in write.item.items() if name in self.keys})
        return self.locate(write)

    def locate(self, write: Write) -> Key:
        """What is checked before any item is looked at."""
        if write.kind != "Put":
            key = self.key_of(write.item)
            for name in self.keys:
                if any(path[0] == name for _, path, _ in write.actions):
                    raise invalid(f"{INVALID}Cannot update attribute {name}. This attribute is part of the key")
            return key
        key = self.key_in(write.item)
        if not self._fits_indexes(write.item):
            raise invalid(None)
        return key

    def decide(self, write: Write) -> Item | None:
        """The item as it is to be after the write."""
        old = self.items.get(self.locate(write))
        if write.condition is not None and not evaluate(write.condition, old or {}):
            extra = {"Item": old} if write.tells_item and old is not None else {}
            raise Refusal("ConditionalCheckFailedException", "The conditional request failed", **extra)
        if write.kind == "Put":
            return write.item
        if write.kind == "Update":
            return self._updated(write, old)
        return old if write.kind == "ConditionCheck" else None

    def _updated(self, write: Write, old: Item | None) -> Item | None:
        try:
            item = normal_item(update(write.item if old is None else old, list(write.actions)))
        except Refused:
            raise invalid(None) from None
        if old is None and all(section in ("REMOVE", "DELETE") for section, _, _ in write.actions):
            return None
        if not self._fits_indexes(item, old) or item_bytes(item) > ITEM_BYTES_MAX or depth({"M": item}) - 1 > DEPTH_MAX:
            raise invalid(None)
        return item

    def store(self, key: Key, item: Item | None) -> None:
        if item is None:
            self.items.pop(key, None)
        else:
            self.items[key] = item

    def entry(self, index: Index, item: Item | None) -> Item | None:
        """What the index holds of an item; None if it does not."""
        if item is None or not all(self._is_key_value(name, item) for name in index.keys):
            return None
        if index.included is None:
            return item
        names = {*index.keys, *self.keys, *index.included}
        return {name: value for name, value in item.items() if name in names}

    def entries(self, index: Index | None) -> Iterator[tuple[Item, Item]]:
        """What the index holds of each item, and the item; without an index the item itself."""
        for item in self.items.values():
            entry = item if index is None else self.entry(index, item)
            if entry is not None:
                yield entry, item

    def write_cost(self, old: Item | None, new: Item | None) -> tuple[float, dict[str, float]]:
        """Units for the table, and for each index that the write touches."""
        largest = max(item_bytes(old) if old else 0, item_bytes(new) if new else 0)
        by_index: dict[str, float] = {}
        for index in self.indexes:
            before, after = self.entry(index, old), self.entry(index, new)
            if before == after:
                continue
            sizes = [item_bytes(entry) for entry in (before, after) if entry is not None]
            if before and after and all(before[name] == after[name] for name in index.keys):
                sizes = [max(sizes)]
            by_index[index.name] = sum(map(write_units, sizes))
        return write_units(largest), by_index
