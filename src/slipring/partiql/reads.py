"""What a SELECT means for a table or index: a scan, or ranges of keys under hash keys that its WHERE gives.

The condition is taken apart into branches, any of which an item may meet. If each of them gives the hash key by
equality, each is a range of keys with a filter; else everything is scanned. Sources: developer guide, "PartiQL
select statements for DynamoDB", which says what causes a full scan; the public conformance suite for the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from slipring.expressions.conditions import BoundCondition
from slipring.expressions.key_conditions import KeyRange
from slipring.expressions.syntax import Condition, Or
from slipring.model.errors import partiql as errors
from slipring.partiql.binding import bind_condition
from slipring.partiql.branches import Branch, branches_of
from slipring.partiql.conditions import conjuncts, paths_of
from slipring.partiql.key_ranges import KeyAttribute, KeyPlanner
from slipring.partiql.key_terms import chooses_keys
from slipring.partiql.statements import Select, SortKey


class KeySchema(Protocol):
    """What a read must know of a table or an index."""

    @property
    def hashes(self) -> tuple[KeyAttribute, ...]: ...
    @property
    def ranges(self) -> tuple[KeyAttribute, ...]: ...


class IndexSchema(KeySchema, Protocol):
    """What it must know of an index besides."""

    @property
    def name(self) -> str: ...
    @property
    def is_global(self) -> bool: ...
    @property
    def projected(self) -> frozenset[str] | None: ...


class RangeRead(NamedTuple):
    """Items under one hash key."""

    keys: KeyRange
    filter: BoundCondition | None


class Read(NamedTuple):
    """How to read what a SELECT selects."""

    ranges: tuple[RangeRead, ...] | None
    """To be read one after the other; no item is in two of them. None: all of the table or index."""
    filter: BoundCondition | None
    """For a scan."""
    reverse: bool
    """Whether each range is to be read backwards."""
    filter_attributes: tuple[str, ...]
    """Names of the attributes that stand beside the hash key's condition and that an index must therefore hold."""


def check_key_attributes(schema: KeySchema) -> None:
    """Raises ValidationException for what PartiQL cannot read: an index whose key has several attributes of a kind."""
    if len(schema.hashes) > 1 or len(schema.ranges) > 1:
        raise errors.several_key_attributes()


def plan_read(select: Select, schema: KeySchema) -> Read:
    """Raises ValidationException for values that do not fit the schema, and for what only the schema shows."""
    check_key_attributes(schema)
    if select.projection_error is not None:
        raise select.projection_error
    names = tuple([name for name, _ in (*schema.hashes, *schema.ranges)])
    for key in select.order:
        if key.attribute not in names:
            raise errors.order_by_other_attribute(key.attribute)
    planner = KeyPlanner(select.values, schema.hashes[0], schema.ranges[0] if schema.ranges else None)
    branches = branches_of(select.where, planner)
    if branches is None:
        if select.order:
            raise errors.order_without_hash_key()
        return Read(None, select.filter, False, ())
    reverse = any(key.descending for key in select.order if key.attribute != names[0])
    ordered = _in_order(branches, select.order, names[0], reverse=reverse)
    ranges = tuple([RangeRead(part.keys, bind_condition(part.filter, select.values)) for part in ordered])
    return Read(ranges, None, reverse, _filter_attributes(select.where, names))


def _in_order(
    branches: Sequence[Branch], order: Sequence[SortKey], hash_name: str, *, reverse: bool
) -> Sequence[Branch]:
    """The branches in the order in which ORDER BY wants their items; they come in that of their sort keys."""
    if not order:
        return branches
    by_hash: dict[bytes, list[Branch]] = {}
    for branch in branches:
        by_hash.setdefault(branch.hash, []).append(branch)
    hash_order = next((key for key in order if key.attribute == hash_name), None)
    if hash_order is None and len(by_hash) > 1:
        raise errors.order_of_several_hash_keys()
    hashes = sorted(by_hash, reverse=hash_order is not None and hash_order.descending)
    step = -1 if reverse else 1
    return [branch for encoded in hashes for branch in by_hash[encoded][::step]]


def _filter_attributes(where: Condition | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """What stands beside the key's conditions, not within an OR of them (observed: only that is held to an index)."""
    if isinstance(where, Or):
        return ()
    beside = [part for part in conjuncts(where) if not chooses_keys(part, names)]
    return tuple(dict.fromkeys(path.attribute for part in beside for path in paths_of(part)))


def check_index(select: Select, read: Read, index: IndexSchema) -> None:
    """Raises ValidationException where the index lacks what the statement names.

    A local index gets from the table what the SELECT list names, but not what a filter beside its key does.
    """
    if index.projected is None:
        return
    lacking = [name for name in read.filter_attributes if name not in index.projected]
    if lacking:
        raise errors.filter_attributes_not_in_index(index.name, lacking)
    if index.is_global and select.projection is not None:
        unprojected = [name for name in select.projection.attribute_order if name not in index.projected]
        if unprojected:
            raise errors.attributes_not_in_index(index.name, unprojected)
