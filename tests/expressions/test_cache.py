"""Compiled expressions are kept, but never mistaken for one another, and not without bound."""

from __future__ import annotations

import pytest

from slipring.expressions import compile_condition, compile_filter, compile_projection, compiled
from slipring.model.errors.tree import ValidationException


def test_the_same_text_and_names_are_compiled_once() -> None:
    names = {"#a": "a"}
    assert compile_condition("#a = :v", names) is compile_condition("#a = :v", {"#a": "a"})
    assert compile_projection("a, b", None) is compile_projection("a, b", None)


def test_other_names_or_another_parameter_are_another_expression() -> None:
    """The same text means something else with other names, and its errors name its parameter."""
    first, second = compile_projection("#a", {"#a": "x"}), compile_projection("#a", {"#a": "y"})
    assert (first.top_level, second.top_level) == (("x",), ("y",))
    assert compile_condition("a = :v", None) is not compile_filter("a = :v", None)


def test_what_is_wrong_is_not_remembered_as_right() -> None:
    for _ in range(2):
        with pytest.raises(ValidationException):
            compile_condition("#a = :v", None)
    assert compile_condition("#a = :v", {"#a": "a"}).attributes == {"a"}


def test_a_cache_stays_bounded_and_keeps_what_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that puts its values into the text must not fill the memory, nor push out the others' expressions."""
    monkeypatch.setattr(compiled, "_GENERATION_ENTRIES", 10)
    cache = compiled._Cache(lambda text, names: [text])
    steady = cache.get("steady", None)
    for number in range(100):
        cache.get(f"once {number}", None)
        assert cache.get("steady", None) is steady
        assert len(cache._young) + len(cache._old) <= 20
    assert cache.get("once 1", None) == ["once 1"]


def test_what_is_large_is_not_kept() -> None:
    names = {"#a": "x" * 20_000}
    assert compile_projection("#a", names) is not compile_projection("#a", names)
    assert compile_projection("#a", names).top_level == (names["#a"],)
