"""A stream is complete and in order under several processes also by the statements for other servers that speak
PostgreSQL, which decide otherwise who waits for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.api.test_stream_consumers import follow
from tests.storage.conftest import OTHER_PROFILES


@pytest.mark.parametrize("profile", sorted(OTHER_PROFILES))
def test_every_write_is_met_once_and_in_order(profile: str, tmp_path: Path) -> None:
    follow(f"{profile} statements", tmp_path)
