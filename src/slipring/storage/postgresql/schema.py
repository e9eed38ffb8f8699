"""The tables of the store: made, and brought to the format of this version, step by step.

Every step may run twice and beside others that run it too; the format is raised after its step. Steps hold no data
back: DDL stands apart from DML, as some servers want it.
"""

from __future__ import annotations

from collections.abc import Sequence

from asyncpg import Connection, PostgresError
from asyncpg.exceptions import UndefinedTableError

from slipring.storage.contract import StoreError, StoreTooNew
from slipring.storage.postgresql.profiles import Profile
from slipring.storage.postgresql.statements import Statements, escaped

_AT_ONCE = frozenset(("23505", "40001", "40P01", "42P06", "42P07", "42710", "55P03", "XX000"))
"""What one may be told who makes a thing at the same moment as somebody else, IF NOT EXISTS or not; XX000 is a tuple
that was concurrently updated in the server's own catalog."""
_TRIES = 20


def _steps(schema: str, profile: Profile) -> Sequence[Sequence[str]]:
    """What leads from each format to the next; the first makes everything."""

    def filled(percent: int) -> str:
        """Pages keep room for new versions of their rows."""
        return "" if profile.stores_plainly else f" WITH (fillfactor = {percent})"

    bucket, leading = ("h int NOT NULL, ", "h, ") if profile.buckets else ("", "")
    # Items are compact, and reads splice them as they are: compressing costs time and saves little.
    uncompressed = f"ALTER TABLE {schema}.kv ALTER COLUMN v SET STORAGE EXTERNAL"
    return (
        (
            f"CREATE TABLE IF NOT EXISTS {schema}.kv"
            f" ({bucket}n bigint NOT NULL, k bytea, rest bytea, v bytea, PRIMARY KEY ({leading}k)){filled(85)}",
            *(() if profile.stores_plainly else (uncompressed,)),
            f"CREATE TABLE IF NOT EXISTS {schema}.counts"
            f" ({bucket}a bigint NOT NULL, b bigint NOT NULL, slot smallint, k bytea, rest bytea,"
            f" PRIMARY KEY ({leading}k, slot)){filled(50)}",
            f"CREATE TABLE IF NOT EXISTS {schema}.marks"
            f" ({bucket}p bigint, n bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(),"
            f" PRIMARY KEY ({leading}p)){filled(20)}",
            *(statement.format(schema=escaped(schema)) for statement in profile.after_tables),
        ),
    )


class Schema:
    """The schema of one store."""

    def __init__(self, statements: Statements, profile: Profile, name: str) -> None:
        self._schema = statements.schema
        self._profile = profile
        self._name = name

    @property
    def format(self) -> int:
        """The format of this version."""
        return len(_steps(self._schema, self._profile))

    async def prepare(self, connection: Connection) -> int:
        """Bring the schema to this version's format; the format it had before, 0 if there was none.

        Raises StoreTooNew, StoreError, and what the driver raises."""
        check_server(connection, self._profile.version_min)
        found = await self._found(connection)
        if found > self.format:
            raise StoreTooNew(
                f"the schema {self._name!r} has format {found}; this version of Slipring knows {self.format}"
            )
        if found < self.format:
            if not found:
                await self._run(connection, f"CREATE SCHEMA IF NOT EXISTS {self._schema}")
                await self._run(
                    connection, f"CREATE TABLE IF NOT EXISTS {self._schema}.meta (name text PRIMARY KEY, value text)"
                )
            for step in _steps(self._schema, self._profile)[found:]:
                for statement in step:
                    await self._run(connection, statement)
            await self._note(connection, "profile", self._profile.name)
            await self._note(connection, "format", str(self.format))
        await self._check_profile(connection)
        return found

    async def _found(self, connection: Connection) -> int:
        try:
            found = await connection.fetchval(f"SELECT value FROM {self._schema}.meta WHERE name = 'format'")
        except (UndefinedTableError, PostgresError) as error:
            if error.sqlstate in ("42P01", "3F000"):
                return 0
            raise
        return int(found or 0)

    async def _check_profile(self, connection: Connection) -> None:
        made_for = await connection.fetchval(f"SELECT value FROM {self._schema}.meta WHERE name = 'profile'")
        if made_for != self._profile.name:
            raise StoreError(
                f"the schema {self._name!r} was made with profile={made_for}, not profile={self._profile.name}"
            )

    async def _note(self, connection: Connection, name: str, value: str) -> None:
        await self._run(
            connection,
            f"INSERT INTO {self._schema}.meta (name, value) VALUES ($1, $2)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value,
        )

    async def _run(self, connection: Connection, statement: str, *arguments: str) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                await connection.execute(statement, *arguments)
            except PostgresError as error:
                if error.sqlstate not in _AT_ONCE or not tries_left:
                    raise
            else:
                return


def check_server(connection: Connection, version_min: int) -> None:
    """Raises StoreError if the server is too old."""
    version = connection.get_server_version()
    if version.major < version_min:
        raise StoreError(
            f"the server is PostgreSQL {version.major}.{version.minor};"
            f" Slipring needs PostgreSQL {version_min} or newer"
        )
