"""A store that fails while seeds are planted: what was written is taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from slipring.assembly import build, plant_seeds
from slipring.clock import Ids, SystemClock
from slipring.engine.actions import Action
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.seeds.errors import SeedError
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from tests.seeds.test_seeds import TEMPLATE

Items = list[dict[str, Any]]


def test_items_are_what_they_were_and_new_tables_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fourth commit of items fails: by then two tables have new items, and one item of an old table another
    value."""
    first, second = tmp_path / "first", tmp_path / "second"
    for directory in (first, second):
        directory.mkdir()
    (first / "a.template.yaml").write_text(TEMPLATE)
    (first / "music.jsonl").write_text('{"pk": "000", "x": "old"}')
    (second / "b.template.yaml").write_text(TEMPLATE.replace("music:", "new:"))
    (second / "music.jsonl").write_text("\n".join(f'{{"pk": "{number:03}"}}' for number in range(150)))
    (second / "new.jsonl").write_text("\n".join(f'{{"pk": "{number}"}}' for number in range(150)))
    items, tables = asyncio.run(_planted(first, second, monkeypatch))
    assert items == [b'{"pk":{"S":"000"},"x":{"S":"old"}}']
    assert tables == ["music"]


async def _planted(first: Path, second: Path, patch: pytest.MonkeyPatch) -> tuple[list[bytes], list[str]]:
    settings = Settings(store="memory:")
    assembly = await build(settings, SystemClock(), Ids())
    try:
        await plant_seeds(settings, assembly, str(first))
        commits = 0
        write_all = Engine.write_all

        async def failing(engine: Engine, actions: Sequence[Action], *more: Any) -> list[Change]:
            nonlocal commits
            commits += 1
            if commits == 4:
                raise StoreError("the disk is full")
            return await write_all(engine, actions, *more)

        patch.setattr(Engine, "write_all", failing)
        with pytest.raises(SeedError, match=r"^the disk is full$"):
            await plant_seeds(settings, assembly, str(second))
        table = await assembly.engine.catalog.table("music")
        found = await assembly.engine.store.scan(table.prefix, table.prefix + b"\xff", limit=1000, bytes_max=1 << 30)
        return [row[9:] for _, row in found], await assembly.engine.catalog.names("", "", 10)
    finally:
        await assembly.close()
