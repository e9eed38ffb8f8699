"""The branches of a WHERE clause: conjunctions, each under one hash key, any of which an item may meet.

OR and IN make branches where they choose among keys; elsewhere they stay conditions on items. Two branches with one
hash key may not meet in a sort key: the service refuses that. A branch that says of the sort key what is no range,
such as `sk <> 1`, is not held to this; it is read together with its hash key's other branches. Source: the public
conformance suite.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from slipring.expressions.key_conditions import KeyRange, KeyTerm
from slipring.expressions.syntax import And, Condition, Or
from slipring.model.errors import expressions as expression_errors
from slipring.model.errors import partiql as errors
from slipring.partiql.conditions import PARAMETER, conjunction, disjunction, paths_of
from slipring.partiql.key_ranges import WHOLE, Interval, KeyPlanner
from slipring.partiql.key_terms import alternatives, chooses_keys, equality, key_term

HASH_VALUES_MAX = 50
"""Members of an IN on a hash key. Source: developer guide, "PartiQL … operators for DynamoDB"."""
_BRANCHES_MAX = 1000
"""What would make more branches stays a condition on items."""


class Branch(NamedTuple):
    """A range of keys under one hash key, and a filter."""

    hash: bytes
    """The hash key, encoded so that it sorts as the service sorts."""
    keys: KeyRange
    interval: Interval
    filter: Condition | None
    """What the keys don't say."""
    within_hash: Condition | None
    """All conditions but the one on the hash key."""
    is_range: bool
    """Whether the keys say all that the branch says of the sort key."""


def branches_of(where: Condition | None, planner: KeyPlanner) -> list[Branch] | None:
    """The branches, those of one hash key side by side and in the order of their sort keys; no item is in two.

    None unless each of them gives the hash key by equality. Raises ValidationException for values that don't fit the
    key schema, and for branches that overlap.
    """
    if where is None:
        return None
    names = (planner.hash_key[0],) if planner.range_key is None else (planner.hash_key[0], planner.range_key[0])
    by_hash: dict[bytes, list[Branch]] = {}
    branches = [_branch(conditions, planner) for conditions in _alternatives(where, names)]
    for branch in branches:
        if branch is None:
            return None
        by_hash.setdefault(branch.hash, []).append(branch)
    return [branch for group in by_hash.values() for branch in _separated(group)]


# Taking a condition apart


def _alternatives(condition: Condition, names: tuple[str, ...]) -> list[tuple[Condition, ...]]:
    """Conjunctions, any of which must hold."""
    if not chooses_keys(condition, names):
        return [(condition,)]
    if isinstance(condition, And):
        return _combined(condition, names)
    if isinstance(condition, Or):
        return [found for part in condition.conditions for found in _alternatives(part, names)]
    listed = alternatives(condition, names)
    if listed is None:
        return [(condition,)]
    if len(listed) > HASH_VALUES_MAX and alternatives(condition, names[:1]) is not None:
        error = expression_errors.too_many_in_operands(PARAMETER, len(listed))
        raise errors.without_parameter(error, (PARAMETER,))
    return [(part,) for part in listed]


def _combined(condition: And, names: tuple[str, ...]) -> list[tuple[Condition, ...]]:
    """Each alternative of one part with each of the others; those of the hash key first, lest they be left out."""
    combined: list[tuple[Condition, ...]] = [()]
    for part in sorted(condition.conditions, key=lambda part: not chooses_keys(part, names[:1])):
        found = _alternatives(part, names)
        if len(combined) * len(found) > _BRANCHES_MAX:
            found = [(part,)]
        combined = [first + second for first in combined for second in found]
    return combined


# Branches


def _branch(conditions: Sequence[Condition], planner: KeyPlanner) -> Branch | None:
    hash_name = planner.hash_key[0]
    range_name = None if planner.range_key is None else planner.range_key[0]
    placeholder: str | None = None
    terms: list[KeyTerm] = []
    ranged: list[Condition] = []
    others: list[Condition] = []
    for condition in conditions:
        equal = equality(condition, hash_name) if placeholder is None else None
        term = None if range_name is None else key_term(condition, range_name)
        if equal is not None:
            placeholder = equal
        elif term is not None:
            terms.append(term)
            ranged.append(condition)
        else:
            others.append(condition)
    if placeholder is None:
        return None
    keys, interval = planner.plan(KeyTerm(hash_name, "=", (placeholder,)), terms)
    within_hash = conjunction([*ranged, *others])
    left = others if len(terms) <= 1 else [*ranged, *others]
    is_range = all(path.attribute != range_name for part in others for path in paths_of(part))
    return Branch(planner.hash_of(keys), keys, interval, conjunction(left), within_hash, is_range)


def _separated(group: list[Branch]) -> list[Branch]:
    """Branches of one hash key so that no item is in two. Raises ValidationException where the service refuses."""
    if len(group) > 1 and not all(branch.is_range for branch in group):
        return [_union(group)]
    ordered = sorted([branch for branch in group if not branch.interval.is_empty], key=lambda branch: branch.interval)
    for before, after in pairwise(ordered):
        if after.interval.start < before.interval.stop:
            raise errors.overlapping_conditions()
    return ordered


def _union(group: list[Branch]) -> Branch:
    """All of a hash key, with a filter for any of the branches."""
    parts = [branch.within_hash for branch in group]
    conditions = [part for part in parts if part is not None]
    filter = disjunction(conditions) if len(conditions) == len(parts) else None
    keys = KeyRange(group[0].keys.hash_values, (), None, ())
    return Branch(group[0].hash, keys, WHOLE, filter, filter, True)
