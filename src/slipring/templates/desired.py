"""What a template asks for, in the terms of DynamoDB's API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Definition = dict[str, Any]
"""CreateTable's parameters, except for tags and the policy."""


class TemplateError(Exception):
    """A template cannot be read; the message is one line that says what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A part of a template that cannot be had."""

    part: str
    """As a path: Orders.KinesisStreamSpecification."""
    reason: str

    def __str__(self) -> str:
        return f"{self.part}: {self.reason}"


@dataclass(frozen=True, slots=True)
class DesiredTable:
    """A table as it should be. What is None the template says nothing of, and is left as it is."""

    definition: Definition
    tags: Mapping[str, str] | None = None
    time_to_live: str | None = None
    """The attribute; empty for off."""
    recovery_days: int | None = None
    """For how long one can go back to any time; 0 for not at all."""
    policy: Mapping[str, Any] | None = None
    """Of the table; empty for none."""
    stream_policy: Mapping[str, Any] | None = None
    """Of its stream; empty for none."""

    @property
    def name(self) -> str:
        name: str = self.definition["TableName"]
        return name


@dataclass(frozen=True, slots=True)
class Template:
    """All that a template asks of DynamoDB."""

    tables: Sequence[DesiredTable]
    unsupported: Sequence[Unsupported] = field(default=())


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a template may ask for besides what stands in it."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    stack: str = "slipring"
    region: str = "us-east-1"
    account: str = "000000000000"
