"""Update expressions, compiled.

An update walks the tree of its paths once and copies only the maps and lists on the way; the old item is never
changed. Every action sees the old item, so the order of actions means nothing, and several actions on one list all
mean its old indexes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from slipring.expressions.actions import Decision, DecisionBinder, action_binder
from slipring.expressions.operands import Values, undefined_value
from slipring.expressions.paths import Branch, Branches, item_selector, tree
from slipring.expressions.syntax import Path
from slipring.expressions.update_parser import UpdateParser
from slipring.model.attribute_values import AttributeValue, Item
from slipring.model.errors import expressions as errors

_NO_VALUES: dict[str, AttributeValue] = {}
_PARAMETER = "UpdateExpression"


class UpdateResult:
    """The item after an update, and the parts of it that ReturnValues asks for."""

    __slots__ = ("_old", "_select", "item")

    def __init__(self, item: Item, old: Item | None, select: Callable[[Item], Item]) -> None:
        self.item = item
        self._old = old
        self._select = select

    def updated_old(self) -> Item:
        """What stood at the update's paths before, nested as in the item; UPDATED_OLD."""
        return {} if self._old is None else self._select(self._old)

    def updated_new(self) -> Item:
        """What stands at the update's paths now. The paths are read as written, so that a list element appended
        at a higher index than it got is not found, as with the service (observed); UPDATED_NEW."""
        return self._select(self.item)


class BoundUpdate:
    """An update with a request's values."""

    __slots__ = ("_decisions", "_select", "attributes", "creates_item")

    def __init__(
        self,
        decisions: list[tuple[str, Decision]],
        select: Callable[[Item], Item],
        attributes: frozenset[str],
        creates_item: bool,
    ) -> None:
        self._decisions = decisions
        self._select = select
        self.attributes = attributes
        """Names of the top-level attributes that the update may change."""
        self.creates_item = creates_item
        """Whether it makes an item where there is none: one that only removes doesn't."""

    def apply(self, old: Item | None, base: Item) -> UpdateResult:
        """The update of `base`: the old item, or its key where there is none. Neither is changed.

        The result's size and nesting are the caller's to check. Raises ValidationException where the item is not
        as the update needs it.
        """
        return UpdateResult(_decide_members(base, self._decisions, base), old, self._select)


class Update:
    """An update expression with its names resolved and its values still open."""

    __slots__ = (
        "_binders",
        "_select",
        "attributes",
        "creates_item",
        "named",
        "names_used",
        "placeholders",
        "values_used",
    )

    parameter = _PARAMETER

    def __init__(
        self,
        entries: Iterable[tuple[Path, DecisionBinder]],
        *,
        creates_item: bool,
        names_used: Iterable[str] = (),
        values_used: Iterable[str] = (),
        reads: Iterable[str] = (),
    ) -> None:
        """`reads` are names of attributes that the right sides look at.

        Raises ValidationException where paths overlap or conflict."""
        roots = tree(_PARAMETER, entries)
        self.attributes = frozenset(map(str, roots))
        """As in BoundUpdate, like `creates_item`."""
        self.named = self.attributes.union(reads)
        """Names of the top-level attributes that the update changes or looks at."""
        self.creates_item = creates_item
        self.names_used = frozenset(names_used)
        self.placeholders = tuple(values_used)
        """Of the values, in order of appearance; `values_used` are the same as a set."""
        self.values_used = frozenset(self.placeholders)
        self._binders = [(str(name), _branch_binder(branch)) for name, branch in roots.items()]
        self._select = item_selector(roots)

    def bind(self, values: Values | None) -> BoundUpdate:
        """The update with a request's (normalised) values.

        Raises ValidationException for a value that is not defined, and for operands whose type is wrong whatever
        the item.
        """
        if values is None:
            values = _NO_VALUES
        if not self.values_used <= values.keys():
            raise undefined_value(_PARAMETER, self.placeholders, values)
        decisions = [(name, bind(values)) for name, bind in self._binders]
        return BoundUpdate(decisions, self._select, self.attributes, self.creates_item)


def parse_update(text: str, names: Mapping[str, str]) -> Update:
    """Raises ValidationException for whatever is wrong before values are looked at."""
    parser = UpdateParser(_PARAMETER, text, names)
    actions = parser.parse()
    return Update(
        [(action.path, action_binder(action, _PARAMETER)) for action in actions],
        creates_item=any(action.section in ("SET", "ADD") for action in actions),
        names_used=parser.names_used,
        values_used=parser.values_used,
        reads=parser.attributes,
    )


def _branch_binder(branch: Branch[DecisionBinder]) -> DecisionBinder:
    if branch.leaf is not None:
        return branch.leaf
    if isinstance(next(iter(branch.branches)), str):
        return _map_binder(branch.branches)
    return _list_binder(branch.branches)


def _map_binder(branches: Branches[DecisionBinder]) -> DecisionBinder:
    binders = [(str(key), _branch_binder(branch)) for key, branch in branches.items()]

    def bind(values: Values) -> Decision:
        decisions = [(key, binder(values)) for key, binder in binders]

        def decide(current: AttributeValue | None, item: Item) -> AttributeValue:
            members = None if current is None else current.get("M")
            if members is None:
                raise errors.update_path_invalid()
            return {"M": _decide_members(members, decisions, item)}

        return decide

    return bind


def _decide_members(members: Item, decisions: list[tuple[str, Decision]], item: Item) -> Item:
    changed = members.copy()
    for name, decide in decisions:
        value = decide(members.get(name), item)
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = value
    return changed


def _list_binder(branches: Branches[DecisionBinder]) -> DecisionBinder:
    binders = [(int(index), _branch_binder(branch)) for index, branch in branches.items()]
    binders.sort(key=lambda pair: pair[0])

    def bind(values: Values) -> Decision:
        decisions = [(index, binder(values)) for index, binder in binders]

        def decide(current: AttributeValue | None, item: Item) -> AttributeValue:
            elements = None if current is None else current.get("L")
            if elements is None:
                raise errors.update_path_invalid()
            return {"L": _decide_elements(elements, decisions, item)}

        return decide

    return bind


def _decide_elements(
    elements: list[AttributeValue], decisions: list[tuple[int, Decision]], item: Item
) -> list[AttributeValue]:
    """What is set beyond the end is appended in the order of its indexes, whatever gaps there are."""
    changed: list[AttributeValue | None] = [*elements]
    for index, decide in decisions:
        if index < len(elements):
            changed[index] = decide(elements[index], item)
        else:
            changed.append(decide(None, item))
    return [element for element in changed if element is not None]
