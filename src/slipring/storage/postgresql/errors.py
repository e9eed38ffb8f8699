"""What the driver's and the server's errors mean to us."""

from __future__ import annotations

import asyncio

import asyncpg

from slipring.storage.contract import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreReadOnly,
    StoreUnavailable,
)


class Conflict(Exception):
    """The transaction did not happen because of another one; it may be tried again."""


class ConnectionLost(Exception):
    """The connection broke. What was under way may have happened or not."""


_CONFLICTS = {
    "22012": "a row is no longer what it was: our own statements divide by zero then",
    "23505": "unique_violation: somebody else put the key",
    "25P02": "in_failed_sql_transaction: it could not go on, which was told before",
    "40001": "serialization_failure",
    "40P01": "deadlock_detected",
    "55P03": "lock_not_available: the lock timeout passed",
    "57014": "query_canceled: the statement timeout passed, or somebody cancelled it",
}
_LOST = ("08", "57P", "40003")
"""Classes and codes whose connection is of no more use: connection exceptions, a server that shuts
down, and one that does not know what became of a statement."""
_KINDS: dict[str, type[StoreError]] = {
    "25006": StoreReadOnly,
    "42501": StoreReadOnly,
    "53000": StoreBusy,
    "53100": StoreFull,
    "53200": StoreBusy,
    "53300": StoreBusy,
    "54000": StoreError,
    "28000": StoreUnavailable,
    "28P01": StoreUnavailable,
    "3D000": StoreUnavailable,
    "XX001": StoreDamaged,
    "XX002": StoreDamaged,
}
_BROKEN = (
    OSError,
    EOFError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.ConnectionDoesNotExistError,
)


def translated(error: Exception) -> Exception:
    """What to raise for an error of a statement."""
    if isinstance(error, asyncpg.PostgresError):
        code = error.sqlstate or ""
        if code in _CONFLICTS:
            return Conflict(_line(error))
        if code.startswith(_LOST) or code == "25006":
            # A server that only reads was demoted: the one that writes is elsewhere.
            return ConnectionLost(_line(error))
        return _KINDS.get(code, StoreError)(f"PostgreSQL: {_line(error)}")
    if isinstance(error, _BROKEN):
        return ConnectionLost(_line(error))
    return error


def refusal(error: Exception, shown: str) -> StoreError:
    """What to raise when no connection could be made."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, asyncpg.PostgresError):
        kind = _KINDS.get(error.sqlstate or "", StoreUnavailable)
        return kind(f"{shown}: {_line(error)}")
    if isinstance(error, asyncio.TimeoutError):
        return StoreUnavailable(f"{shown}: no answer in time")
    return StoreUnavailable(f"{shown}: {_line(error)}")


def _line(error: BaseException) -> str:
    """An error in one line."""
    return " ".join(str(error).split()) or type(error).__name__
