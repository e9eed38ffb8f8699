"""Reserved words stop a client's expression, so none may be missing and none invented."""

from __future__ import annotations

import pytest

from slipring.model.reserved_words import RESERVED_WORDS, is_reserved


def test_the_list_is_the_developer_guides() -> None:
    """573 words in the guide, from ABORT to ZONE, all letters."""
    assert len(RESERVED_WORDS) == 573
    assert all(word.isalpha() and word.isupper() for word in RESERVED_WORDS)
    assert min(RESERVED_WORDS) == "ABORT"
    assert max(RESERVED_WORDS) == "ZONE"


@pytest.mark.parametrize("word", ["status", "Name", "DATA", "count", "items", "ttl", "year", "FLATTERN", "Innter"])
def test_letter_case_does_not_matter(word: str) -> None:
    assert is_reserved(word)


@pytest.mark.parametrize("word", ["id", "pk", "sk", "attribute_exists", "price", "email", "statuses", ""])
def test_other_words_are_free(word: str) -> None:
    assert not is_reserved(word)
