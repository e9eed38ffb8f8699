"""The values that a statement holds: literals of every type, and parameters among them.

Source: developer guide, "PartiQL data types for DynamoDB"; of what is refused: the public conformance suite.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from slipring.expressions.syntax import Value
from slipring.model.attribute_values import AttributeValue, normalise_value
from slipring.model.errors import partiql as errors
from slipring.model.errors.tree import ValidationException
from slipring.partiql.lexer import position
from slipring.partiql.parameters import normalise_number
from slipring.partiql.syntax import Node

Parameters = Sequence[AttributeValue]
"""In normal form."""

VALUE_KINDS = frozenset({"String", "Number", "Bool", "Null", "Parameter", "List", "Bag", "Struct"})
"""The nodes that may be values; what they hold must be values too."""

_NO_PARAMETERS: Parameters = ()
_SET_TYPES = {"S": "SS", "N": "NS", "B": "BS"}


class Literals:
    """The values of one statement, each with a placeholder by which conditions and updates know it."""

    __slots__ = ("_built", "_constants", "_text")

    def __init__(self, text: str) -> None:
        """`text` is the statement, for the positions in errors."""
        self._text = text
        self._constants: dict[str, AttributeValue] = {}
        self._built: list[tuple[str, Node]] = []

    def add(self, node: Node) -> Value:
        """Raises ValidationException for a literal that is no value, as far as parameters don't matter."""
        placeholder = f":{len(self._constants) + len(self._built)}"
        if holds_parameter(node):
            self._built.append((placeholder, node))
        else:
            self._constants[placeholder] = build(node, _NO_PARAMETERS, self._text)
        return Value(placeholder)

    def constant(self, value: AttributeValue) -> Value:
        """A value that the statement implies, in normal form."""
        placeholder = f":{len(self._constants) + len(self._built)}"
        self._constants[placeholder] = value
        return Value(placeholder)

    def values(self, parameters: Parameters) -> dict[str, AttributeValue]:
        """All values by placeholder, in normal form. Raises ValidationException for what the parameters make wrong."""
        values = dict(self._constants)
        for placeholder, node in self._built:
            values[placeholder] = build(node, parameters, self._text)
        return values


def holds_parameter(node: Node) -> bool:
    return node.kind == "Parameter" or any(holds_parameter(child) for child in node.children)


def build(node: Node, parameters: Parameters, text: str) -> AttributeValue:
    """The value that a node of the statement `text` stands for, in normal form. Raises ValidationException."""
    value = _build(node, parameters, text, "root")
    if node.kind != "Parameter":
        normalise_value(value)
    return value


def _build(node: Node, parameters: Parameters, text: str, key: str) -> AttributeValue:
    """`key` leads from the attribute's value to this one, for errors."""
    if node.kind == "Parameter":
        return parameters[int(node.text)]
    if node.kind == "List":
        members = enumerate(node.children)
        return {"L": [_build(child, parameters, text, f"{key}[{index}]") for index, child in members]}
    if node.kind == "Struct":
        return {"M": _members(node, parameters, text, key)}
    if node.kind == "Bag":
        return _set(node, parameters, text, key)
    scalar = _SCALARS.get(node.kind)
    if scalar is None:
        raise unsupported(node, text, key)
    return scalar(node.text, key)


def _members(node: Node, parameters: Parameters, text: str, key: str) -> dict[str, AttributeValue]:
    members: dict[str, AttributeValue] = {}
    for name, child in named_members(node, text, key):
        members[name] = _build(child, parameters, text, f"{key}.{name}")
    return members


def named_members(struct: Node, text: str, key: str) -> list[tuple[str, Node]]:
    """The members of a map literal. Raises ValidationException for a key that is no string or comes twice."""
    members: dict[str, Node] = {}
    for member in struct.children:
        name, child = member.children
        if name.kind != "String":
            raise unsupported(name, text, key)
        if name.text in members:
            raise errors.repeated_map_key(name.text, key)
        members[name.text] = child
    return list(members.items())


def _set(node: Node, parameters: Parameters, text: str, key: str) -> AttributeValue:
    if not node.children:
        raise errors.empty_bag()
    elements = [_build(child, parameters, text, f"{key}[{index}]") for index, child in enumerate(node.children)]
    [kind] = elements[0]
    for child, element in zip(node.children, elements, strict=True):
        if kind not in _SET_TYPES or kind not in element:
            raise unsupported(child, text, key)
    return {_SET_TYPES[kind]: [element[kind] for element in elements]}


def unsupported(node: Node, text: str, key: str) -> ValidationException:
    """The error for a node of the statement `text` that is no value; `key` as in `_build`."""
    token = text[node.start : node.start + node.length]
    written = token if node.kind == "Parameter" else node.text or token
    return errors.unsupported_data_type(written, key, position(text, node.start, node.length))


def _number(text: str, key: str) -> AttributeValue:
    try:
        return {"N": normalise_number(text)}
    except ValidationException as error:
        raise errors.number_under(error.message, key) from None


_SCALARS: dict[str, Callable[[str, str], AttributeValue]] = {
    "String": lambda text, key: {"S": text},
    "Number": _number,
    "Bool": lambda text, key: {"BOOL": text == "true"},
    "Null": lambda text, key: {"NULL": True},
}
