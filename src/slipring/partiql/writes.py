"""What a statement about one item means for its table: the item's key, and the condition on the item.

Source: developer guide, "PartiQL update statements for DynamoDB" and "PartiQL delete statements for DynamoDB"; the
public conformance suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from slipring.expressions.conditions import BoundCondition
from slipring.expressions.syntax import Condition, Function, Path
from slipring.model.attribute_values import Item
from slipring.model.errors import partiql as errors
from slipring.partiql.binding import bind_condition
from slipring.partiql.conditions import conjunction, conjuncts, disjunction
from slipring.partiql.key_terms import equality
from slipring.partiql.statements import Delete, Exists, Select, Update, Values


class Target(NamedTuple):
    """One item, and what must hold for it."""

    key: Item
    """The key attributes' values as written; whether they fit the table is the table's to say."""
    condition: BoundCondition | None


def update_target(update: Update, key_names: Sequence[str]) -> Target:
    """An UPDATE fails if there is no item, whatever else its WHERE says.

    Raises ValidationException if that doesn't give the whole key.
    """
    key, rest = _key_and_rest(update.where, key_names, update.values)
    condition = conjunction((_exists(key_names), *conjuncts(rest)))
    return Target(key, bind_condition(condition, update.values))


def delete_target(delete: Delete, key_names: Sequence[str]) -> Target:
    """A DELETE does nothing if there is no item, whatever else its WHERE says.

    Raises ValidationException if that doesn't give the whole key.
    """
    key, rest = _key_and_rest(delete.where, key_names, delete.values)
    condition = None if rest is None else disjunction((_absent(key_names), rest))
    return Target(key, bind_condition(condition, delete.values))


def insert_condition(key_names: Sequence[str]) -> BoundCondition:
    """That there is no item yet with an INSERT's key; where it fails, the service says `errors.duplicate_item`."""
    name = key_names[0]
    return lambda item: item is None or name not in item


def exists_target(exists: Exists, key_names: Sequence[str]) -> Target:
    """Raises ValidationException unless EXISTS has the whole key and a further condition."""
    select = exists.select
    found = None if select.index_name is not None else split_key(select.where, key_names, select.values)
    if found is None or found[1] is None:
        raise errors.exists_lacks_condition()
    key, rest = found
    condition = conjunction((_exists(key_names), *conjuncts(rest)))
    return Target(key, bind_condition(condition, select.values))


def selected_key(select: Select, key_names: Sequence[str]) -> Item | None:
    """The key of the one item that a SELECT reads, if its WHERE says the whole key and nothing else.

    Only such a SELECT may stand in a batch or a transaction (`errors.select_lacks_key`).
    """
    found = None if select.index_name is not None else split_key(select.where, key_names, select.values)
    return None if found is None or found[1] is not None else found[0]


def split_key(
    where: Condition | None, key_names: Sequence[str], values: Values
) -> tuple[Item, Condition | None] | None:
    """The key that a condition gives by equality, and what else it says; None if it doesn't give all of it."""
    key: Item = {}
    rest: list[Condition] = []
    for condition in conjuncts(where):
        for name in key_names:
            placeholder = None if name in key else equality(condition, name)
            if placeholder is not None:
                key[name] = values[placeholder]
                break
        else:
            rest.append(condition)
    return (key, conjunction(rest)) if len(key) == len(key_names) else None


def _key_and_rest(where: Condition | None, key_names: Sequence[str], values: Values) -> tuple[Item, Condition | None]:
    found = split_key(where, key_names, values)
    if found is None:
        raise errors.where_lacks_key()
    return found


def _exists(key_names: Sequence[str]) -> Condition:
    return Function("attribute_exists", (Path((key_names[0],)),))


def _absent(key_names: Sequence[str]) -> Condition:
    return Function("attribute_not_exists", (Path((key_names[0],)),))
