"""A table for each test, in a namespace of its own."""

from __future__ import annotations

from typing import Any

import pytest

from sessions import Sessions, create_table


@pytest.fixture
def sessions(ddb: Any) -> Sessions:
    create_table()
    return Sessions()
