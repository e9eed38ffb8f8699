"""Which kind of template a text is; a door for all kinds."""

from __future__ import annotations

from typing import Any

from slipring.templates import cloudformation, described, terraform, workbench
from slipring.templates.desired import Inputs, Template, TemplateError
from slipring.templates.documents import parse


def read(text: str, inputs: Inputs) -> Template:
    """The tables of a CloudFormation, SAM or CDK template, of what DescribeTable told of one or several tables, of a
    Terraform plan, or of a model of NoSQL Workbench. Raises TemplateError."""
    documents = parse(text)
    try:
        template = _read(documents, inputs)
    except (AttributeError, KeyError, TypeError) as error:
        # A part is of another kind than it should be, where its reader did not look.
        raise TemplateError(f"it is not formed as such a template is ({error})") from None
    if not template.tables and not template.unsupported:
        raise TemplateError("there is no table in it")
    _check_names(template)
    return template


def _read(documents: list[Any], inputs: Inputs) -> Template:
    first = documents[0] if documents else None
    if isinstance(first, dict) and len(documents) == 1:
        if "Resources" in first:
            return cloudformation.read(first, inputs)
        if inputs.parameters:
            raise TemplateError("only CloudFormation's templates have parameters")
        if "planned_values" in first or "terraform_version" in first:
            return terraform.read(first)
        if "DataModel" in first:
            return workbench.read(first)
    descriptions = list(_descriptions(documents))
    if not descriptions or not all("KeySchema" in each for each in descriptions):
        raise TemplateError(
            "it is no template of CloudFormation, no description of tables, no plan of Terraform and no model of"
            " NoSQL Workbench"
        )
    return described.read(descriptions)


def _descriptions(documents: list[Any]) -> list[dict[str, Any]]:
    """Tables as DescribeTable tells of them: alone, in a list, or one after the other."""
    found: list[dict[str, Any]] = []
    for each in documents:
        tables = each.get("Tables", [each]) if isinstance(each, dict) else each
        for table in tables if isinstance(tables, list) else []:
            inner = table.get("Table", table.get("TableDescription", table)) if isinstance(table, dict) else None
            if not isinstance(inner, dict):
                return []
            found.append(inner)
    return found


def _check_names(template: Template) -> None:
    names = [table.name for table in template.tables]
    for name in names:
        if names.count(name) > 1:
            raise TemplateError(f"two tables are called {name}")
