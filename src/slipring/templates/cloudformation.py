"""Tables of a CloudFormation template; those of SAM and of CDK are such templates.

Resources of other services are nobody's business here. AWS CloudFormation Template Reference, "Amazon DynamoDB"; AWS
SAM Developer Guide, "AWS::Serverless::SimpleTable".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slipring.templates import properties
from slipring.templates.desired import DesiredTable, Inputs, Template, TemplateError, Unsupported
from slipring.templates.intrinsics import Scope, Unknown, transforms_of
from slipring.templates.loops import LANGUAGE_EXTENSIONS

_KINDS: Mapping[str, Callable[[dict[str, Any], Inputs], properties.Read]] = {
    "AWS::DynamoDB::Table": properties.table,
    "AWS::DynamoDB::GlobalTable": properties.global_table,
    "AWS::Serverless::SimpleTable": properties.simple_table,
}
_TRANSFORMS = ("AWS::Serverless-2016-10-31", LANGUAGE_EXTENSIONS)


def read(template: Mapping[str, Any], inputs: Inputs) -> Template:
    """Raises TemplateError."""
    return _Reading(template, inputs).template()


class _Reading:
    """One template, on its way to its tables."""

    def __init__(self, template: Mapping[str, Any], inputs: Inputs) -> None:
        resources = template["Resources"]
        if not isinstance(resources, dict):
            raise TemplateError("Resources is not an object")
        self._source = template
        self._inputs = inputs
        self._scope = Scope(template, inputs, self._attribute)
        self._unsupported: list[Unsupported] = []
        self._resources: dict[Any, Any] = {}
        self._resources = self._written_out(resources)

    def template(self) -> Template:
        self._name_transforms()
        tables = [table for name in self._resources if (table := self._table(str(name))) is not None]
        return Template(tables, self._unsupported)

    def _name_transforms(self) -> None:
        for each in transforms_of(self._source):
            if each not in _TRANSFORMS:
                self._note("Transform", f"{str(each)[:80]} would change the template, and is not known here")

    def _written_out(self, resources: dict[Any, Any]) -> dict[Any, Any]:
        """The resources, those that loops make among them."""
        found: dict[Any, Any] = {}
        for name, node in resources.items():
            try:
                made = self._scope.loops.written_out({name: node})
            except Unknown as unknown:
                self._note(str(name), str(unknown))
                continue
            for twice in made.keys() & found.keys():
                raise TemplateError(f"{name}: {twice} is there already")
            found.update(made)
        return found

    def _table(self, name: str) -> DesiredTable | None:
        resource = self._resources[name]
        if name.startswith("Fn::"):
            self._note(name, "would make resources, and is not supported")
            return None
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if not isinstance(kind, str):
            raise TemplateError(f"resource {name} has no type")
        if kind not in _KINDS:
            if kind.startswith("AWS::DynamoDB::"):
                self._note(name, f"{kind} is not supported")
            return None
        try:
            if not self._is_wanted(resource):
                return None
            values = {"TableName": self._name(name), **self._values(name, resource)}
            read = _KINDS[kind](values, self._inputs)
        except Unknown as unknown:
            self._note(name, str(unknown))
            return None
        except TemplateError as error:
            raise TemplateError(f"{name}: {error}") from None
        for part, reason in read.unsupported:
            self._note(f"{name}.{part}", reason)
        return read.table

    def _is_wanted(self, resource: dict[str, Any]) -> bool:
        condition = self._scope.resolve(resource.get("Condition"))
        return condition is None or self._scope.holds(condition)

    def _values(self, name: str, resource: dict[str, Any]) -> dict[str, Any]:
        """The resource's properties, functions resolved, without those that nobody can know."""
        given = resource.get("Properties") or {}
        if not isinstance(given, dict):
            raise TemplateError("Properties is not an object")
        given = {**self._globals(resource["Type"]), **given}
        values = {}
        for member, node in given.items():
            try:
                value = self._scope.resolve(node)
            except Unknown as unknown:
                if member in properties.ESSENTIAL:
                    raise
                self._note(f"{name}.{member}", str(unknown))
            else:
                if value is not None:
                    values[str(member)] = value
        return values

    def _globals(self, kind: str) -> dict[str, Any]:
        """What SAM gives all simple tables."""
        if kind != "AWS::Serverless::SimpleTable":
            return {}
        shared = self._source.get("Globals") or {}
        found = shared.get("SimpleTable") if isinstance(shared, dict) else None
        return found if isinstance(found, dict) else {}

    def _attribute(self, name: str, attribute: str) -> str:
        """What Ref and Fn::GetAtt give of a resource."""
        resource = self._resources.get(name)
        if not isinstance(resource, dict):
            raise TemplateError(f"there is no parameter or resource {name}")
        if resource.get("Type") in _KINDS:
            if attribute == "":
                return self._name(name)
            if attribute == "Arn":
                return f"arn:aws:dynamodb:{self._inputs.region}:{self._inputs.account}:table/{self._name(name)}"
        raise Unknown(f"it depends on {name}{attribute and '.' + attribute}, which is not known here")

    def _name(self, name: str) -> str:
        """A table without a name is named by its logical id. CloudFormation would add the stack and random letters."""
        given = self._resources[name].get("Properties") or {}
        found = self._scope.resolve(given["TableName"]) if isinstance(given, dict) and "TableName" in given else None
        return name if found is None else str(found)

    def _note(self, part: str, reason: str) -> None:
        self._unsupported.append(Unsupported(part, reason))
