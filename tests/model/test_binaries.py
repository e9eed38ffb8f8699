"""Base64 as the service reads it: one text for each binary, or a SerializationException."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model import binaries
from slipring.model.errors.tree import SerializationException

REFUSED: list[tuple[Any, str]] = [
    ("a", "Base64 encoded length is expected a multiple of 4 bytes but found: 1"),
    ("YWJj\n", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
    ("YQ=", "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ("YR==", "Invalid last non-pad Base64 character dectected"),
    ("YWJ=", "Invalid last non-pad Base64 character dectected"),
    ("Y-_j", "Invalid base 64 character: '-'"),
    ("Y===", "Invalid base 64 character: '='"),
    ("YQ==YQ==", "Invalid base 64 character: '='"),
    ("AAAA=", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
    ("YWJé", "Invalid base 64 character: 'é'"),
    (True, "only base-64-encoded strings are convertible to bytes"),
    ([], "Unrecognized collection type class java.nio.ByteBuffer"),
    ({}, "Start of structure or map found where not expected"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused(text: Any, message: str) -> None:
    with pytest.raises(SerializationException) as refused:
        binaries.decode(text)
    assert refused.value.message == message


@given(st.binary(max_size=64))
def test_round_trip(raw: bytes) -> None:
    assert binaries.decode(base64.b64encode(raw).decode()) == raw


@given(st.text("ABQgw/+=", max_size=8))
def test_every_accepted_text_is_the_only_one_of_its_binary(text: str) -> None:
    """Keys compare by bytes, items come back as text: two texts for one key would be two faces of one item."""
    try:
        raw = binaries.decode(text)
    except SerializationException:
        return
    assert base64.b64encode(raw).decode() == text
