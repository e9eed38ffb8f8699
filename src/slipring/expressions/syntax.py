"""What expressions consist of, after parsing: document paths, placeholders, functions, comparisons, update actions.

Names are already resolved: a path holds attribute names as they stand in the item, whichever placeholder gave them.
Values are still placeholders; they change from request to request while the expression stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: the attribute's name, then map keys (str) and list indexes (int)."""

    elements: tuple[str | int, ...]

    @property
    def attribute(self) -> str:
        """The name of the top-level attribute."""
        return str(self.elements[0])

    def __str__(self) -> str:
        """The path as the service prints it in errors: [a, b, [1]]."""
        return f"[{', '.join(f'[{e}]' if isinstance(e, int) else e for e in self.elements)}]"


@dataclass(frozen=True, slots=True)
class Value:
    """An expression attribute value, by its placeholder with the colon."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    arguments: tuple[Operand, ...]


Operand = Path | Value | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    """One of = <> < <= > >=."""
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    operand: Operand
    lower: Operand
    upper: Operand


@dataclass(frozen=True, slots=True)
class In:
    operand: Operand
    candidates: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """A chain of conditions; the parser leaves no And inside an And."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """A chain of conditions; the parser leaves no Or inside an Or."""

    conditions: tuple[Condition, ...]


Condition = Comparison | Between | In | Not | And | Or | Function


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: Literal["+", "-"]
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Action:
    """One action of an update expression; REMOVE has no operand, ADD and DELETE have a Value."""

    section: Literal["SET", "REMOVE", "ADD", "DELETE"]
    path: Path
    operand: Operand | Arithmetic | None
