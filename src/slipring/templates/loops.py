"""Fn::ForEach: a part of a template that is written once and stands there several times.

AWS CloudFormation Template Reference, "Fn::ForEach"; the language's RFC 9, which has loops within loops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from slipring.templates.desired import TemplateError
from slipring.templates.documents import DEPTH_MAX, NODES_MAX

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
"""The transform that knows loops."""
_LOOP = "Fn::ForEach::"
_LOOPS_WITHIN_MAX = 6
"""A loop and five within it."""
_CHARACTERS_MAX = 8 * 1024 * 1024
"""Of all that is filled in."""
_PLACE = re.compile(r"([$&])\{([^}]*)\}")
_NO_LETTER = re.compile(r"[^A-Za-z0-9]")


def has_loops(node: Mapping[Any, Any]) -> bool:
    """Whether members of an object are loops."""
    return any(is_loop(name) for name in node)


def is_loop(name: Any) -> bool:
    return isinstance(name, str) and name.startswith(_LOOP)


class Loops:
    """Writes out the loops of one template."""

    def __init__(self, transforms: Sequence[Any], values_of: Callable[[Any], Any]) -> None:
        """`values_of` tells what a loop's collection comes to. The template has these `transforms`."""
        self._are_known = LANGUAGE_EXTENSIONS in transforms
        self._values_of = values_of
        self._nodes = 0
        self._characters = 0

    def written_out(self, node: Mapping[Any, Any], within: int = 0) -> dict[Any, Any]:
        """An object with each of its loops replaced by what it makes; loops further down are left. Raises TemplateError
        and what `values_of` raises."""
        made: dict[Any, Any] = {}
        for name, inner in node.items():
            for each, value in self._rounds(name, inner, within) if is_loop(name) else ((name, inner),):
                if each in made:
                    raise TemplateError(f"{name}: {each} is there already")
                made[each] = value
        return made

    def _rounds(self, name: str, loop: Any, within: int) -> list[tuple[Any, Any]]:
        if not self._are_known:
            raise TemplateError(f"{name} wants the transform {LANGUAGE_EXTENSIONS}")
        if within >= _LOOPS_WITHIN_MAX:
            raise TemplateError(f"{name}: loops are nested too deeply")
        identifier, collection, fragment = loop if isinstance(loop, list) and len(loop) == 3 else (None, None, None)
        if not isinstance(identifier, str) or not isinstance(fragment, dict):
            raise TemplateError(f"{name} wants an identifier, a collection and an object")
        values = self._values_of(collection)
        if not isinstance(values, list) or not all(isinstance(value, str | int) for value in values):
            raise TemplateError(f"{name} wants a list of texts to go through")
        made: list[tuple[Any, Any]] = []
        for value in map(str, values):
            once = self._filled_in(fragment, identifier, value, 0)
            made += self.written_out(once, within + 1).items()
        return made

    def _filled_in(self, node: Any, identifier: str, value: str, depth: int) -> Any:
        """A copy of a fragment for one value: `${identifier}` and a Ref to it are the value, `&{identifier}` are its
        letters and digits."""
        self._nodes += 1
        if self._nodes > NODES_MAX or depth > DEPTH_MAX:
            raise TemplateError("it is nested too deeply, or too large once its loops are written out")
        if isinstance(node, str):
            return self._text(node, identifier, value)
        if isinstance(node, list):
            return [self._filled_in(each, identifier, value, depth + 1) for each in node]
        if not isinstance(node, dict):
            return node
        if node == {"Ref": identifier}:
            return value
        return {
            self._filled_in(name, identifier, value, depth): self._filled_in(each, identifier, value, depth + 1)
            for name, each in node.items()
        }

    def _text(self, text: str, identifier: str, value: str) -> str:
        def at(match: re.Match[str]) -> str:
            if match[2].strip() != identifier:
                return match[0]
            self._characters += len(value)
            if self._characters > _CHARACTERS_MAX:
                raise TemplateError("it is too large once its loops are written out")
            return value if match[1] == "$" else _NO_LETTER.sub("", value)

        return _PLACE.sub(at, text)
