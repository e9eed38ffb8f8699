"""Requests checked against the service model, as the service's framework does before an operation sees them.

`check` is what each request passes through: generated code per operation that says yes to a good request in about a
microsecond. Only when it says no does `explain` walk the request slowly to find the service's words for what is wrong.
The code says no to a few requests that are good after all; `explain` has the last word.

`check` looks at attribute values no closer than that they are in their place. Whoever goes on to read them (see
`model.attribute_values`) meets what is wrong inside; because the framework would have met wrong JSON first, a caller
about to answer with a ValidationException of its own asks `explain` whether another error goes before it.
"""

from __future__ import annotations

from collections.abc import Callable

from slipring.model.errors import validation as errors
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import SerializationException, ValidationException
from slipring.model.service import Operation, operations
from slipring.model.table_names import parse_table_name
from slipring.model.validation import facts
from slipring.model.validation.compilation import compile_check
from slipring.model.validation.constraints import broken_in_structure
from slipring.model.validation.deserialisation import deserialise
from slipring.model.validation.wording import WORDINGS, Wording

__all__ = ["WORDINGS", "Wording", "check", "explain"]

_checks: dict[str, Callable[[object], bool]] = {}


def check(operation: str, request: object) -> None:
    """Raises SerializationException or ValidationException for a request that the framework refuses.

    Numbers with a fraction that stand for integers are cut off in place, as the service does.
    """
    is_good = _checks.get(operation)
    if is_good is None:
        is_good = _checks[operation] = compile_check(operations()[operation])
    if not is_good(request):
        error = explain(operation, request)
        if error is not None:
            raise error


def explain(operation: str, request: object) -> ApiError | None:
    """The error that the framework answers a request with, attribute values included; None for a good request."""
    try:
        return _first_error(operations()[operation], request)
    except (SerializationException, ValidationException) as error:
        return error


def _first_error(operation: Operation, request: object) -> ApiError | None:
    readable = deserialise(operation.input, request)
    for structure, member in facts.PARAMETER_REQUIRED:
        if structure == operation.input.name and readable.get(member) is None:
            return errors.parameter_required(member)
    if readable.get("ConditionalOperator") is not None and operation.name in facts.CONDITIONAL_OPERATOR_FIRST:
        enum = operation.input.members["ConditionalOperator"].enum
        if readable["ConditionalOperator"] not in enum:
            return errors.conditional_operator_unknown()
    table = operation.input.members.get("TableName")
    is_whole = all(readable.get(name) is not None for name in operation.input.required)
    if table is not None and table.name == facts.TABLE_ARN and is_whole and readable.get("TableName") is not None:
        # Nothing else is said when the table's name is wrong and no member is missing (observed).
        if not readable["TableName"] and (operation.input.name, "TableName") in facts.PARAMETER_REQUIRED:
            return errors.empty_table_name()
        parse_table_name(readable["TableName"])
    failures: list[str] = []
    own_error: ApiError | None = None
    for broken in broken_in_structure(operation.input, readable):
        if isinstance(broken, ApiError):
            own_error = own_error or broken
        elif len(failures) < errors.FAILURES_MAX:
            failures.append(broken)
        else:
            break
    return errors.constraints_failed(failures) if failures else own_error
