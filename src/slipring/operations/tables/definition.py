"""A table's definition: its keys and indexes, checked as CreateTable and UpdateTable check them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from slipring.model import limits
from slipring.model.errors import indexes as index_errors
from slipring.model.errors import tables as errors

Definition = dict[str, Any]

_TABLE_KEY_ATTRIBUTES_MAX = 2
"""A table and a local index have one HASH and at most one RANGE attribute."""


def check_definitions(definitions: Sequence[Definition]) -> None:
    """AttributeDefinitions name each attribute once."""
    seen: set[str] = set()
    for definition in definitions:
        name = definition["AttributeName"]
        if name in seen:
            raise errors.attribute_defined_twice(name)
        seen.add(name)


def check_table_schema(schema: Sequence[Definition], definitions: Sequence[Definition]) -> None:
    """A table has one HASH attribute, then at most one RANGE attribute, both defined."""
    _check_hash_comes_first(schema)
    if len(schema) == _TABLE_KEY_ATTRIBUTES_MAX and schema[1]["KeyType"] != "RANGE":
        raise errors.second_key_element_is_not_range()
    if len(definitions) < len(schema):
        raise errors.key_attribute_undefined()
    _check_defined(schema, definitions)
    if len(set(_names(schema))) < len(schema):
        raise errors.hash_and_range_key_are_the_same()


def check_indexes(
    schema: Sequence[Definition],
    definitions: Sequence[Definition],
    local: Sequence[Definition] | None,
    remote: Sequence[Definition] | None,
) -> None:
    """The secondary indexes of a new table.

    Definitions that nothing uses are reported before anything else of an index, save its key attributes (observed)."""
    indexes = [*(local or ()), *(remote or ())]
    if local is not None and not local:
        raise index_errors.list_empty("LocalSecondaryIndexes")
    if remote is not None and not remote:
        raise index_errors.list_empty("GlobalSecondaryIndexes")
    for index in indexes:
        _check_defined(index["KeySchema"], definitions)
    _check_all_definitions_used(definitions, schema, indexes)
    if local and len(schema) < _TABLE_KEY_ATTRIBUTES_MAX:
        raise index_errors.table_lacks_sort_key()
    _check_names(indexes)
    for index in local or ():
        _check_local_index(index, schema)
    for index in remote or ():
        _check_global_schema(index["KeySchema"])
        _check_projection(index["Projection"])
    if local and len(local) > limits.LOCAL_INDEXES_MAX:
        raise index_errors.too_many_local_indexes(limits.LOCAL_INDEXES_MAX)
    if remote and len(remote) > limits.GLOBAL_INDEXES_MAX:
        raise index_errors.too_many_global_indexes(limits.GLOBAL_INDEXES_MAX)
    check_projected_attributes(indexes)


def check_added_index(index: Definition, definitions: Sequence[Definition]) -> None:
    """A global index that UpdateTable adds, against the definitions of the request."""
    _check_defined(index["KeySchema"], definitions)
    _check_global_schema(index["KeySchema"])
    _check_projection(index["Projection"])


def check_projected_attributes(indexes: Iterable[Definition]) -> None:
    """All indexes of a table together project a bounded number of named attributes (quota of the service)."""
    count = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if count > limits.PROJECTED_ATTRIBUTES_MAX:
        raise index_errors.too_many_projected_attributes(limits.PROJECTED_ATTRIBUTES_MAX)


def forget_unused(record: Definition) -> None:
    """Descriptions tell only the attributes that are still keys of something."""
    schemas = [record["KeySchema"]]
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        schemas += [index["KeySchema"] for index in record.get(member, ())]
    used = {element["AttributeName"] for schema in schemas for element in schema}
    record["AttributeDefinitions"] = [d for d in record["AttributeDefinitions"] if d["AttributeName"] in used]


def check_encryption(specification: dict[str, Any]) -> None:
    """An SSESpecification: details only where encryption is asked for, and a key only with the type KMS."""
    for member in ("SSEType", "KMSMasterKeyId"):
        if member in specification and not specification.get("Enabled"):
            raise errors.encryption_detail_refused(member)
    if specification.get("SSEType") == "AES256":
        raise errors.encryption_type_refused()
    if "KMSMasterKeyId" in specification and "SSEType" not in specification:
        raise errors.encryption_type_missing()


def _names(schema: Sequence[Definition]) -> list[str]:
    return [element["AttributeName"] for element in schema]


def _check_hash_comes_first(schema: Sequence[Definition]) -> None:
    if schema[0]["KeyType"] != "HASH":
        raise errors.first_key_element_is_not_hash()


def _check_defined(schema: Sequence[Definition], definitions: Sequence[Definition]) -> None:
    defined = _names(definitions)
    if not set(defined).issuperset(_names(schema)):
        raise errors.key_attributes_undefined(_names(schema), defined)


def _check_all_definitions_used(
    definitions: Sequence[Definition], schema: Sequence[Definition], indexes: Sequence[Definition]
) -> None:
    schemas = [schema, *(index["KeySchema"] for index in indexes)]
    used = list(dict.fromkeys(name for part in schemas for name in _names(part)))
    defined = _names(definitions)
    if set(defined) <= set(used):
        return
    raise errors.definitions_unused(defined, used) if indexes else errors.number_of_definitions_differs()


def _check_names(indexes: Iterable[Definition]) -> None:
    names: set[str] = set()
    for index in indexes:
        if index["IndexName"] in names:
            raise index_errors.index_named_twice(index["IndexName"])
        names.add(index["IndexName"])


def _check_local_index(index: Definition, table_schema: Sequence[Definition]) -> None:
    schema = index["KeySchema"]
    _check_hash_comes_first(schema)
    name = index["IndexName"]
    if len(schema) < _TABLE_KEY_ATTRIBUTES_MAX:
        raise index_errors.index_lacks_sort_key(name)
    if schema[1]["KeyType"] != "RANGE":
        raise errors.second_key_element_is_not_range()
    if schema[0]["AttributeName"] == schema[1]["AttributeName"]:
        raise errors.hash_and_range_key_are_the_same()
    if schema[0]["AttributeName"] != table_schema[0]["AttributeName"]:
        raise index_errors.local_index_hash_differs(name, schema[0]["AttributeName"], table_schema[0]["AttributeName"])
    _check_projection(index["Projection"])


def _check_global_schema(schema: Sequence[Definition]) -> None:
    """Up to four HASH attributes, then up to four RANGE attributes.

    Developer Guide, "Multi-attribute key schema"."""
    _check_hash_comes_first(schema)
    kinds = [element["KeyType"] for element in schema]
    if kinds != sorted(kinds):
        raise index_errors.hash_after_range()
    if len(set(_names(schema))) < len(schema):
        raise index_errors.key_attribute_repeated()
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > limits.KEY_ATTRIBUTES_PER_ROLE_MAX:
            raise index_errors.too_many_key_attributes(kind)


def _check_projection(projection: Definition) -> None:
    kind = projection.get("ProjectionType")
    names = projection.get("NonKeyAttributes")
    if kind is None:
        raise index_errors.projection_type_unknown()
    if kind == "INCLUDE" and names is None:
        raise index_errors.non_key_attributes_missing()
    if kind != "INCLUDE" and names is not None:
        raise index_errors.non_key_attributes_refused(kind)
    seen: set[str] = set()
    for name in names or ():
        if name in seen:
            raise index_errors.non_key_attribute_repeated(name)
        seen.add(name)
