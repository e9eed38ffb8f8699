"""The operators of the Condition element: how each compares one value of a request with one of the policy.

Source: "IAM JSON policy elements: Condition operators" in the IAM User Guide.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

from slipring.iam.policies import dates
from slipring.iam.policies.arns import compiled_arn
from slipring.iam.policies.wildcards import Matcher, compiled

Compile: TypeAlias = Callable[[str], Matcher | None]
"""From the policy's value to a test of the request's; None if it is no value for the operator."""


@dataclass(frozen=True, slots=True)
class Operator:
    """`negated` operators hold when no value of the policy compares, and when the request lacks the key."""

    compile: Compile
    negated: bool = False
    wildcards: bool = False
    variables: bool = False
    """Whether `${…}` in a value is a variable ("Where you can use policy variables")."""


def exactly(value: str) -> Matcher:
    return value.__eq__


def _ignoring_case(value: str) -> Matcher:
    folded = value.lower()
    return lambda given: given.lower() == folded


_NUMBER = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,3})?", re.ASCII)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _ordered(read: Callable[[str], Decimal | None], compare: Callable[[Any, Any], bool]) -> Compile:
    def compile_(value: str) -> Matcher | None:
        bound = read(value)
        if bound is None:
            return None

        def matches(text: str) -> bool:
            given = read(text)
            return given is not None and compare(given, bound)

        return matches

    return compile_


def _boolean(value: str) -> Matcher | None:
    wanted = value.lower()
    return (lambda given: given.lower() == wanted) if wanted in ("true", "false") else None


def _binary(value: str) -> Matcher | None:
    wanted = _decoded(value)
    return None if wanted is None else lambda given: _decoded(given) == wanted


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _network(value: str) -> Matcher | None:
    try:
        network = ip_network(value, strict=False)
    except ValueError:
        return None
    return lambda given: _within(given, network)


def _within(text: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    return address in network


def _negation(operator: Operator) -> Operator:
    return Operator(operator.compile, True, operator.wildcards, operator.variables)


_STRING = Operator(exactly, variables=True)
_STRING_IGNORING_CASE = Operator(_ignoring_case, variables=True)
_LIKE = Operator(compiled, wildcards=True, variables=True)
_ARN = Operator(compiled_arn, wildcards=True, variables=True)
_IP = Operator(_network)
_COMPARISONS = {"LessThan": lt, "LessThanEquals": le, "GreaterThan": gt, "GreaterThanEquals": ge}


def _comparisons(kind: str, read: Callable[[str], Decimal | None]) -> dict[str, Operator]:
    equal = Operator(_ordered(read, eq))
    return {
        f"{kind}Equals": equal,
        f"{kind}NotEquals": _negation(equal),
        **{kind + name: Operator(_ordered(read, compare)) for name, compare in _COMPARISONS.items()},
    }


NULL = "Null"
"""Asks whether the request has a key at all; it compares nothing, so it is not among the operators."""

OPERATORS: dict[str, Operator] = {
    "StringEquals": _STRING,
    "StringNotEquals": _negation(_STRING),
    "StringEqualsIgnoreCase": _STRING_IGNORING_CASE,
    "StringNotEqualsIgnoreCase": _negation(_STRING_IGNORING_CASE),
    "StringLike": _LIKE,
    "StringNotLike": _negation(_LIKE),
    **_comparisons("Numeric", _number),
    **_comparisons("Date", dates.seconds),
    "Bool": Operator(_boolean, variables=True),
    "BinaryEquals": Operator(_binary),
    "IpAddress": _IP,
    "NotIpAddress": _negation(_IP),
    "ArnEquals": _ARN,
    "ArnLike": _ARN,
    "ArnNotEquals": _negation(_ARN),
    "ArnNotLike": _negation(_ARN),
}
