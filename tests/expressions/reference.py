"""A second, naive reading of the developer guide: what conditions and updates mean, to compare the real one with.

Conditions are trees of tuples that are evaluated straight away; values are turned into Python values that compare as
DynamoDB's do. Nothing here uses the code under test.
"""

from __future__ import annotations

import base64
import copy
from fractions import Fraction
from typing import Any

Item = dict[str, Any]
Path = tuple[str | int, ...]


class Refused(Exception):
    """The update doesn't suit the item."""


def plain(value: dict[str, Any]) -> tuple[str, Any]:
    """The type, and a Python value that is equal and ordered as DynamoDB's values of that type are."""
    [(kind, content)] = value.items()
    if kind == "S":
        return kind, content.encode()
    if kind == "N":
        return kind, Fraction(content)
    if kind == "B":
        return kind, base64.b64decode(content)
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(plain({kind[0]: element}) for element in content)
    if kind == "L":
        return kind, [plain(element) for element in content]
    if kind == "M":
        return kind, {key: plain(element) for key, element in content.items()}
    return kind, content


def find(item: Item, path: Path) -> Any:
    """The wire value at a path, or None."""
    value: Any = {"M": item}
    for step in path:
        inner = value.get("M" if isinstance(step, str) else "L")
        if inner is None:
            return None
        value = inner.get(step) if isinstance(step, str) else dict(enumerate(inner)).get(step)
        if value is None:
            return None
    return value


# Conditions


def operand(node: Any, item: Item) -> tuple[str, Any] | None:
    kind, content = node
    if kind == "path":
        found = find(item, content)
        return None if found is None else plain(found)
    if kind == "value":
        return plain(content)
    inner = operand(content, item)
    if inner is None or inner[0] in ("N", "BOOL", "NULL"):
        return None
    size = len(inner[1].decode().encode("utf-16-be")) // 2 if inner[0] == "S" else len(inner[1])
    return "N", Fraction(size)


def evaluate(node: Any, item: Item) -> bool:
    kind, *parts = node
    if kind == "AND":
        return all(evaluate(part, item) for part in parts)
    if kind == "OR":
        return any(evaluate(part, item) for part in parts)
    if kind == "NOT":
        return not evaluate(parts[0], item)
    values = [operand(part, item) for part in parts]
    if kind == "IN":
        return values[0] is not None and values[0] in values[1:]
    if kind == "BETWEEN":
        return _compare("<=", values[1], values[0]) and _compare("<=", values[0], values[2])
    if kind == "attribute_exists":
        return values[0] is not None
    if kind == "attribute_not_exists":
        return values[0] is None
    if kind in ("begins_with", "contains", "attribute_type"):
        return values[0] is not None and values[1] is not None and _relate(kind, values[0], values[1])
    return _compare(kind, values[0], values[1])


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator == "=":
        return left is not None and left == right
    if operator == "<>":
        return left is None or left != right
    if left is None or right is None or left[0] != right[0] or left[0] not in ("S", "N", "B"):
        return False
    a, b = left[1], right[1]
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[operator])


def _relate(function: str, left: tuple[str, Any], right: tuple[str, Any]) -> bool:
    (kind, content), (other, part) = left, right
    if function == "attribute_type":
        return bool(kind == part.decode())
    if function == "begins_with":
        return kind == other and kind in ("S", "B") and bool(content[: len(part)] == part)
    if kind in ("S", "B"):
        return kind == other and part in content
    return kind in ("SS", "NS", "BS", "L") and any(element == right for element in content)


def write(node: Any, values: dict[str, Any]) -> str:
    """The condition as text, with no more parentheses than precedence needs; its values go into `values`."""
    kind, *parts = node
    if kind in ("AND", "OR"):
        return f" {kind} ".join(_write_part(part, kind, values) for part in parts)
    if kind == "NOT":
        return f"NOT {_write_part(parts[0], kind, values)}"
    texts = [write_operand(part, values) for part in parts]
    if kind == "IN":
        return f"{texts[0]} IN ({', '.join(texts[1:])})"
    if kind == "BETWEEN":
        return f"{texts[0]} BETWEEN {texts[1]} AND {texts[2]}"
    if kind[0].isalpha():
        return f"{kind}({', '.join(texts)})"
    return f"{texts[0]} {kind} {texts[1]}"


def _write_part(part: Any, parent: str, values: dict[str, Any]) -> str:
    binding = {"OR": 1, "AND": 2, "NOT": 3}
    text = write(part, values)
    return f"({text})" if binding.get(part[0], 4) < binding[parent] else text


def write_operand(node: Any, values: dict[str, Any]) -> str:
    kind, content = node
    if kind == "path":
        return write_path(content)
    if kind == "size":
        return f"size({write_operand(content, values)})"
    placeholder = f":v{len(values)}"
    values[placeholder] = content
    return placeholder


def write_path(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)[1:]


# Updates: a list of (section, path, operand); an operand is a tree like those of conditions


def update(old: Item, actions: list[tuple[str, Path, Any]]) -> Item:
    """The new item. Raises Refused where the item doesn't suit."""
    item = copy.deepcopy(old)
    removed: list[Path] = []
    appended: list[tuple[Path, Any]] = []
    for section, path, node in actions:
        parent = {"M": old} if len(path) == 1 else find(old, path[:-1])
        if parent is None or ("M" if isinstance(path[-1], str) else "L") not in parent:
            raise Refused
        value = _new_value(section, find(old, path), None if node is None else _result(node, old))
        if value is None:
            removed.append(path)
        elif isinstance(path[-1], int) and path[-1] >= len(parent["L"]):
            appended.append((path, value))
        else:
            _container(item, path)[path[-1]] = copy.deepcopy(value)
    for path, value in sorted(appended, key=lambda pair: (str(pair[0][:-1]), pair[0][-1])):
        _container(item, path).append(copy.deepcopy(value))
    # From the back, so that the indexes before stay what they were.
    for path in sorted(removed, key=lambda path: -path[-1] if isinstance(path[-1], int) else 0):
        container = _container(item, path)
        if find(old, path) is not None:
            del container[path[-1]]
    return item


def _container(item: Item, path: Path) -> Any:
    parent = {"M": item} if len(path) == 1 else find(item, path[:-1])
    return parent["M"] if "M" in parent else parent["L"]


def _new_value(section: str, current: Any, given: Any) -> Any:
    if section == "SET":
        return given
    if section == "REMOVE":
        return None
    if current is None:
        return given if section == "ADD" else None
    [(kind, content)] = given.items()
    if kind not in current:
        raise Refused
    if kind == "N":
        return {"N": _text(Fraction(current["N"]) + Fraction(content))}
    wanted = {plain({kind[0]: element}): element for element in [*current[kind], *content]}
    given_elements = {plain({kind[0]: element}) for element in content}
    if section == "DELETE":
        wanted = {key: element for key, element in wanted.items() if key not in given_elements}
    return {kind: [wanted[key] for key in sorted(wanted)]} if wanted else None


def _result(node: Any, old: Item) -> Any:
    kind, *parts = node
    if kind == "value":
        return parts[0]
    if kind == "if_not_exists":
        found = find(old, parts[0][1])
        return _result(parts[1], old) if found is None else found
    if kind == "path":
        found = find(old, parts[0])
        if found is None:
            raise Refused
        return found
    left, right = _result(parts[0], old), _result(parts[1], old)
    wanted = "L" if kind == "list_append" else "N"
    if wanted not in left or wanted not in right:
        raise Refused
    if kind == "list_append":
        return {"L": left["L"] + right["L"]}
    a, b = Fraction(left["N"]), Fraction(right["N"])
    return {"N": _text(a + b if kind == "+" else a - b)}


def _text(number: Fraction) -> str:
    """The reference only meets numbers with one fraction digit at most."""
    tenths = number * 10
    assert tenths.denominator == 1
    whole, tenth = divmod(abs(tenths.numerator), 10)
    sign = "-" if number < 0 else ""
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"


def write_update(actions: list[tuple[str, Path, Any]], values: dict[str, Any]) -> str:
    sections: dict[str, list[str]] = {}
    for section, path, node in actions:
        text = "" if node is None else write_update_operand(node, values)
        joint = {"SET": " = ", "REMOVE": "", "ADD": " ", "DELETE": " "}[section]
        sections.setdefault(section, []).append(f"{write_path(path)}{joint}{text}")
    return " ".join(f"{section} {', '.join(texts)}" for section, texts in sections.items())


def write_update_operand(node: Any, values: dict[str, Any]) -> str:
    kind, *parts = node
    if kind in ("value", "path"):
        return write_operand(node, values)
    texts = [write_update_operand(part, values) for part in parts]
    return f"{texts[0]} {kind} {texts[1]}" if kind in "+-" else f"{kind}({', '.join(texts)})"
