"""A statement of a request, compiled and bound."""

from __future__ import annotations

from typing import Any

from slipring.partiql import Statement, compile_statement


def bound_statement(request: dict[str, Any]) -> Statement:
    """The statement with its parameters. Raises ValidationException."""
    return compile_statement(request["Statement"]).bind(request.get("Parameters", ()))
