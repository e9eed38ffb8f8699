"""Planning anew what was planned for a table that changed before the commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from slipring.capacity.metering import count_failed_write
from slipring.engine.actions import Action
from slipring.engine.catalog import CatalogChanged
from slipring.engine.changes import Change
from slipring.engine.engine import Engine
from slipring.model.errors import requests as errors
from slipring.model.errors.tree import ConditionalCheckFailedException

PLANS_MAX = 16
"""How often an operation plans anew because its table changed in between; changes of one table are rare."""


async def is_overtaken(engine: Engine, generation: int) -> bool:
    """Whether the catalog changed since it was of this generation, in any process: what was planned, or refused, may
    have been so by a table that is no more."""
    await engine.store.catch_up()
    return engine.catalog.generation != generation


async def write_planned(engine: Engine, plan: Callable[[], Awaitable[Action]]) -> Change:
    """Commit the action that `plan` makes, for a request whose other writes must not be done again with it.

    Raises what planning and the action raise, InternalServerError if the table keeps changing."""
    for _ in range(PLANS_MAX):
        try:
            action = await plan()
            return await engine.write(action)
        except CatalogChanged:
            engine.store.refresh()
        except ConditionalCheckFailedException as error:
            count_failed_write(action.table, error)
            raise
    raise errors.table_keeps_changing()
