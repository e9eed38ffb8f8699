"""Secondary indexes of a table that is there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slipring.provisioning.asking import Call
from slipring.templates.desired import Definition, DesiredTable

Indexes = dict[str, Definition]


def globals_of(definition: Definition) -> Indexes:
    """Global indexes by name."""
    return {index["IndexName"]: index for index in definition.get("GlobalSecondaryIndexes", ())}


def obstacles(wanted: Definition, current: Definition) -> Iterator[str]:
    """Changes that an index does not survive."""
    before, after = (
        {index["IndexName"]: _shape(index) for index in definition.get("LocalSecondaryIndexes", ())}
        for definition in (current, wanted)
    )
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield f"the local index {name} would change, and local indexes are made with their table"
    old, new = globals_of(current), globals_of(wanted)
    for name in sorted(old.keys() & new.keys()):
        if _shape(old[name]) != _shape(new[name]):
            yield f"the keys or the projection of the index {name} would change: give the new one another name"


def drops(wanted: DesiredTable, current: DesiredTable) -> Iterator[tuple[str, Call]]:
    """One call for each index that is not wanted."""
    for name in sorted(globals_of(current.definition).keys() - globals_of(wanted.definition).keys()):
        yield f"drop the index {name}", _update(wanted, {"Delete": {"IndexName": name}})


def additions(wanted: DesiredTable, current: DesiredTable) -> Iterator[tuple[str, Call]]:
    """One call for each index that is missing: the service makes one at a time."""
    there = globals_of(current.definition)
    defined = {each["AttributeName"]: each for each in wanted.definition["AttributeDefinitions"]}
    for name, index in globals_of(wanted.definition).items():
        if name not in there:
            keys = [element["AttributeName"] for element in index["KeySchema"]]
            call = _update(wanted, {"Create": index})
            call.parameters["AttributeDefinitions"] = [defined[key] for key in keys if key in defined]
            yield f"make the index {name} on {', '.join(keys)}", call


def _update(table: DesiredTable, update: dict[str, Any]) -> Call:
    return Call("UpdateTable", {"TableName": table.name, "GlobalSecondaryIndexUpdates": [update]})


def _shape(index: Definition) -> Definition:
    """What is settled when an index is made."""
    projection = index["Projection"]
    return {
        "KeySchema": index["KeySchema"],
        "ProjectionType": projection.get("ProjectionType"),
        "NonKeyAttributes": sorted(projection.get("NonKeyAttributes", ())),
    }
