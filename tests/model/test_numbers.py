"""Numbers: canonical texts, order, size and arithmetic over the whole range of 38 digits."""

from __future__ import annotations

import re
from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.model import numbers
from slipring.model.errors.tree import ValidationException
from tests.model.strategies import numbers as number_texts

NINES = "9" * 38
LARGEST = "9." + "9" * 37 + "E+125"

# What the service returned for each text in the public conformance suite, and the same rules at their edges.
CANONICAL = {
    "0": "0",
    "-0": "0",
    "-0.00e5": "0",
    "0e125": "0",
    "1e+00000000000000000000000000002": "100",
    "00042": "42",
    "1.0": "1",
    "3.1400": "3.14",
    "1.5E2": "150",
    "1E2": "100",
    "+7": "7",
    ".5": "0.5",
    "5.": "5",
    "-1.50": "-1.5",
    "1E-3": "0.001",
    "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
    "1E-130": "0." + "0" * 129 + "1",
    LARGEST: NINES + "0" * 88,
    "1" + "0" * 60: "1" + "0" * 60,
}


@pytest.mark.parametrize(("text", "canonical"), CANONICAL.items())
def test_normalise_known_forms(text: str, canonical: str) -> None:
    """Clients compare numbers as strings, so they must come back in the one form the service uses."""
    assert numbers.normalise(text) == canonical


@given(number_texts())
def test_normalise_keeps_the_value(text: str) -> None:
    """Whatever the notation, no digit is lost."""
    assert Decimal(numbers.normalise(text)) == Decimal(text)


@given(number_texts())
def test_canonical_form_is_plain_and_stable(text: str) -> None:
    """No exponent, no needless zero, and normalising again changes nothing: equal numbers are equal texts."""
    canonical = numbers.normalise(text)
    assert re.fullmatch(r"0|-?(0|[1-9]\d*)(\.\d*[1-9])?", canonical)
    assert canonical != "-0"
    assert numbers.normalise(canonical) == canonical


NOT_NUMBERS = [
    "abc",
    " 1",
    "1 ",
    "1,5",
    "e1",
    "1e",
    "1e+",
    "--1",
    ".",
    "-",
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "²",
    "٣",
]


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_not_a_number(text: str) -> None:
    """Python's own idea of a number (underscores, other digits, NaN) must not leak in."""
    with pytest.raises(ValidationException) as refused:
        numbers.normalise(text)
    assert refused.value.message == f"The parameter cannot be converted to a numeric value: {text}"


def test_empty_text_is_named_without_a_value() -> None:
    with pytest.raises(ValidationException) as refused:
        numbers.normalise("")
    assert refused.value.message == "The parameter cannot be converted to a numeric value"


OUT_OF_RANGE = [
    ("1" * 39, "Attempting to store more than 38 significant digits in a Number"),
    ("0." + "1" * 39, "Attempting to store more than 38 significant digits in a Number"),
    ("1E+126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("-1E+126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    ("-1E-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    # Public suite: exponents are read with 64 bits, and zero is judged by the exponent that it is written with.
    ("1e99999999999", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("1e-99999999999", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
    ("1e9223372036854775808", "The parameter cannot be converted to a numeric value: 1e9223372036854775808"),
    ("0e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
    ("0e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
]


@pytest.mark.parametrize(("text", "message"), OUT_OF_RANGE)
def test_out_of_range(text: str, message: str) -> None:
    with pytest.raises(ValidationException) as refused:
        numbers.normalise(text)
    assert refused.value.message == message


def test_a_body_full_of_digits_is_refused_quickly() -> None:
    """Turning millions of digits into an integer takes minutes; a request must not be able to ask for it."""
    for text in ("1" * 4_000_000, "1e" + "9" * 4_000_000, "0." + "0" * 4_000_000 + "1"):
        with pytest.raises(ValidationException):
            numbers.normalise(text)


@given(st.lists(number_texts(), min_size=2, max_size=8))
def test_sort_keys_order_by_value(texts: list[str]) -> None:
    """Sort keys of type N are kept in this order, over 256 powers of ten and both signs."""
    canonical = [numbers.normalise(text) for text in texts]
    assert sorted(canonical, key=numbers.sort_key) == sorted(canonical, key=Decimal)


@given(number_texts(), st.integers(-5, 5))
def test_sort_keys_of_neighbours(text: str, steps: int) -> None:
    """Numbers that differ in the last place only, where a mistake in the packing of digits would show."""
    first = numbers.normalise(text)
    moved = Decimal(first) + steps * Decimal(1).scaleb(Decimal(first).adjusted() - 37)
    try:
        second = numbers.normalise(format(moved.normalize(Context(prec=38)), "f"))
    except ValidationException:
        return
    keys = numbers.sort_key(first), numbers.sort_key(second)
    assert (keys[0] < keys[1]) == (Decimal(first) < Decimal(second))
    assert (keys[0] == keys[1]) == (first == second)


@given(number_texts(), number_texts())
def test_no_sort_key_is_a_prefix_of_another(first: str, second: str) -> None:
    """Keys are laid side by side: if one could begin another, two different keys could make the same bytes."""
    first, second = numbers.normalise(first), numbers.normalise(second)
    if first != second:
        assert not numbers.sort_key(first).startswith(numbers.sort_key(second))


# Sizes measured at the service's 400 KB limit or through consumed capacity, and their mirror images.
SIZES = {
    "0": 1,
    "1": 2,
    "27": 2,
    "-27": 3,
    "461": 3,
    "100": 2,
    "1e125": 2,
    "0.05": 2,
    "1.05": 3,
    "100.5": 4,
    "9" * 38: 20,
    "9." + "9" * 37: 21,
    "-9." + "9" * 37: 22,
}


@pytest.mark.parametrize(("text", "size"), SIZES.items())
def test_size(text: str, size: int) -> None:
    """The size decides the capacity consumed and the 400 KB limit, so it follows the service's, not the text's."""
    assert numbers.size_bytes(numbers.normalise(text)) == size


@given(number_texts())
def test_size_bounds(text: str) -> None:
    """1 to 22 bytes, and a sign is one byte."""
    canonical = numbers.normalise(text)
    assert 1 <= numbers.size_bytes(canonical) <= 22
    if canonical not in ("0",) and canonical[0] != "-":
        assert numbers.size_bytes("-" + canonical) == numbers.size_bytes(canonical) + 1


@given(number_texts(), number_texts())
def test_arithmetic_is_exact_or_refused(first: str, second: str) -> None:
    """A counter must never drift: a result is exact to 38 digits, or it is refused."""
    first, second = numbers.normalise(first), numbers.normalise(second)
    wide = Context(prec=400)
    for operate, exact in (
        (numbers.add, wide.add(Decimal(first), Decimal(second))),
        (numbers.subtract, wide.subtract(Decimal(first), Decimal(second))),
    ):
        digits = len(exact.normalize(wide).as_tuple().digits)
        if digits <= 38 and (not exact or -130 <= exact.adjusted() <= 125):
            assert Decimal(operate(first, second)) == exact
        else:
            with pytest.raises(ValidationException):
                operate(first, second)


def test_arithmetic_overflow_has_the_services_words() -> None:
    largest = numbers.normalise(LARGEST)
    with pytest.raises(ValidationException) as refused:
        numbers.add(largest, numbers.normalise("1E+125"))
    assert refused.value.message == (
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )


def test_decimals_that_binary_fractions_lose() -> None:
    assert numbers.add("0.1", "0.2") == "0.3"
    assert numbers.subtract("0.3", "0.1") == "0.2"
    assert numbers.subtract("5", "5") == "0"
