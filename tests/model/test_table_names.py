"""Table names and the ARNs that may stand for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model.errors.tree import ValidationException
from slipring.model.table_names import is_table_name, parse_table_name

PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"


@pytest.mark.parametrize("name", ["abc", "A.b-c_9", "a" * 255, "..."])
def test_names(name: str) -> None:
    assert parse_table_name(name) == (name, None, None)


@pytest.mark.parametrize(
    ("arn", "parsed"),
    [
        ("arn:aws:dynamodb:us-east-1:123456789012:table/Music", ("Music", "us-east-1", "123456789012")),
        ("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/a.b", ("a.b", "cn-north-1", "123456789012")),
        ("arn:aws:dynamodb:local:000000000000:table/abc", ("abc", "local", "000000000000")),
    ],
)
def test_arns(arn: str, parsed: tuple[str, str, str]) -> None:
    """Any region: clients of a local server sign with regions that AWS doesn't have."""
    assert parse_table_name(arn) == parsed


def failed(value: str, *constraints: str) -> str:
    errors = "validation error" if len(constraints) == 1 else "validation errors"
    failures = "; ".join(f"Value '{value}' at 'tableName' failed to satisfy constraint: {each}" for each in constraints)
    return f"{len(constraints)} {errors} detected: {failures}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", failed("", "Member must have length greater than or equal to 1")),
        ("ab", failed("ab", "Member must have length greater than or equal to 3")),
        ("a" * 256, failed("a" * 256, "Member must have length less than or equal to 255")),
        ("bad table!@#", failed("bad table!@#", PATTERN)),
        ("x!", failed("x!", PATTERN, "Member must have length greater than or equal to 3")),
        ("abc\n", failed("abc\n", PATTERN)),
    ],
)
def test_bad_names(name: str, message: str) -> None:
    """The conformance suite has these words from the service, for item and table operations alike."""
    with pytest.raises(ValidationException) as refused:
        parse_table_name(name)
    assert refused.value.message == message


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:dynamodb:us-east-1:123456789012:table/Music/index/i",
        "arn:aws:dynamodb:us-east-1:123456789012:table/ab",
        "arn:aws:dynamodb:us-east-1:1234:table/Music",
        "arn:aws:s3:us-east-1:123456789012:table/Music",
        "arn:aws:dynamodb:us-east-1:123456789012:table/" + "a" * 1024,
        "arn:",
    ],
)
def test_bad_arns(arn: str) -> None:
    """An index's or another service's ARN names no table; the service answers with a ValidationException too."""
    with pytest.raises(ValidationException, match="TableArn"):
        parse_table_name(arn)


@given(st.text("ab!:/.-" + "0é", max_size=6))
def test_is_table_name_agrees_with_parsing(value: str) -> None:
    """The generated checks ask the one, operations use the other."""
    try:
        parse_table_name(value)
    except ValidationException:
        assert not is_table_name(value)
    else:
        assert is_table_name(value)
