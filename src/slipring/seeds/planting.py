"""A directory of seeds into a store: all of it or nothing, and each content once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import orjson

from slipring.engine import rows
from slipring.engine.actions import Action
from slipring.engine.catalog import CatalogChanged
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.engine.table import Table, TableRecord
from slipring.iam.caller import Caller
from slipring.model.attribute_values import Item
from slipring.model.errors.base import ApiError
from slipring.model.errors.tree import ResourceNotFoundException
from slipring.operations.items.writes import delete_action, put_action
from slipring.provisioning.asking import Asking, Pause, Refused
from slipring.provisioning.carrying_out import StepFailed, carry_out, plans
from slipring.provisioning.plan import TablePlan
from slipring.seeds.directory import SeedFile, read_directory
from slipring.seeds.errors import SeedError
from slipring.seeds.preparing import Prepared, prepared, provisional
from slipring.storage.contract import StoreError
from slipring.templates import formats
from slipring.templates.desired import DesiredTable, Inputs, TemplateError

R = TypeVar("R")
Call = Callable[[str, bytes, Caller], Awaitable[list[bytes]]]
"""Carries out an operation; see `edge.contract.Api`."""

_ITEMS_PER_COMMIT = 100
_PLANS_MAX = 10
_PLANTED = "Seeds"
"""The member of a table's record that tells the digest of each file that was planted, by the file's name."""


async def plant(engine: Engine, call: Call, caller: Caller, directory: Path, *, again: bool = False) -> list[str]:
    """Make the tables of the templates and write the items of the other files; a line for each file that was planted.

    A file whose content the store has had already is passed over, unless it is to be planted `again`. Raises
    SeedError, and then the items are as they were and no new table is left. A process that is killed midway leaves
    what it has written, and the next one plants the whole again."""
    return await _Planting(engine, call, caller, again).plant(read_directory(directory))


class _Planting:
    """One directory on its way into the store, and what it takes to go back."""

    def __init__(self, engine: Engine, call: Call, caller: Caller, again: bool) -> None:
        self._engine = engine
        self._call = call
        self._caller = caller
        self._again = again
        self._made: list[str] = []
        self._written: list[tuple[str, Change]] = []

    async def plant(self, files: Sequence[SeedFile]) -> list[str]:
        try:
            wanted = await self._wanted_tables([file for file in files if file.is_template])
            todo = await self._plans(wanted)
            seeds = [seed for file in files if not file.is_template and (seed := await self._prepared(file, wanted))]
            return await self._carry_out(wanted, todo, seeds)
        except (ApiError, StoreError, StepFailed, Refused, CatalogChanged) as error:
            raise SeedError(f"{error}{await self._taken_back()}") from None

    async def _wanted_tables(self, files: Sequence[SeedFile]) -> dict[SeedFile, Sequence[DesiredTable]]:
        """The tables of those templates that the store has not had."""
        wanted = {}
        for file in files:
            try:
                template = formats.read(file.text, Inputs(region=self._caller.region, account=self._caller.account))
            except TemplateError as error:
                raise SeedError(f"{file.path}: {error}") from None
            if template.unsupported:
                raise SeedError(f"{file.path}: {template.unsupported[0]}")
            tables = template.tables
            if not all([await self._has_had(table.name, file) for table in tables]):
                wanted[file] = tables
        return wanted

    async def _plans(self, wanted: dict[SeedFile, Sequence[DesiredTable]]) -> list[TablePlan]:
        todo = []
        for file, tables in wanted.items():
            for each in await self._drive(plans(tables)):
                for obstacle in each.obstacles:
                    raise SeedError(f"{file.path}: table {each.name} would have to be replaced: {obstacle}")
                todo.append(each)
        return todo

    async def _prepared(self, file: SeedFile, wanted: dict[SeedFile, Sequence[DesiredTable]]) -> Prepared | None:
        """The items of a file that the store has not had."""
        if await self._has_had(file.table_name, file):
            return None
        coming = {table.name: table for tables in wanted.values() for table in tables}
        table = await self._engine.catalog.find(file.table_name, self._caller.namespace)
        if file.table_name in coming:
            table = provisional(coming[file.table_name])
        if table is None:
            raise SeedError(f"{file.path}: there is no table {file.table_name}")
        return prepared(file, table)

    async def _has_had(self, table_name: str, file: SeedFile) -> bool:
        table = await self._engine.catalog.find(table_name, self._caller.namespace)
        if table is None or self._again:
            return False
        return bool(table.record.get(_PLANTED, {}).get(file.name) == file.digest)

    async def _carry_out(
        self, wanted: dict[SeedFile, Sequence[DesiredTable]], todo: Sequence[TablePlan], seeds: Sequence[Prepared]
    ) -> list[str]:
        for each in todo:
            for step in each.steps:
                await self._drive(carry_out(each.name, step))
                if step.call.operation == "CreateTable":
                    self._made.append(each.name)
        for seed in seeds:
            await self._write(seed)
        for file, tables in wanted.items():
            for table in tables:
                await self._remember(table.name, file)
        for seed in seeds:
            await self._remember(seed.file.table_name, seed.file)
        told = [f"{file.name}: {len(tables)} tables" for file, tables in wanted.items()]
        return told + [f"{seed.file.name}: {len(seed.items)} items" for seed in seeds]

    async def _write(self, seed: Prepared) -> None:
        name = seed.file.table_name
        for start in range(0, len(seed.items), _ITEMS_PER_COMMIT):
            puts = partial(_puts, seed.items[start : start + _ITEMS_PER_COMMIT])
            self._written += [(name, change) for change in await self._commit(name, puts)]

    async def _commit(self, table_name: str, actions: Callable[[Table], list[Action]]) -> list[Change]:
        """Planned again where the table changes meanwhile: a new index is filled, say."""
        for _ in range(_PLANS_MAX):
            table = await self._engine.catalog.table(table_name, self._caller.namespace)
            try:
                return await self._engine.write_all(actions(table))
            except CatalogChanged:
                self._engine.store.refresh()
        raise CatalogChanged

    async def _remember(self, table_name: str, file: SeedFile) -> None:
        def revise(record: TableRecord) -> TableRecord:
            return {**record, _PLANTED: {**record.get(_PLANTED, {}), file.name: file.digest}}

        await self._engine.catalog.change(table_name, self._caller.namespace, revise)

    async def _taken_back(self) -> str:
        """Undo what was done, the newest first; words for what could not be undone."""
        try:
            for name, change in reversed(self._written):
                if name not in self._made:
                    await self._commit(name, partial(_back, change))
            for name in self._made:
                await self._call("DeleteTable", orjson.dumps({"TableName": name}), self._caller)
        except ResourceNotFoundException:
            return ""
        except (ApiError, StoreError, CatalogChanged) as error:
            return f"; nor could what was written be taken back: {error}"
        return ""

    async def _drive(self, asking: Asking[R]) -> R:
        """Have a plan's calls answered by the operations themselves."""
        try:
            wanted = next(asking)
            while True:
                if isinstance(wanted, Pause):
                    await asyncio.sleep(wanted.seconds)
                    wanted = asking.send({})
                    continue
                try:
                    body = await self._call(wanted.operation, orjson.dumps(wanted.parameters), self._caller)
                except ApiError as error:
                    wanted = asking.throw(Refused(error.code, error.message))
                else:
                    answer: dict[str, Any] = orjson.loads(b"".join(body))
                    wanted = asking.send(answer)
        except StopIteration as stop:
            result: R = stop.value
            return result


def _puts(items: Sequence[tuple[Item, int]], table: Table) -> list[Action]:
    return [put_action(table, item, size, None, {}) for item, size in items]


def _back(change: Change, table: Table) -> list[Action]:
    """Makes an item what it was before a change."""
    if change.old_row is None:
        return [delete_action(table, table.key_item(change.key_item), None, {})]
    item = orjson.loads(rows.json(change.old_row))
    return [put_action(table, item, rows.item_bytes(change.old_row), None, {})]
