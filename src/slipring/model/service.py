"""The service model as data: what botocore ships for DynamoDB and DynamoDB Streams.

botocore itself is not imported, only its data files are read, on first use: a few milliseconds instead of a few
hundred.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

SERVICES = ("dynamodb", "dynamodbstreams")


class Shape:
    """One shape of a service: a structure, list, map or scalar, with its constraints.

    Shapes refer to each other by name and may be recursive; a member's shape is looked up when it is asked for.
    """

    def __init__(self, service: Service, name: str, definition: Mapping[str, Any]) -> None:
        self._service = service
        self._definition = definition
        self.name = name
        self.kind: str = definition["type"]
        """structure, list, map, string, integer, long, double, boolean, blob or timestamp."""
        self.min: int | None = definition.get("min")
        self.max: int | None = definition.get("max")
        self.pattern: str | None = definition.get("pattern")
        self.enum: tuple[str, ...] = tuple(definition.get("enum", ()))
        self.required: tuple[str, ...] = tuple(definition.get("required", ()))

    @cached_property
    def members(self) -> Mapping[str, Shape]:
        """A structure's members by name, in the model's order."""
        members = self._definition.get("members", {})
        return {name: self._service.shape(member["shape"]) for name, member in members.items()}

    def known(self, structure: Mapping[str, Any]) -> dict[str, Any]:
        """What the model has of a structure's members. The framework ignores the others, whatever they hold."""
        return {name: member for name, member in structure.items() if name in self.members}

    @cached_property
    def element(self) -> Shape:
        """What a list holds."""
        return self._service.shape(self._definition["member"]["shape"])

    @cached_property
    def key(self) -> Shape:
        """A map's keys."""
        return self._service.shape(self._definition["key"]["shape"])

    @cached_property
    def value(self) -> Shape:
        """A map's values."""
        return self._service.shape(self._definition["value"]["shape"])


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of either service."""

    name: str
    service: str
    target: bytes
    """The value of `X-Amz-Target`."""
    input: Shape
    output: Shape | None
    errors: tuple[str, ...]
    """The names of its modelled exceptions."""


class Service:
    """One service's model."""

    def __init__(self, name: str) -> None:
        model = orjson.loads(gzip.decompress(_model_path(name).read_bytes()))
        self.name = name
        self._shapes: dict[str, Shape] = {}
        self._definitions: Mapping[str, Mapping[str, Any]] = model["shapes"]
        self.operations = {
            operation["name"]: self._operation(operation, model["metadata"]["targetPrefix"])
            for operation in model["operations"].values()
        }

    def shape(self, name: str) -> Shape:
        shape = self._shapes.get(name)
        if shape is None:
            shape = self._shapes[name] = Shape(self, name, self._definitions[name])
        return shape

    def exceptions(self) -> list[Shape]:
        """The shapes of all modelled exceptions."""
        return [self.shape(name) for name, shape in self._definitions.items() if shape.get("exception")]

    def _operation(self, operation: Mapping[str, Any], target_prefix: str) -> Operation:
        output = operation.get("output")
        return Operation(
            name=operation["name"],
            service=self.name,
            target=f"{target_prefix}.{operation['name']}".encode(),
            input=self.shape(operation["input"]["shape"]),
            output=self.shape(output["shape"]) if output else None,
            errors=tuple(error["shape"] for error in operation.get("errors", ())),
        )


def _model_path(service: str) -> Path:
    """The newest version of a service's model; API versions are dates, so they sort as text."""
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("botocore, whose data files hold the service model, is not installed")
    data = Path(spec.origin).parent / "data" / service
    return max(data.glob("*/service-2.json.gz"))


@cache
def service(name: str) -> Service:
    """The model of one of `SERVICES`."""
    return Service(name)


@cache
def operations() -> Mapping[str, Operation]:
    """Every operation of both services by name."""
    return {name: operation for each in SERVICES for name, operation in service(each).operations.items()}


@cache
def targets() -> Mapping[bytes, str]:
    """Operation names by the value of `X-Amz-Target`."""
    return {operation.target: name for name, operation in operations().items()}


TARGETS: Mapping[bytes, str]
"""The same as `targets()`, read from the model when it is first asked for."""


def __getattr__(name: str) -> Any:
    if name == "TARGETS":
        return targets()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
