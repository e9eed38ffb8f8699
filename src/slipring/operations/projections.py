"""A read's projection: ProjectionExpression, or AttributesToGet."""

from __future__ import annotations

from typing import Any

from slipring.expressions import Projection, attributes_to_get, check_mixing, check_usage, compile_projection

_MEMBERS = frozenset(("AttributesToGet", "ExpressionAttributeNames", "ProjectionExpression"))


def plan_projection(operation: str, request: dict[str, Any]) -> Projection | None:
    """The projection of a GetItem, a transaction's Get, or one table's part of a BatchGetItem (`operation` says
    which); None for whole items. Raises ValidationException."""
    if _MEMBERS.isdisjoint(request):
        return None
    check_mixing(operation, request)
    if "AttributesToGet" in request:
        projection = attributes_to_get(request["AttributesToGet"])
        check_usage(operation, request.get("ExpressionAttributeNames"), None, ())
        return projection
    names = request.get("ExpressionAttributeNames")
    text = request.get("ProjectionExpression")
    if text is None:
        check_usage(operation, names, None, ())
        return None
    projection = compile_projection(text, names)
    check_usage(operation, names, None, (projection,))
    return projection
