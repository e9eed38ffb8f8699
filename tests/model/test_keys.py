"""Key encodings: the order of the bytes is DynamoDB's order, and no two keys share their bytes."""

from __future__ import annotations

import base64
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model import keys, numbers
from tests.model.strategies import numbers as number_texts

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
# Zero and one are the bytes that escaping is about, FF the one that a successor has to carry over.
raws = st.lists(st.sampled_from([0, 1, 2, 254, 255]), max_size=6).map(bytes)


def binary(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    ("type", "value", "encoded"),
    [
        ("S", "", "0001"),
        ("S", "a\0b", "6100ff620001"),
        ("B", "AP8=", "00ffff0001"),
        # Sign 3, exponent 2 + 130, digits 1 2 3 as nibbles one higher, the end nibble; and their mirror image.
        ("N", "123", "03842340"),
        ("N", "-123", "017bdcbf"),
        ("N", "0", "02"),
    ],
)
def test_encodings_are_fixed(type: keys.KeyType, value: str, encoded: str) -> None:
    """Data on disk is found by these bytes: a change needs a new version of the stored form."""
    assert keys.encode(type, value) == bytes.fromhex(encoded)


@given(texts, texts)
def test_strings_sort_by_their_utf8_bytes(first: str, second: str) -> None:
    assert (keys.encode("S", first) < keys.encode("S", second)) == (first.encode() < second.encode())


@given(raws, raws)
def test_binaries_sort_by_unsigned_bytes(first: bytes, second: bytes) -> None:
    assert (keys.encode("B", binary(first)) < keys.encode("B", binary(second))) == (first < second)


@given(raws, raws, raws, raws)
def test_pairs_sort_by_the_first_then_the_second(a: bytes, b: bytes, c: bytes, d: bytes) -> None:
    """A partition's items lie together, sorted: the encodings may simply be put one after the other."""
    left = keys.encode("B", binary(a)) + keys.encode("B", binary(b))
    right = keys.encode("B", binary(c)) + keys.encode("B", binary(d))
    assert (left < right) == ((a, b) < (c, d))
    assert (left == right) == ((a, b) == (c, d))


@given(raws, raws)
def test_no_encoding_is_a_prefix_of_another(first: bytes, second: bytes) -> None:
    if first != second:
        assert not keys.encode("B", binary(first)).startswith(keys.encode("B", binary(second)))


@given(number_texts())
def test_numbers_use_their_sort_key(text: str) -> None:
    canonical = numbers.normalise(text)
    assert keys.encode("N", canonical) == numbers.sort_key(canonical)


@given(raws, raws)
def test_escape_finds_what_begins_with(value: bytes, prefix: bytes) -> None:
    """begins_with on a sort key is a range of keys: it must hold exactly the values that begin so."""
    found = keys.encode("B", binary(value)).startswith(keys.escape("B", binary(prefix)))
    assert found == value.startswith(prefix)


@given(texts, texts)
def test_escape_of_strings(value: str, prefix: str) -> None:
    found = keys.encode("S", value).startswith(keys.escape("S", prefix))
    assert found == value.encode().startswith(prefix.encode())


@given(raws.filter(lambda raw: bool(raw.rstrip(b"\xff"))), raws)
def test_successor_ends_the_range_of_a_prefix(prefix: bytes, other: bytes) -> None:
    """prefix <= x < successor(prefix) holds exactly for what starts with the prefix."""
    assert (prefix <= other < keys.successor(prefix)) == other.startswith(prefix)
    assert prefix <= prefix + other < keys.successor(prefix)


@pytest.mark.parametrize("prefix", [b"", b"\xff", b"\xff\xff"])
def test_no_successor(prefix: bytes) -> None:
    with pytest.raises(ValueError, match="FF"):
        keys.successor(prefix)


def test_partition_hash_is_fixed() -> None:
    """Where an item is stored depends on it, so it is the low half of CRC-32 for ever (check value CBF43926)."""
    assert keys.partition_hash(b"123456789") == bytes.fromhex("3926")


def test_partition_hash_spreads_similar_keys() -> None:
    """Sequential ids are the usual keys; parallel segments and partitions are ranges of the hash."""
    hashes = (keys.partition_hash(keys.encode("S", f"user#{number}")) for number in range(16_000))
    buckets = Counter(each[0] >> 4 for each in hashes)
    assert len(buckets) == 16
    assert all(800 < count < 1200 for count in buckets.values())
