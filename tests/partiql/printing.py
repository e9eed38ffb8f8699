"""Syntax trees as PartiQL, for tests: what is printed parses to the same tree."""

from __future__ import annotations

from dataclasses import replace

from slipring.partiql.syntax import Node
from slipring.partiql.words import OPERATION_BY_OPERATOR

_OPERATOR_BY_OPERATION = {kind: operator for operator, kind in OPERATION_BY_OPERATOR.items() if operator != "!="}
_BRACKETS = {"List": "[]", "Bag": ("<<", ">>"), "Struct": "{}"}
_ATOMS = frozenset({"Id", "String", "Number", "Bool", "Null", "Missing", "Parameter", "List", "Bag", "Struct", "Call"})


def printed(node: Node) -> str:
    """A tree as text, with parentheses around every operation within another."""
    match node.kind:
        case "Select":
            return _select(node)
        case "Dml":
            return _write(node)
        case "Where" | "Having" | "Limit":
            return f"{node.kind.upper()} {printed(node.children[0])}"
        case "OrderBy":
            return "ORDER BY " + ", ".join(f"{printed(spec.children[0])} {spec.text}" for spec in node.children)
        case "Set":
            return "SET " + ", ".join(" = ".join(map(printed, part.children)) for part in node.children)
        case "Remove":
            return f"REMOVE {printed(node.children[0])}"
        case "Returning":
            return "RETURNING " + ", ".join(part.text for part in node.children)
        case _:
            return _expression(node)


def numbered(node: Node) -> Node:
    """The tree with its parameters numbered as they come in the text."""
    count = 0

    def renumber(part: Node) -> Node:
        nonlocal count
        if part.kind == "Parameter":
            count += 1
            return replace(part, text=str(count - 1))
        return replace(part, children=tuple([renumber(child) for child in part.children]))

    return renumber(node)


def _select(node: Node) -> str:
    projection, source, *clauses = node.children
    distinct = "DISTINCT " if any(clause.kind == "Distinct" for clause in clauses) else ""
    items = "*" if projection.kind == "ProjectAll" else ", ".join(map(printed, projection.children))
    tail = [printed(clause) for clause in clauses if clause.kind != "Distinct"]
    return " ".join([f"SELECT {distinct}{items} FROM {printed(source)}", *tail])


def _write(node: Node) -> str:
    first, *others = node.children
    if first.kind == "InsertValue":
        return f"INSERT INTO {printed(first.children[0])} VALUE {printed(first.children[1])}"
    if others and others[0].kind == "Delete":
        return " ".join([f"DELETE FROM {printed(first)}", *map(printed, others[1:])])
    return " ".join([f"UPDATE {printed(first)}", *map(printed, others)])


def _expression(node: Node) -> str:
    match node.kind:
        case "Id":
            return '"' + node.text.replace('"', '""') + '"'
        case "String":
            return "'" + node.text.replace("'", "''") + "'"
        case "Number" | "Bool":
            return node.text
        case "Null" | "Missing":
            return node.kind.upper()
        case "Parameter":
            return "?"
        case "Path":
            return printed(node.children[0]) + "".join(map(_step, node.children[1:]))
        case "Member":
            return " : ".join(map(printed, node.children))
        case "Call":
            return f"{node.text}({', '.join(map(printed, node.children))})"
        case "IsType":
            return f"{_operand(node.children[0])} IS {node.text}"
        case "Between":
            operand, lower, upper = map(_operand, node.children)
            return f"{operand} BETWEEN {lower} AND {upper}"
        case "Not" | "Neg" | "Pos":
            sign = {"Not": "NOT", "Neg": "-", "Pos": "+"}[node.kind]
            return f"{sign} {_operand(node.children[0])}"
        case "List" | "Bag" | "Struct":
            opening, closing = _BRACKETS[node.kind]
            return opening + ", ".join(map(printed, node.children)) + closing
        case _:
            return f" {_OPERATOR_BY_OPERATION[node.kind].upper()} ".join(map(_operand, node.children))


def _step(node: Node) -> str:
    return f"[{printed(node.children[0])}]" if node.kind == "Index" else f".{printed(node)}"


def _operand(node: Node) -> str:
    return printed(node) if node.kind in _ATOMS else f"({printed(node)})"
