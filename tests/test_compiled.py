"""What the optional compiled build is made of. That build itself is tested by whoever makes it: `make fast`."""

from __future__ import annotations

from pathlib import Path

import compiled
import pytest

import slipring


@pytest.mark.parametrize("module", compiled.MODULES)
def test_a_compiled_module_is_there_and_is_what_mypyc_compiles(module: str) -> None:
    """A moved module, or one that gained a dataclass with slots, would break a build that nobody makes every day."""
    source = (Path(slipring.__file__).parent / f"{module}.py").read_text()
    assert "slots=True" not in source
