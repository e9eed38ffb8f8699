"""Code generated from the service model: one function per operation that says whether a request is surely good.

It is written for speed: straight lines, no calls but for patterns and table names, no walk into attribute values. It
may say no to a request that is good (a long attribute name, a number with a fraction), never yes to a bad one, but
for what is inside attribute values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from slipring.model.limits import ATTRIBUTE_NAME_BYTES_MAX
from slipring.model.service import Operation, Shape
from slipring.model.table_names import is_table_name
from slipring.model.validation import facts
from slipring.model.validation.deserialisation import INTEGER_MAX, INTEGER_MIN, LONG_MAX, LONG_MIN

_UTF8_BYTES_PER_CHARACTER_MAX = 4


def compile_check(operation: Operation) -> Callable[[object], bool]:
    """A function from a request to True when it is surely good."""
    writer = _Writer()
    writer.write_operation(operation.input)
    namespace: dict[str, Any] = {"is_table_name": is_table_name, **writer.constants}
    exec(compile("\n".join(writer.lines), f"<check of {operation.name}>", "exec"), namespace)
    check: Callable[[object], bool] = namespace["check"]
    return check


class _Writer:
    """Writes the function's lines. Each `_write_…` method writes statements that return False for a bad value."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}
        self._depth = 1
        self._variables = 0

    def write_operation(self, shape: Shape) -> None:
        self.lines.append("def check(request):")
        self._refuse_if("type(request) is not dict")
        for name in shape.required:
            self._write_member(shape, name, "request")
        if shape.required:
            # Requests that give no more than they must are the most frequent, and need no look at the rest.
            self._line(f"if len(request) == {len(shape.required)}: return True")
        for name in shape.members:
            if name not in shape.required:
                self._write_member(shape, name, "request")
        self._line("return True")

    def _write_member(self, shape: Shape, name: str, structure: str) -> None:
        member = shape.members[name]
        value = self._variable()
        self._line(f"{value} = {structure}.get({name!r})")
        most = facts.LENGTHS_MAX.get((shape.name, name), member.max)
        if name in shape.required:
            self._write_value(member, value, most)
        else:
            self._write_block(f"if {value} is not None:", lambda: self._write_value(member, value, most))

    def _write_value(self, shape: Shape, value: str, most: int | None) -> None:
        if shape.kind == "structure":
            self._write_structure(shape, value)
        elif shape.kind == "list":
            self._write_list(shape, value, most)
        elif shape.kind == "map":
            self._write_map(shape, value, most)
        elif shape.kind == "string":
            self._write_string(shape, value, most)
        elif shape.kind in ("integer", "long"):
            self._write_whole_number(shape, value, most)
        elif shape.kind == "boolean":
            self._refuse_if(f"{value} is not True and {value} is not False")
        elif shape.kind in ("double", "timestamp"):
            self._refuse_if(f"type({value}) is not int and type({value}) is not float")
        else:
            raise NotImplementedError(f"no operation's input has a {shape.kind} outside of attribute values")

    def _write_structure(self, shape: Shape, value: str) -> None:
        self._refuse_if(f"type({value}) is not dict")
        if shape.name != facts.ATTRIBUTE_VALUE:
            for name in shape.members:
                self._write_member(shape, name, value)

    def _write_list(self, shape: Shape, value: str, most: int | None) -> None:
        self._refuse_if(f"type({value}) is not list")
        self._write_length(shape, value, most)
        if shape.element.name != facts.ATTRIBUTE_VALUE:
            element = self._variable()
            self._write_block(
                f"for {element} in {value}:", lambda: self._write_value(shape.element, element, shape.element.max)
            )

    def _write_map(self, shape: Shape, value: str, most: int | None) -> None:
        self._refuse_if(f"type({value}) is not dict")
        self._write_length(shape, value, most)
        if shape.value.name == facts.ATTRIBUTE_VALUE:
            return
        key, content = self._variable(), self._variable()

        def write_pair() -> None:
            self._write_text_constraints(shape.key, key, shape.key.max)
            self._write_value(shape.value, content, shape.value.max)

        self._write_block(f"for {key}, {content} in {value}.items():", write_pair)

    def _write_string(self, shape: Shape, value: str, most: int | None) -> None:
        if shape.enum:
            self._refuse_if(f"{value} not in {shape.enum!r}")
            return
        self._refuse_if(f"type({value}) is not str")
        self._write_text_constraints(shape, value, most)

    def _write_text_constraints(self, shape: Shape, value: str, most: int | None) -> None:
        if shape.name == facts.TABLE_ARN:
            self._refuse_if(f"not is_table_name({value})")
        elif shape.name == facts.ATTRIBUTE_NAME:
            self._refuse_if(f"len({value}) > {ATTRIBUTE_NAME_BYTES_MAX // _UTF8_BYTES_PER_CHARACTER_MAX}")
        else:
            self._write_length(shape, value, most)
            if shape.pattern:
                matches = f"matches_{len(self.constants)}"
                self.constants[matches] = re.compile(facts.python_pattern(shape.pattern)).fullmatch
                self._refuse_if(f"{matches}({value}) is None")

    def _write_length(self, shape: Shape, value: str, most: int | None) -> None:
        if shape.min and most is not None:
            self._refuse_if(f"not {shape.min} <= len({value}) <= {most}")
        elif shape.min:
            self._refuse_if(f"len({value}) < {shape.min}")
        elif most is not None:
            self._refuse_if(f"len({value}) > {most}")

    def _write_whole_number(self, shape: Shape, value: str, most: int | None) -> None:
        least, greatest = (INTEGER_MIN, INTEGER_MAX) if shape.kind == "integer" else (LONG_MIN, LONG_MAX)
        least = least if shape.min is None else shape.min
        greatest = greatest if most is None else most
        self._refuse_if(f"type({value}) is not int or not {least} <= {value} <= {greatest}")

    def _write_block(self, head: str, write_body: Callable[[], None]) -> None:
        self._line(head)
        self._depth += 1
        length = len(self.lines)
        write_body()
        if len(self.lines) == length:
            self._line("pass")
        self._depth -= 1

    def _refuse_if(self, condition: str) -> None:
        self._line(f"if {condition}: return False")

    def _line(self, text: str) -> None:
        self.lines.append("    " * self._depth + text)

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"
