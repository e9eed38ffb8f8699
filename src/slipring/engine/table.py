"""A table ready for work: its record, and what is derived from it once so that requests need not.

A `Table` never changes, but for the note that it is superseded. Whatever changes a table writes a new record, and the
catalog then hands out a new `Table`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from slipring.engine import keyspace
from slipring.engine.expiry import ExpiryIndex
from slipring.engine.shards import ShardMap, is_wanted
from slipring.engine.usage import Usage
from slipring.model import limits
from slipring.model.attribute_values import Item
from slipring.model.errors import items as errors
from slipring.model.keys import KeyType, encode, partition_hash

TableRecord: TypeAlias = dict[str, Any]
"""A table as the catalog stores it: the members of the API's TableDescription that describe intent
(AttributeDefinitions, KeySchema, BillingModeSummary, ...), plus `Id` and `Version`; each index also has an `Id`.
Sizes and ARNs are not in it."""

KeyAttribute: TypeAlias = tuple[str, KeyType]
"""An attribute's name and type (S, N or B)."""

_TYPE_NAMES = {"S": "string", "B": "binary"}
_SURELY_SHORT_CHARACTERS = limits.RANGE_KEY_BYTES_MAX // 4
"""A text of so many characters fits any key, whatever its characters take in UTF-8."""


def _key_attributes(schema: list[dict[str, str]], kind: str, types: Mapping[str, KeyType]) -> tuple[KeyAttribute, ...]:
    return tuple(
        (element["AttributeName"], types[element["AttributeName"]]) for element in schema if element["KeyType"] == kind
    )


class Index:
    """A secondary index: which items it holds, under which key, and how much of each."""

    __slots__ = (
        "checked_keys",
        "count_key",
        "hash_names",
        "hashes",
        "id",
        "is_global",
        "key_names",
        "key_types",
        "keys",
        "name",
        "prefix",
        "projected",
        "range_names",
        "ranges",
        "readable",
        "record",
        "usage",
    )

    def __init__(self, table: Table, record: dict[str, Any], types: Mapping[str, KeyType], *, is_global: bool) -> None:
        self.record = record
        self.name: str = record["IndexName"]
        self.id: int = record["Id"]
        self.is_global = is_global
        self.readable = not record.get("Backfilling", False)
        self.hashes = _key_attributes(record["KeySchema"], "HASH", types)
        self.ranges = _key_attributes(record["KeySchema"], "RANGE", types)
        self.keys = self.hashes + self.ranges
        self.hash_names = tuple([name for name, _ in self.hashes])
        self.range_names = tuple([name for name, _ in self.ranges])
        self.key_types = dict(self.keys)
        self.key_names = tuple(dict.fromkeys([name for name, _ in self.keys] + list(table.key_names)))
        self.checked_keys = tuple([key for key in self.keys if self._is_checked(table, key[0])])
        """The key attributes whose values may be wrong for this index in an item with a good primary key."""
        self.prefix = keyspace.index_entries(table.id, self.id)
        self.count_key = keyspace.counts(table.id, self.id)
        projection = record["Projection"]
        self.projected: frozenset[str] | None = (
            None
            if projection["ProjectionType"] == "ALL"
            else frozenset([*self.key_names, *projection.get("NonKeyAttributes", ())])
        )
        """The attributes an entry holds; None for all of them."""
        self.usage = Usage(table.name, self.name)
        """What it has served; the catalog puts the one here that lasts."""

    def entry_key(self, item: Item, table_key: bytes) -> bytes | None:
        """Where the item's entry lies; None if the item has no proper value for a key attribute, and so is not in the
        index. `table_key` is the item's own key after its prefix and hash: it makes the entry unique.

        An item that is older than the index may have a value that is empty or too long, or of another type (Developer
        Guide, "Detecting and correcting index key violations in DynamoDB")."""
        parts: list[bytes] = []
        try:
            for name, type_ in self.keys:
                text = item[name][type_]
                if not text or self.is_too_long(name, type_, text):
                    return None
                parts.append(encode(type_, text))
        except KeyError:
            return None
        hashed = b"".join(parts[: len(self.hashes)])
        return b"".join((self.prefix, partition_hash(hashed), *parts, table_key))

    def _is_checked(self, table: Table, name: str) -> bool:
        """A key attribute of the table itself has the right type; but its partition key may be longer than a sort key
        of an index."""
        return name not in table.key_names or (
            name == table.hash_name and self.bytes_max(name) < limits.HASH_KEY_BYTES_MAX
        )

    def is_too_long(self, name: str, type_: KeyType, text: str) -> bool:
        """Whether a value is longer than a key attribute of this index may be."""
        return len(text) > _SURELY_SHORT_CHARACTERS and scalar_bytes(type_, text) > self.bytes_max(name)

    def bytes_max(self, name: str) -> int:
        """The longest value of a key attribute."""
        is_hash = any(name == hash_name for hash_name, _ in self.hashes)
        return limits.HASH_KEY_BYTES_MAX if is_hash else limits.RANGE_KEY_BYTES_MAX

    def project(self, item: Item) -> Item:
        """What of the item its entry holds."""
        projected = self.projected
        if projected is None:
            return item
        return {name: value for name, value in item.items() if name in projected}


class Table:
    """A table's key schema, indexes and key prefixes."""

    __slots__ = (
        "collections_prefix",
        "count_key",
        "expiry",
        "guard",
        "guard_key",
        "has_entries",
        "has_local_indexes",
        "hash_name",
        "hash_names",
        "hash_type",
        "hashes",
        "id",
        "index_by_name",
        "indexes",
        "indexes_by_name",
        "key_count",
        "key_names",
        "key_types",
        "keys",
        "name",
        "prefix",
        "range_name",
        "range_names",
        "range_type",
        "ranges",
        "record",
        "shards",
        "superseded",
        "usage",
    )

    def __init__(self, record: TableRecord) -> None:
        self.record = record
        self.name: str = record["TableName"]
        self.id: int = record["Id"]
        types = {d["AttributeName"]: d["AttributeType"] for d in record["AttributeDefinitions"]}
        self.hashes = _key_attributes(record["KeySchema"], "HASH", types)
        self.ranges = _key_attributes(record["KeySchema"], "RANGE", types)
        self.hash_name, self.hash_type = self.hashes[0]
        self.range_name, self.range_type = self.ranges[0] if self.ranges else ("", "S")
        self.keys = self.hashes + self.ranges
        self.hash_names = (self.hash_name,)
        self.range_names = tuple([name for name, _ in self.ranges])
        self.key_types = dict(self.keys)
        self.key_names = tuple(name for name, _ in self.keys)
        self.key_count = len(self.keys)
        self.prefix = keyspace.items(self.id)
        self.count_key = keyspace.counts(self.id, keyspace.TABLE_ITSELF)
        self.guard_key = keyspace.table_guard(self.id)
        self.guard = guard_value(record)
        self.collections_prefix = keyspace.collections(self.id)
        local = [Index(self, r, types, is_global=False) for r in record.get("LocalSecondaryIndexes", ())]
        remote = [Index(self, r, types, is_global=True) for r in record.get("GlobalSecondaryIndexes", ())]
        self.has_local_indexes = bool(local)
        self.indexes = tuple(local + remote)
        self.indexes_by_name = tuple(sorted(self.indexes, key=lambda index: index.name))
        self.index_by_name = {index.name: index for index in self.indexes}
        setting = record.get("TimeToLive")
        self.expiry = None if setting is None else ExpiryIndex(self.id, setting["Id"], setting["AttributeName"])
        self.has_entries = bool(self.indexes) or self.expiry is not None
        """Whether a write may have to write index entries beside its item."""
        self.shards = ShardMap(record) if is_wanted(record) else None
        self.usage = Usage(self.name)
        """What it has served; the catalog puts the one here that lasts."""
        self.superseded = False
        """Whether the catalog may hold another definition by now. Who planned a read with this one plans again."""

    def key_of(self, key: Item) -> bytes:
        """Where the item with this normalised primary key lies. Raises the service's errors for a key that is not
        exactly the table's: a missing or further attribute, a wrong type, an empty or too long value."""
        if len(key) != self.key_count:
            raise errors.key_does_not_match_schema()
        try:
            partition_value = key[self.hash_name][self.hash_type]
            sort_value = key[self.range_name][self.range_type] if self.range_name else None
        except KeyError:
            raise errors.key_does_not_match_schema() from None
        return self._locate(partition_value, sort_value)

    def key_in(self, item: Item) -> bytes:
        """Where this normalised item lies. Raises the service's errors for an item without a proper key."""
        try:
            partition_value = item[self.hash_name][self.hash_type]
            sort_value = item[self.range_name][self.range_type] if self.range_name else None
        except KeyError:
            raise self._key_error(item) from None
        return self._locate(partition_value, sort_value)

    def _key_error(self, item: Item) -> Exception:
        for name, type_ in self.keys:
            if name not in item:
                return errors.missing_key(name)
            if type_ not in item[name]:
                return errors.key_type_mismatch(name, type_, next(iter(item[name])))
        raise AssertionError("the item has its key")

    def _locate(self, partition_value: str, sort_value: str | None) -> bytes:
        if not partition_value:
            raise errors.empty_key_value(self.hash_name, _TYPE_NAMES[self.hash_type])
        encoded = encode(self.hash_type, partition_value)
        if len(encoded) > limits.HASH_KEY_BYTES_MAX:
            _check_length(self.hash_type, partition_value, limits.HASH_KEY_BYTES_MAX, errors.partition_key_too_long)
        if sort_value is None:
            return self.prefix + partition_hash(encoded) + encoded
        if not sort_value:
            raise errors.empty_key_value(self.range_name, _TYPE_NAMES[self.range_type])
        encoded_sort = encode(self.range_type, sort_value)
        if len(encoded_sort) > limits.RANGE_KEY_BYTES_MAX:
            _check_length(self.range_type, sort_value, limits.RANGE_KEY_BYTES_MAX, errors.sort_key_too_long)
        return self.prefix + partition_hash(encoded) + encoded + encoded_sort

    def key_item(self, item: Item) -> Item:
        """The primary key of an item, as a map of its own."""
        return {name: item[name] for name in self.key_names}


def guard_value(record: TableRecord) -> bytes:
    """The value of a table's guard at this version of its record."""
    version: int = record["Version"]
    return version.to_bytes(8, "big")


def scalar_bytes(type_: str, value: str) -> int:
    """The length of a key attribute's value as the service limits it."""
    if type_ == "S":
        return len(value.encode())
    if type_ == "B":
        return len(value) * 3 // 4 - value[-2:].count("=")
    return 0


def _check_length(type_: str, value: str, bytes_max: int, error: Any) -> None:
    if scalar_bytes(type_, value) > bytes_max:
        raise error(bytes_max)
