"""Random requests in the shape of the service model: every operation's input, member by member."""

from __future__ import annotations

import random
from typing import Any

from slipring.model.service import Operation, Shape
from tests.api.bad_input.good_requests import ARN, TABLE

_ATTRIBUTES = ["pk", "sk", "g", "l", "m", "n", "b", "new", "x.y", "", "é"]
_CONDITIONS = [
    "pk = :v",
    "sk > :n",
    "pk = :v AND sk BETWEEN :n AND :w",
    "begins_with(#a, :v)",
    "attribute_exists(m.x[0])",
    "size(n) < :n OR NOT contains(b, :v)",
    "attribute_type(g, :v)",
    "#a IN (:v, :w)",
]
_BY_SHAPE: dict[str, list[Any]] = {
    "AttributeName": _ATTRIBUTES,
    "KeySchemaAttributeName": _ATTRIBUTES,
    "NonKeyAttributeName": _ATTRIBUTES,
    "ConditionExpression": _CONDITIONS,
    "ExpressionAttributeNameVariable": ["#a", "#b", "a", "#"],
    "ExpressionAttributeValueVariable": [":v", ":w", ":n", "v", ":"],
    "IndexName": ["local", "global", "absent", "ab"],
    "KeyExpression": _CONDITIONS,
    "PartiQLNextToken": ["WyJhIiwwLCIiXQ==", "nonsense"],
    "PartiQLStatement": [
        f"SELECT * FROM {TABLE} WHERE pk = ? AND sk = ?",
        f'SELECT m.x[0] FROM {TABLE}."global" WHERE g IN [?, ?] ORDER BY l DESC',
        f"INSERT INTO {TABLE} VALUE {{'pk': ?, 'sk': ?, 'm': [1, <<2>>, {{'a': NULL}}]}}",
        f"UPDATE {TABLE} SET c = if_not_exists(c, 0) + 1 REMOVE m WHERE pk = ? AND sk = ? RETURNING ALL NEW *",
        f"DELETE FROM {TABLE} WHERE pk = ? AND sk = ? RETURNING ALL OLD *",
        f"EXISTS(SELECT * FROM {TABLE} WHERE pk = ? AND sk = ? AND g = 'g')",
        "SELECT * FROM",
    ],
    "ProjectionExpression": ["pk", "m.x[0], #a", "a, a.b", ""],
    "ResourceArnString": [ARN, ARN + "-absent", "absent"],
    "ShardId": ["shardId-00000000000000000001-00000000"],
    "StreamArn": [f"{ARN}/stream/2026-01-01T00:00:00.000", ARN * 2],
    "TableArn": [TABLE, TABLE, TABLE, ARN, "absent", "ab"],
    "TableName": [TABLE, TABLE, "absent", "ab"],
    "UpdateExpression": ["SET c = :v", "ADD n :n REMOVE m.x[0]", "DELETE b :v", "SET pk = :v", "SET #a = #b + :n"],
}
_SCALARS: dict[str, list[Any]] = {
    "S": ["", "a", "g", "x" * 2049],
    "N": ["0", "1", "-1.50", "1e125", "1e126", "x"],
    "B": ["", "AA==", "AAE=", "!"],
    "BOOL": [True, False],
    "NULL": [True, False],
    "SS": [["a"], ["b", "a"], ["a", "a"], []],
    "NS": [["1"], ["2", "1"], ["1", "1.0"]],
    "BS": [["AA=="], ["AA==", "AA=="]],
}


class Requests:
    """Makes requests, with a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def request(self, operation: Operation) -> dict[str, Any]:
        """What is required is nearly always there, what is not now and then; so are values out of bounds."""
        made: dict[str, Any] = self._structure(operation.input, 0)
        return made

    def _value(self, shape: Shape, depth: int) -> Any:
        if shape.name == "AttributeValue":
            return self._attribute_value(depth)
        if shape.name in _BY_SHAPE and self._often():
            return self._random.choice(_BY_SHAPE[shape.name])
        if shape.kind == "structure":
            return self._structure(shape, depth)
        if shape.kind == "list":
            return [self._value(shape.element, depth + 1) for _ in range(self._count(shape))]
        if shape.kind == "map":
            return {
                str(self._value(shape.key, depth + 1)): self._value(shape.value, depth + 1)
                for _ in range(self._count(shape))
            }
        if shape.kind == "string":
            return self._text(shape)
        if shape.kind == "boolean":
            return self._random.random() < 0.5
        if shape.kind in ("integer", "long"):
            return self._random.choice([shape.min or 0, shape.max or 5, 1, 2, 10, (shape.min or 0) - 1])
        return self._random.choice([0, 0.5, 1_700_000_000])

    def _structure(self, shape: Shape, depth: int) -> dict[str, Any]:
        probability = 0.25 if depth else 0.3
        return {
            name: self._value(member, depth + 1)
            for name, member in shape.members.items()
            if (self._often() if name in shape.required else self._random.random() < probability)
        }

    def _attribute_value(self, depth: int) -> dict[str, Any]:
        if depth < 8 and self._random.random() < 0.15:
            nested = [self._attribute_value(depth + 2) for _ in range(self._random.randint(0, 3))]
            named = dict(zip(self._random.sample(_ATTRIBUTES, len(nested)), nested, strict=True))
            return self._random.choice([{"L": nested}, {"M": named}])
        kind = self._random.choice(["S", "S", "N", "N", *_SCALARS])
        return {kind: self._random.choice(_SCALARS[kind])}

    def _text(self, shape: Shape) -> str:
        if shape.enum and self._often():
            return self._random.choice(shape.enum)
        least, most = shape.min or 0, min(shape.max or 300, 300)
        length = self._random.choice([least, most, min(least + 3, most), max(least - 1, 0), most + 1])
        return "".join(self._random.choices("a0-:/#é", k=length))

    def _count(self, shape: Shape) -> int:
        return self._random.choice([shape.min or 1, 1, 2, 3, min(shape.max or 4, 30) + 1 if self._rarely() else 1])

    def _often(self) -> bool:
        return self._random.random() < 0.95

    def _rarely(self) -> bool:
        return self._random.random() < 0.03
