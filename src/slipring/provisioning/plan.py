"""From what a table is to what it should be: the calls, in an order in which the service takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slipring.provisioning import indexes, settings, throughput
from slipring.provisioning.asking import Call
from slipring.provisioning.words import capacity_words, key_words
from slipring.templates.desired import Definition, DesiredTable


@dataclass(frozen=True, slots=True)
class Step:
    """One call, and what it does in a few words."""

    words: str
    call: Call


@dataclass(frozen=True, slots=True)
class TablePlan:
    """What is to be done to one table."""

    name: str
    is_new: bool
    steps: Sequence[Step]
    obstacles: Sequence[str]
    """What could be had only by replacing the table or an index of it. Then nothing is done."""


def plan(wanted: DesiredTable, current: DesiredTable | None) -> TablePlan:
    """How to get there. A table that is there already is never replaced, and nothing in it lost."""
    if current is None:
        return TablePlan(wanted.name, True, _creation(wanted), ())
    obstacles = [*_key_changes(wanted, current), *indexes.obstacles(wanted.definition, current.definition)]
    steps = () if obstacles else tuple(_changes(wanted, current))
    return TablePlan(wanted.name, False, steps, obstacles)


def _creation(wanted: DesiredTable) -> list[Step]:
    definition = dict(wanted.definition)
    if wanted.tags:
        definition["Tags"] = settings.tag_list(wanted.tags)
    if wanted.policy:
        definition["ResourcePolicy"] = settings.policy_text(wanted.policy)
    count = sum(len(definition.get(member, ())) for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"))
    words = [f"create it with the key {key_words(definition)}, {capacity_words(definition)}"]
    if count:
        words.append(f"{count} {'index' if count == 1 else 'indexes'}")
    if "StreamSpecification" in definition:
        words.append(f"a stream of {definition['StreamSpecification']['StreamViewType']}")
    empty = DesiredTable(definition, time_to_live="", recovery_days=0)
    return [
        Step(", ".join(words), Call("CreateTable", definition)),
        *_steps(settings.stream_policy_calls(wanted, empty)),
        *_steps(settings.time_to_live_calls(wanted, empty)),
        *_steps(settings.recovery_calls(wanted, empty)),
    ]


def _changes(wanted: DesiredTable, current: DesiredTable) -> Iterator[Step]:
    """Indexes go before the billing mode changes, which has to name all that are left, and come after it."""
    for calls in (
        indexes.drops,
        throughput.capacity_calls,
        throughput.maximum_calls,
        throughput.warm_calls,
        indexes.additions,
        settings.stream_calls,
        settings.stream_policy_calls,
        settings.protection_calls,
        settings.table_class_calls,
        settings.encryption_calls,
        settings.time_to_live_calls,
        settings.recovery_calls,
        settings.tag_calls,
        settings.policy_calls,
    ):
        yield from _steps(calls(wanted, current))


def _steps(calls: Iterator[tuple[str, Call]]) -> Iterator[Step]:
    return (Step(words, call) for words, call in calls)


def _key_changes(wanted: DesiredTable, current: DesiredTable) -> Iterator[str]:
    if wanted.definition["KeySchema"] != current.definition["KeySchema"]:
        yield f"its key is {key_words(current.definition)} and would become {key_words(wanted.definition)}"
    before, after = _types(current.definition), _types(wanted.definition)
    for name in sorted(before.keys() & after.keys()):
        if before[name] != after[name]:
            yield f"the key attribute {name} is of type {before[name]} and would become {after[name]}"


def _types(definition: Definition) -> dict[str, Any]:
    return {each["AttributeName"]: each["AttributeType"] for each in definition["AttributeDefinitions"]}
