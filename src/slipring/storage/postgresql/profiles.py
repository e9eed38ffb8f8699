"""What differs between the servers that speak PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_PLANS = {
    # Statements are few, prepared once, and must look keys up one by one whatever the statistics say: those of an
    # empty table would make a plan that reads all of it, and keep it.
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
_LOCKS = {
    # Who waits for a lock for so long may be in a deadlock; trying anew costs less than finding out.
    "lock_timeout": "100ms",
}


class Bounds(NamedTuple):
    """The most that one transaction may write."""

    rows: int
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of server."""

    name: str
    version_min: int
    """The least major version of PostgreSQL that it says it is."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What each session is set to."""
    syncs_as_postgresql: bool = False
    """Whether `synchronous_commit` says when a commit is acknowledged; elsewhere it is always when it is durable."""
    commits_in_one_statement: bool = False
    """Whether one statement may write a table in several ways; else a commit is a transaction of several."""
    begin: str
    """Opens a transaction that writes."""
    after_begin: str = ""
    """What is set within it."""
    begin_view: str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    """Opens a transaction that reads from one view."""
    has_views: bool = True
    """Whether a statement reads all its rows as they were at one moment, whichever machines they are on."""
    holds: str | None = None
    """How a row that must not change before the commit is locked, one row at a time; None if the isolation sees to
    it."""
    grasps: bool = False
    """Whether rows that are to be written are locked first, because the isolation does not see that they changed."""
    buckets: int = 0
    """In how many buckets rows lie (`buckets.layout`), if they do; fixed, once there are rows."""
    stores_plainly: bool = False
    """Whether tables have no storage parameters."""
    after_tables: tuple[str, ...] = ()
    """What to run once the tables are made, {schema} being their schema in quotes."""
    bounds: Bounds | None = None
    """What the server allows one transaction to write, if it has bounds."""


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="postgresql",
            version_min=14,
            settings={"default_transaction_isolation": "repeatable read", **_LOCKS, **_PLANS},
            syncs_as_postgresql=True,
            commits_in_one_statement=True,
            begin="BEGIN ISOLATION LEVEL REPEATABLE READ",
        ),
        Profile(
            # Transactions over several nodes have no common snapshot, so rows are held by locks alone. Row locks over
            # several shards are taken by updates only (Citus documentation, "SQL support and workarounds"). Workers
            # are told what is set within a transaction, and nothing else.
            name="citus",
            version_min=14,
            settings={
                **_LOCKS,
                # With either of these the driver's own look at the catalog takes seconds, once for each connection.
                "jit": "off",
                "citus.override_table_visibility": "off",
                "citus.propagate_set_commands": "local",
                # A view is that of a connection to a worker: so that it stays one, there is one to each.
                "citus.max_adaptive_executor_pool_size": "1",
            },
            syncs_as_postgresql=True,
            begin="BEGIN ISOLATION LEVEL READ COMMITTED",
            after_begin=f"SET LOCAL lock_timeout = '{_LOCKS['lock_timeout']}'",
            has_views=False,
            holds="FOR SHARE",
            grasps=True,
            buckets=128,
            after_tables=tuple(
                f"SELECT create_distributed_table('{{schema}}.{table}', 'h', colocate_with => '{near}')"
                " WHERE NOT EXISTS"
                f" (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = '{{schema}}.{table}'::regclass)"
                for table, near in (("kv", "none"), ("counts", "{schema}.kv"), ("marks", "{schema}.kv"))
            ),
        ),
        Profile(
            # Snapshot isolation that is checked at the commit, and FOR UPDATE for rows that are only read
            # (Aurora DSQL User Guide, "Concurrency control", "Cluster quotas and database limits"; its bounds are 3,000
            # rows and 10 MiB, and how it measures bytes is not told). Two transactions that look at the same guard FOR
            # UPDATE are in each other's way, so it helps that guards have copies.
            name="dsql",
            version_min=14,
            begin="BEGIN ISOLATION LEVEL REPEATABLE READ",
            holds="FOR UPDATE",
            stores_plainly=True,
            buckets=32,
            bounds=Bounds(rows=3000, bytes=9 << 20),
        ),
        Profile(
            name="cockroachdb",
            version_min=13,
            begin="BEGIN ISOLATION LEVEL SERIALIZABLE",
            begin_view="BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY",
            stores_plainly=True,
        ),
        Profile(
            # It spreads a table by its first key column and sorts each part by the second.
            name="yugabytedb",
            version_min=11,
            begin="BEGIN ISOLATION LEVEL SERIALIZABLE",
            stores_plainly=True,
            buckets=32,
        ),
    )
}
