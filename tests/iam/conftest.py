"""`place` is one enforcing server, and the command line for its identities, for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.iam.running import Place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("iam"))
    with place.served_apart():
        yield place
