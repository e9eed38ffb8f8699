"""What answers requests, put together from the settings: the store, the engine on it, and what goes on beside them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slipring.admin.archive_calls import add_archive_calls
from slipring.admin.calls import AdminCalls
from slipring.admin.clock_calls import FollowClock, add_clock_calls
from slipring.admin.fault_calls import add_fault_calls
from slipring.admin.samples import Samples, by_label
from slipring.admin.snapshot_calls import add_snapshot_calls
from slipring.admin.stored import journal_samples, store_samples, table_samples
from slipring.admin.stream_calls import add_stream_calls
from slipring.admin.trigger_calls import add_trigger_calls, trigger_samples
from slipring.admin.upkeep_calls import add_upkeep_calls
from slipring.clock import Clock, Ids
from slipring.edge.contract import Administer, Api, Ready
from slipring.engine.archive.destinations import Destination
from slipring.engine.archive.opening import open_destination
from slipring.engine.engine import Engine
from slipring.engine.snapshots.saved import Snapshots
from slipring.faults.active import Faults
from slipring.faults.api import Over
from slipring.iam.credentials import OneKeyPair
from slipring.iam.isolation import Isolation
from slipring.model.validation import WORDINGS
from slipring.operations.registry import HANDLERS
from slipring.operations.service import Service
from slipring.settings import Settings
from slipring.storage.backends import open_store
from slipring.storage.contract import Store, StoreError
from slipring.storage.encryption.opening import unlocked
from slipring.storage.sealing import MasterKeyError, Seal
from slipring.triggers.targets import opened
from slipring.triggers.triggers import Triggers
from slipring.upkeep import Upkeep, upkeep_of

if TYPE_CHECKING:
    from slipring.iam.access import Access
    from slipring.operations.access.gate import Gate

logger = logging.getLogger("slipring")

_READY_KEY = b"\x00ready"
"""A key that no keyspace uses: reading it touches the store and finds nothing."""


_CAUGHT_UP_WITHIN_S = 10.0
"""How long a move of the clock waits for the triggers to take what came of it."""


class StartError(Exception):
    """The server cannot start; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """What answers requests, put together."""

    api: Api
    ready: Ready
    administer: Administer
    access: Callable[[], Access]
    """Makes what keeps identities when it is asked for: with auth off hardly anybody does."""
    samples: Callable[[], Samples]
    close: Callable[[], Awaitable[None]]
    engine: Engine
    snapshots: Snapshots
    triggers: Triggers
    over: Over
    """The operations over a store: that of the engine, or another view of it."""
    follow_clock: FollowClock


async def build(settings: Settings, clock: Clock, ids: Ids, faults: Faults | None = None) -> Assembly:
    """Open the store and put the layers on it, in the running event loop. Raises StartError, StoreError,
    MasterKeyError, TargetUnknown, ArchiveError."""
    master_key = settings.master_key_bytes()
    _require_signers(settings, master_key)
    callees = opened(settings.trigger)
    destination = None if settings.archive is None else open_destination(settings.archive)
    store, encrypted = await _begun(settings, master_key, ids)
    if destination is not None and encrypted:
        destination = _sealed(destination, master_key, ids)
    engine = Engine(store, clock, ids, settings.pace(), settings.tables_max, encrypted=encrypted)
    snapshots = Snapshots(engine)
    triggers = Triggers(engine, callees, settings.region)
    upkeep = upkeep_of(engine, settings, ids, destination)
    engine.background.archives = upkeep.archiver is not None
    engine.start()
    triggers.start()
    upkeep.start()

    @cache
    def access() -> Access:
        from slipring.iam.access import access_to

        trust_s = settings.credentials_trusted_s
        return access_to(store, clock, ids, master_key, key_pair(settings), trust_s, secure=settings.secure)

    async def close() -> None:
        if access.cache_info().currsize:
            await access().keyring.stop()
        await upkeep.stop()
        await triggers.stop()
        await engine.stop()
        snapshots.close()
        await store.close()

    try:
        await _begin_access(settings, master_key, access)
    except (MasterKeyError, StoreError):
        await close()
        raise
    gate = None if settings.auth == "off" else _gate(settings, engine)

    def samples() -> Samples:
        denied = {} if gate is None else gate.denied
        if access.cache_info().currsize:
            denied = {**denied, **access().tokens.denied}
        told = {**_engine_samples(engine), **trigger_samples(triggers), **upkeep.samples()}
        return {**told, "slipring_denied_requests_total": by_label(denied)}

    async def follow_clock() -> dict[str, Any]:
        deleted = await engine.follow_clock()
        return {"expired_items": deleted, "triggers_behind": await triggers.caught_up(_CAUGHT_UP_WITHIN_S)}

    calls = _admin_calls(settings, engine, triggers, snapshots, upkeep, follow_clock)
    add_fault_calls(calls, Faults() if faults is None else faults, settings.workers)

    def over(other: Store) -> Api:
        return Service(engine.over(other), HANDLERS, WORDINGS[settings.wording], gate)

    return Assembly(
        api=over(store),
        ready=lambda: store.get(_READY_KEY),
        administer=calls.answer,
        access=access,
        samples=samples,
        close=close,
        engine=engine,
        snapshots=snapshots,
        triggers=triggers,
        over=over,
        follow_clock=follow_clock,
    )


async def _begin_access(settings: Settings, master_key: bytes | None, access: Callable[[], Access]) -> None:
    """Raises StoreError, and MasterKeyError if the secrets in the store are sealed with another."""
    if master_key is not None:
        await access().check_master_key()
    if settings.auth != "off":
        await _warn_of_accounts(settings, access())
        access().keyring.start()


def _engine_samples(engine: Engine) -> Samples:
    return {
        **store_samples(engine.store),
        **table_samples(engine.catalog.usages),
        **journal_samples(engine.background.journal_sizes),
    }


async def _warn_of_accounts(settings: Settings, access: Access) -> None:
    """Say that accounts do not keep callers apart, where somebody may think that they do. Raises StoreError."""
    from slipring.iam.caller import account_of

    if Isolation.named(settings.isolate).by_account:
        return
    accounts = set(await access.directory.accounts(2))
    if key_pair(settings) is not None:
        accounts.add(account_of(settings.access_key_id or ""))
    if len(accounts) > 1:
        logger.warning(
            "there are users or roles of several accounts (%s and others), and isolate is %s: accounts are no boundary,"
            " all of them share all tables. --isolate account keeps them apart",
            min(accounts),
            settings.isolate,
        )


def _require_signers(settings: Settings, master_key: bytes | None) -> None:
    """Raise StartError where requests must be signed and nobody could."""
    if settings.auth == "enforce" and not (master_key or key_pair(settings) or settings.tls_client_ca):
        raise StartError(
            "auth enforce needs access_key_id and secret_access_key, or a master key for the users in the store:"
            " nobody could sign a request"
        )


async def _begun(settings: Settings, master_key: bytes | None, ids: Ids) -> tuple[Store, bool]:
    """The store, ready for use, and whether it is encrypted. Raises StoreError, MasterKeyError."""
    beneath = open_store(settings.store, durability=settings.durability)
    try:
        await beneath.start()
        store = await unlocked(beneath, master_key, ids.secret_bytes, wanted=settings.encryption == "on")
    except (StoreError, MasterKeyError):
        await beneath.close()
        raise
    return store, store is not beneath


def _sealed(destination: Destination, master_key: bytes | None, ids: Ids) -> Destination:
    """An encrypted store's archive."""
    from slipring.engine.archive.sealed import SealedDestination

    assert master_key is not None, "the store was opened with it"
    return SealedDestination(destination, Seal(master_key, ids.secret_bytes))


def _gate(settings: Settings, engine: Engine) -> Gate:
    from slipring.operations.access.gate import Gate

    return Gate(engine, lenient=settings.auth == "warn", secure=settings.secure)


def _admin_calls(
    settings: Settings,
    engine: Engine,
    triggers: Triggers,
    snapshots: Snapshots,
    upkeep: Upkeep,
    follow_clock: FollowClock,
) -> AdminCalls:
    calls = AdminCalls(test_mode=settings.test_mode)
    add_upkeep_calls(calls, engine)
    add_stream_calls(calls, engine)
    add_trigger_calls(calls, triggers)
    add_clock_calls(calls, engine.clock, follow_clock)
    add_snapshot_calls(calls, snapshots)
    add_archive_calls(calls, engine.store, upkeep.archiver)
    return calls


async def plant_seeds(settings: Settings, assembly: Assembly, directory: str, *, again: bool = False) -> list[str]:
    """Put a directory of seeds where callers find it who are nobody in particular; a line for each file. Raises
    SeedError."""
    from slipring.iam.caller import DEFAULT_ACCOUNT, Caller
    from slipring.seeds.planting import plant

    namespace = Isolation.named(settings.isolate).namespace(DEFAULT_ACCOUNT, settings.region)
    caller = Caller("slipring", settings.region, DEFAULT_ACCOUNT, "", namespace)
    return await plant(assembly.engine, assembly.api.call, caller, Path(directory), again=again)


def key_pair(settings: Settings) -> OneKeyPair | None:
    """The key pair of the account's root, if there is one."""
    if settings.access_key_id is None or settings.secret_access_key is None:
        return None
    return OneKeyPair(settings.access_key_id, settings.secret_access_key)
