"""CloudFormation's intrinsic functions, as far as they can be known without an account.

AWS CloudFormation User Guide, "Intrinsic function reference". What depends on other resources or stacks is Unknown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from slipring.templates.desired import Inputs, TemplateError
from slipring.templates.documents import DEPTH_MAX, NODES_MAX
from slipring.templates.loops import Loops, has_loops, is_loop

TEXT_CHARACTERS_MAX = 65_536
"""A Sub in a Sub doubles what it is given; no member of a table's definition is nearly as long."""
_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")
_NOTHING = object()
"""AWS::NoValue: what has it is left out."""


class Unknown(Exception):
    """A value that nobody here can know; the message says why."""


class Scope:
    """What a template's functions refer to: its parameters, mappings, conditions and tables."""

    def __init__(self, template: Mapping[str, Any], inputs: Inputs, attribute: Callable[[str, str], str]) -> None:
        """`attribute` tells what `Ref` and `Fn::GetAtt` give of a resource, Ref being the attribute of no name; it
        raises Unknown."""
        self._parameters = _section(template, "Parameters")
        self._mappings = _section(template, "Mappings")
        self._conditions = _section(template, "Conditions")
        self._given = inputs.parameters
        self._attribute = attribute
        self._nodes = 0
        self._depth = 0
        for name in inputs.parameters:
            if name not in self._parameters:
                raise TemplateError(f"there is no parameter {name}")
        self._pseudo = {
            "AWS::AccountId": inputs.account,
            "AWS::NoValue": _NOTHING,
            "AWS::NotificationARNs": [],
            "AWS::Partition": "aws",
            "AWS::Region": inputs.region,
            "AWS::StackId": f"arn:aws:cloudformation:{inputs.region}:{inputs.account}:stack/{inputs.stack}/slipring",
            "AWS::StackName": inputs.stack,
            "AWS::URLSuffix": "amazonaws.com",
        }
        self.loops = Loops(transforms_of(template), self.resolve)

    def resolve(self, node: Any) -> Any:
        """The value of a part of the template; None where that is AWS::NoValue. Raises Unknown, TemplateError."""
        value = self._resolve(node)
        return None if value is _NOTHING else value

    def holds(self, name: Any) -> bool:
        """Whether a condition holds. Raises Unknown, TemplateError."""
        if has_loops(self._conditions):
            self._conditions = self.loops.written_out(self._conditions)
        if not isinstance(name, str) or name not in self._conditions:
            raise TemplateError(f"there is no condition {name}")
        return self._is_true(self._conditions[name])

    def _resolve(self, node: Any) -> Any:
        """In a chain of references, or in a circle, one resolves within the other."""
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise TemplateError("it is too large once its aliases and functions are written out")
        if self._depth >= DEPTH_MAX:
            raise TemplateError("it is nested too deeply, or refers to itself")
        self._depth += 1
        try:
            if isinstance(node, dict):
                return self._mapping(node)
            if isinstance(node, list):
                return [value for each in node if (value := self._resolve(each)) is not _NOTHING]
            return node
        finally:
            self._depth -= 1

    def _mapping(self, node: dict[Any, Any]) -> Any:
        if len(node) == 1:
            name, argument = next(iter(node.items()))
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self, argument)
            if isinstance(name, str) and name.startswith("Fn::") and not is_loop(name):
                raise Unknown(f"{name} is not supported")
        if has_loops(node):
            node = self.loops.written_out(node)
        return {str(name): value for name, each in node.items() if (value := self._resolve(each)) is not _NOTHING}

    def _ref(self, argument: Any) -> Any:
        name = self._resolve(argument)
        if not isinstance(name, str):
            raise TemplateError("Ref wants a name")
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._parameters:
            return self._parameter(name)
        return self._attribute(name, "")

    def _parameter(self, name: str) -> Any:
        declared = self._parameters[name]
        if not isinstance(declared, dict):
            raise TemplateError(f"parameter {name} is not described")
        kind = str(declared.get("Type", "String"))
        if name not in self._given and kind.startswith("AWS::SSM::"):
            raise Unknown(f"parameter {name} is in SSM: give it with --parameter {name}=VALUE")
        value = self._given.get(name, declared.get("Default"))
        if value is None:
            raise TemplateError(f"parameter {name} has no default: give it with --parameter {name}=VALUE")
        allowed = declared.get("AllowedValues")
        if isinstance(allowed, list) and text_of(value) not in map(text_of, allowed):
            raise TemplateError(f"parameter {name} is {text_of(value)!r}, which is not one of its AllowedValues")
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [part.strip() for part in text_of(value).split(",")] if is_list else value

    def _get_attribute(self, argument: Any) -> str:
        parts = argument.split(".", 1) if isinstance(argument, str) else self._resolve(argument)
        if not isinstance(parts, list) or len(parts) != 2 or not all(isinstance(part, str) for part in parts):
            raise TemplateError("Fn::GetAtt wants a resource and an attribute")
        return self._attribute(*parts)

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else self._arguments("Fn::Sub", argument, 2, 2)
        if not isinstance(text, str) or not isinstance(own, dict):
            raise TemplateError("Fn::Sub wants a text, and perhaps a map of variables")
        known = {name: text_of(self._resolve(value)) for name, value in own.items()}
        length = len(text)

        def value_of(match: re.Match[str]) -> str:
            nonlocal length
            literal, name = match[1], match[2].strip()
            if literal:
                return f"${{{match[2]}}}"
            if name not in known:
                whole = {"Ref": name} if "." not in name else {"Fn::GetAtt": name.split(".", 1)}
                known[name] = text_of(self._resolve(whole))
            length += len(known[name])
            _check_length(length)
            return known[name]

        return _VARIABLE.sub(value_of, text)

    def _arguments(self, function: str, argument: Any, least: int, most: int) -> list[Any]:
        if not isinstance(argument, list) or not least <= len(argument) <= most:
            raise TemplateError(f"{function} wants a list of {least if least == most else f'{least} to {most}'}")
        return argument

    def _join(self, argument: Any) -> str:
        separator, parts = self._arguments("Fn::Join", argument, 2, 2)
        values = self._resolve(parts)
        if not isinstance(values, list):
            raise TemplateError("Fn::Join wants a list to join")
        between, texts = text_of(self._resolve(separator)), [text_of(value) for value in values]
        _check_length(len(between) * len(texts) + sum(map(len, texts)))
        return between.join(texts)

    def _split(self, argument: Any) -> list[str]:
        separator, text = (text_of(self._resolve(each)) for each in self._arguments("Fn::Split", argument, 2, 2))
        if not separator:
            raise TemplateError("Fn::Split wants something to split by")
        return text.split(separator)

    def _select(self, argument: Any) -> Any:
        place, values = (self._resolve(each) for each in self._arguments("Fn::Select", argument, 2, 2))
        text = text_of(place)
        if not text.isascii() or not text.isdecimal() or not isinstance(values, list) or int(text[:9]) >= len(values):
            raise TemplateError("Fn::Select wants the number of one of the values of a list")
        return values[int(text)]

    def _find_in_map(self, argument: Any) -> Any:
        arguments = self._arguments("Fn::FindInMap", argument, 3, 4)
        name, *keys = (text_of(self._resolve(each)) for each in arguments[:3])
        found: Any = self._mappings.get(name)
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        if found is not None:
            return self._resolve(found)
        default = arguments[3] if len(arguments) > 3 else None
        if isinstance(default, dict) and "DefaultValue" in default:
            return self._resolve(default["DefaultValue"])
        raise TemplateError(f"there is no {'.'.join([name, *keys])} in the mappings")

    def _if(self, argument: Any) -> Any:
        name, then, otherwise = self._arguments("Fn::If", argument, 3, 3)
        return self._resolve(then if self.holds(name) else otherwise)

    def _length(self, argument: Any) -> int:
        values = self._resolve(argument)
        if not isinstance(values, list):
            raise TemplateError("Fn::Length wants a list")
        return len(values)

    def _to_json_string(self, argument: Any) -> str:
        text = json.dumps(self._resolve(argument), separators=(",", ":"))
        _check_length(len(text))
        return text

    def _is_true(self, node: Any) -> bool:
        value = self._resolve(node)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise TemplateError("a condition is neither true nor false")
        return value

    def _equals(self, argument: Any) -> bool:
        left, right = (self._resolve(each) for each in self._arguments("Fn::Equals", argument, 2, 2))
        return text_of(left) == text_of(right)

    def _and(self, argument: Any) -> bool:
        return all(self._is_true(each) for each in self._arguments("Fn::And", argument, 1, 10))

    def _or(self, argument: Any) -> bool:
        return any(self._is_true(each) for each in self._arguments("Fn::Or", argument, 1, 10))

    def _not(self, argument: Any) -> bool:
        return not self._is_true(self._arguments("Fn::Not", argument, 1, 1)[0])

    def _condition(self, argument: Any) -> Any:
        """A condition that refers to another. In a policy, Condition is a member that has a value of its own."""
        return self.holds(argument) if isinstance(argument, str) else {"Condition": self.resolve(argument)}


def transforms_of(template: Mapping[str, Any]) -> list[Any]:
    """The macros that a template goes through."""
    given = template.get("Transform") or []
    return given if isinstance(given, list) else [given]


def text_of(value: Any) -> str:
    """A value as CloudFormation puts it into text. Raises TemplateError for a list or an object."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TemplateError("a list or an object stands where a text belongs")


def _check_length(characters: int) -> None:
    if characters > TEXT_CHARACTERS_MAX:
        raise TemplateError("a function makes a text that is too long")


def _section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = template.get(name) or {}
    if not isinstance(section, dict):
        raise TemplateError(f"{name} is not an object")
    return section


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Condition": Scope._condition,
    "Fn::And": Scope._and,
    "Fn::Equals": Scope._equals,
    "Fn::FindInMap": Scope._find_in_map,
    "Fn::GetAtt": Scope._get_attribute,
    "Fn::If": Scope._if,
    "Fn::Join": Scope._join,
    "Fn::Length": Scope._length,
    "Fn::Not": Scope._not,
    "Fn::Or": Scope._or,
    "Fn::Select": Scope._select,
    "Fn::Split": Scope._split,
    "Fn::Sub": Scope._sub,
    "Fn::ToJsonString": Scope._to_json_string,
    "Ref": Scope._ref,
}
