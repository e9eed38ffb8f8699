"""Views for people, in a schema of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slipring.storage.contract import StoreError
from slipring.storage.postgresql.errors import Conflict, ConnectionLost
from slipring.storage.postgresql.sessions import Session
from slipring.storage.postgresql.statements import quoted

_MADE_HERE = "made by slipring sql views"
"""The comment by which our views are known from others."""
_MADE = """
    SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = $1 AND relkind = 'v' AND obj_description(pg_class.oid, 'pg_class') = $2"""


async def replace(session: Session, schema: str, functions: Sequence[str], queries: Mapping[str, str]) -> None:
    """Have exactly these views in a schema, after statements that make the functions that they need, and whatever
    others somebody else made there. Raises StoreError."""
    into = quoted(schema)
    statements = [f"CREATE SCHEMA IF NOT EXISTS {into}"]
    try:
        # Definitions may change in ways in which CREATE OR REPLACE cannot change them.
        statements += [f"DROP VIEW {into}.{quoted(name)}" for (name,) in await session.fetch(_MADE, schema, _MADE_HERE)]
        statements += functions
        for name, query in queries.items():
            statements.append(f"CREATE VIEW {into}.{quoted(name)} AS {query}")
            statements.append(f"COMMENT ON VIEW {into}.{quoted(name)} IS '{_MADE_HERE}'")
        await session.execute(";\n".join(["BEGIN", *statements, "COMMIT"]))
    except (Conflict, ConnectionLost) as error:
        raise StoreError(f"PostgreSQL: {error}") from None
