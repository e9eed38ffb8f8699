"""docs/differences.md names every operation that Slipring does not have, and none that it has."""

from __future__ import annotations

import re
from pathlib import Path

from slipring.model.service import operations
from slipring.operations.registry import HANDLERS

PAGE = Path(__file__).parent.parent / "docs" / "differences.md"
SECTION = "## Operations that are not there yet"


def named_operations() -> list[str]:
    """The first column of the section's table."""
    section = PAGE.read_text().partition(SECTION)[2].partition("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return [name for cell in cells for name in re.findall(r"\b[A-Z][A-Za-z]+\b", cell)]


def test_every_operation_is_there_or_on_the_page() -> None:
    """A new botocore with a new operation fails here until somebody decides what to do about it."""
    assert operations().keys() - HANDLERS.keys() == set(named_operations())


def test_no_operation_is_on_the_page_twice() -> None:
    assert len(named_operations()) == len(set(named_operations()))


def test_every_handler_is_for_an_operation() -> None:
    """A name that the model lacks could never be called."""
    assert HANDLERS.keys() <= operations().keys()
