"""A table's definition, checked as CreateTable and UpdateTable check it, and turned into its record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from slipring.model import limits
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
    if len(schema) > _TABLE_KEY_ATTRIBUTES_MAX:
        raise errors.too_many_key_elements(_render_schema(schema))
    if schema[0]["KeyType"] != "HASH":
        raise errors.first_key_element_is_not_hash()
    if len(schema) > 1 and schema[1]["KeyType"] != "RANGE":
        raise errors.second_key_element_is_not_range()
    defined = {d["AttributeName"] for d in definitions}
    names = [element["AttributeName"] for element in schema]
    if not defined.issuperset(names) or len(defined) < len(names):
        raise errors.key_attribute_undefined()
    if len(set(names)) < len(names):
        raise errors.hash_and_range_key_are_the_same()


def _render_schema(schema: Sequence[Definition]) -> str:
    elements = [f"KeySchemaElement(attributeName={e['AttributeName']}, keyType={e['KeyType']})" for e in schema]
    return f"[{', '.join(elements)}]"


def check_indexes(
    schema: Sequence[Definition],
    definitions: Sequence[Definition],
    local: Sequence[Definition] | None,
    remote: Sequence[Definition] | None,
) -> None:
    """The secondary indexes of a new table."""
    if local is not None:
        _check_count("LocalSecondaryIndex", "LocalSecondaryIndexes", local, limits.LOCAL_INDEXES_MAX)
        if len(schema) < _TABLE_KEY_ATTRIBUTES_MAX:
            raise errors.local_index_needs_sort_key()
    if remote is not None:
        _check_count("GlobalSecondaryIndex", "GlobalSecondaryIndexes", remote, limits.GLOBAL_INDEXES_MAX)
    names: set[str] = set()
    for index in [*(local or ()), *(remote or ())]:
        if index["IndexName"] in names:
            raise errors.index_named_twice(index["IndexName"])
        names.add(index["IndexName"])
    for index in local or ():
        _check_local_index(index, schema, definitions)
    for index in remote or ():
        check_global_index(index, definitions)
    check_projected_attributes([*(local or ()), *(remote or ())])


def _check_count(kind: str, member: str, indexes: Sequence[Definition], count_max: int) -> None:
    if not indexes:
        raise errors.indexes_empty(member)
    if len(indexes) > count_max:
        raise errors.too_many_indexes(kind, count_max)


def _check_local_index(
    index: Definition, table_schema: Sequence[Definition], definitions: Sequence[Definition]
) -> None:
    schema = index["KeySchema"]
    if len(schema) > _TABLE_KEY_ATTRIBUTES_MAX:
        raise errors.too_many_key_elements(_render_schema(schema))
    _check_key_order(schema)
    _check_defined(schema, definitions)
    name = index["IndexName"]
    if len(schema) < _TABLE_KEY_ATTRIBUTES_MAX:
        raise errors.index_lacks_sort_key(name)
    if schema[1]["KeyType"] != "RANGE":
        raise errors.second_key_element_is_not_range()
    if schema[0]["AttributeName"] == schema[1]["AttributeName"]:
        raise errors.hash_and_range_key_are_the_same()
    if schema[0]["AttributeName"] != table_schema[0]["AttributeName"]:
        raise errors.local_index_hash_differs(name, schema[0]["AttributeName"], table_schema[0]["AttributeName"])
    _check_projection(index["Projection"])


def check_global_index(index: Definition, definitions: Sequence[Definition]) -> None:
    """One global index: up to four HASH attributes, then up to four RANGE attributes.

    Developer Guide, "Multi-attribute key schema"."""
    schema = index["KeySchema"]
    _check_key_order(schema)
    _check_defined(schema, definitions)
    names = [element["AttributeName"] for element in schema]
    if len(set(names)) < len(names):
        raise errors.hash_and_range_key_are_the_same()
    kinds = [element["KeyType"] for element in schema]
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > limits.KEY_ATTRIBUTES_PER_ROLE_MAX:
            raise errors.too_many_index_keys(index["IndexName"], kind, limits.KEY_ATTRIBUTES_PER_ROLE_MAX)
    _check_projection(index["Projection"])


def _check_key_order(schema: Sequence[Definition]) -> None:
    kinds = [element["KeyType"] for element in schema]
    if kinds[0] != "HASH":
        raise errors.first_key_element_is_not_hash()
    if kinds != sorted(kinds):
        raise errors.second_key_element_is_not_range()


def _check_defined(schema: Sequence[Definition], definitions: Sequence[Definition]) -> None:
    defined = [d["AttributeName"] for d in definitions]
    names = [element["AttributeName"] for element in schema]
    if not set(defined).issuperset(names):
        raise errors.index_key_attributes_undefined(names, defined)


def _check_projection(projection: Definition) -> None:
    kind = projection.get("ProjectionType")
    names = projection.get("NonKeyAttributes")
    if kind is None:
        raise errors.projection_type_unknown()
    if kind == "INCLUDE" and names is None:
        raise errors.non_key_attributes_missing()
    if kind != "INCLUDE" and names is not None:
        raise errors.non_key_attributes_refused(kind)


def check_projected_attributes(indexes: Iterable[Definition]) -> None:
    """All indexes of a table together project a bounded number of named attributes (quota of the service)."""
    count = sum(len(index["Projection"].get("NonKeyAttributes", ())) for index in indexes)
    if count > limits.PROJECTED_ATTRIBUTES_MAX:
        raise errors.too_many_projected_attributes(limits.PROJECTED_ATTRIBUTES_MAX)


def check_all_definitions_used(
    definitions: Sequence[Definition], schema: Sequence[Definition], indexes: Iterable[Definition]
) -> None:
    """Every defined attribute is a key of the table or of an index."""
    schemas = [schema, *(index["KeySchema"] for index in indexes)]
    used = list(dict.fromkeys(element["AttributeName"] for part in schemas for element in part))
    defined = [d["AttributeName"] for d in definitions]
    if set(defined) <= set(used):
        return
    if len(schemas) == 1:
        raise errors.number_of_definitions_differs()
    raise errors.definitions_unused(defined, used)
