"""Text to a tree of dicts and lists: JSON, several JSON documents in a row, or YAML with CloudFormation's short forms.

YAML is bounded while it is read: an alias costs nothing before the tree is walked, and whoever walks it counts.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from slipring.templates.desired import TemplateError

BYTES_MAX = 64 * 1024 * 1024
"""A plan of Terraform has every attribute of every resource in it."""
YAML_BYTES_MAX = 2 * 1024 * 1024
"""CloudFormation takes 1 MB."""
DEPTH_MAX = 64
NODES_MAX = 200_000
_NUMBER_CHARACTERS_MAX = 64
"""A number of base 60 may be as long as a template, and takes its square to read."""
_SPACE = re.compile(r"\s*")


def parse(text: str) -> list[Any]:
    """The documents of a text. Raises TemplateError."""
    if len(text) > BYTES_MAX:
        raise TemplateError(f"it is longer than {BYTES_MAX >> 20} MiB")
    if text.lstrip()[:1] in ("{", "["):
        return _json(text)
    if len(text) > YAML_BYTES_MAX:
        raise TemplateError(f"it is longer than {YAML_BYTES_MAX >> 20} MiB of YAML")
    return [_yaml(text)]


def _json(text: str) -> list[Any]:
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    documents = []
    place = _after_space(text, 0)
    try:
        while place < len(text):
            document, place = decoder.raw_decode(text, place)
            documents.append(document)
            place = _after_space(text, place)
    except json.JSONDecodeError as error:
        raise TemplateError(f"line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise TemplateError("it is nested too deeply") from None
    except ValueError as error:
        raise TemplateError(str(error)) from None
    return documents


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return place if found is None else found.end()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _yaml(text: str) -> Any:
    try:
        return _Loader(text).get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f"line {mark.line + 1}: "
        raise TemplateError(f"{where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise TemplateError(" ".join(str(error).split())) from None
    except (ValueError, RecursionError) as error:
        raise TemplateError(str(error)) from None


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: no dates, no merges, functions as tags."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth += 1
        self._nodes += 1
        if self._depth > DEPTH_MAX or self._nodes > NODES_MAX:
            raise TemplateError(f"line {self.line + 1}: it is nested too deeply, or too large")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Every mapping comes by here before it is made. Merged mappings may grow without bound, and CloudFormation
        has none."""
        seen = set()
        for key, _ in node.value:
            if key.tag == "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(None, None, "merges are not supported", key.start_mark)
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} stands twice", key.start_mark)
                seen.add(key.value)


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """`!Sub text` is `{"Fn::Sub": text}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _number(loader: _Loader, node: yaml.ScalarNode) -> Any:
    if len(node.value) > _NUMBER_CHARACTERS_MAX:
        raise yaml.constructor.ConstructorError(None, None, "the number is too long", node.start_mark)
    make = loader.construct_yaml_float if node.tag.endswith("float") else loader.construct_yaml_int
    return make(node)


_DATE = "tag:yaml.org,2002:timestamp"
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _DATE]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:int", _number)
_Loader.add_constructor("tag:yaml.org,2002:float", _number)
