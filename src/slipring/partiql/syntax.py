"""What a statement consists of after parsing: one kind of node for everything.

The names of the operations are those of PartiQL's own syntax tree, because the service prints them when it refuses
one. A statement is a node like any other, since the grammar allows SELECT wherever it allows an expression.

Expressions: Id, Path, String, Number, Bool, Null, Missing, Parameter, List, Bag, Struct, Call, CallAgg, and the
operations of `words.OPERATION_BY_OPERATOR` with Not, Pos and Neg. Steps of a Path: Id for a name, Index, AnyName,
AnyIndex. Statements: Select, Dml. Their parts: ProjectAll, ProjectList, ProjectValue, Distinct, Alias, Join, Where,
OrderBy, SortSpec, GroupBy, Having, Limit, InsertValue, Insert, Set, Assignment, Remove, Delete, Returning.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Node:
    kind: str
    text: str = ""
    """A name, a literal's content, a parameter's index, a function's or type's name: what the kind leaves open."""
    children: tuple[Node, ...] = ()
    start: int = field(default=0, compare=False)
    """Where its leading token stands in the statement, and how long that is, in characters."""
    length: int = field(default=0, compare=False)

    def child(self, kind: str) -> Node | None:
        """The first child of that kind."""
        return next((child for child in self.children if child.kind == kind), None)


_LITERALS = frozenset({"String", "Number", "Bool", "Null"})


def operation(node: Node) -> str:
    """What PartiQL's syntax tree calls a node: all literals are Lit there."""
    return "Lit" if node.kind in _LITERALS else node.kind


def depth(node: Node) -> int:
    """How deeply a tree is nested; 1 for a node without children. Uses no recursion, so any tree will do."""
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        current, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend([(child, level + 1) for child in current.children])
    return deepest
