"""What differs between the servers that speak PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A kind of server."""

    name: str
    settings: Mapping[str, str] = field(default_factory=dict)
    """What each session is set to."""
    rows_per_commit: int = 10_000
    """How many rows one transaction may write."""


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            name="postgresql",
            settings={
                "default_transaction_isolation": "repeatable read",
                # Who waits for a lock for so long may be in a deadlock; trying anew costs less than finding out.
                "lock_timeout": "100ms",
                **_PLANS,
            },
        ),
    )
}
