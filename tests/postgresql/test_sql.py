"""What is done to a database from the command line, and what people see in it."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import Any

import asyncpg
import orjson
import pytest

from tests.cli.processes import slipring
from tests.engine.running import Process
from tests.postgresql.conftest import connected, opened

TYPES: dict[str, tuple[dict[str, Any], Any]] = {
    "S": ({"S": "text"}, "text"),
    "N": ({"N": "12345678901234567890123456789012345.678"}, Decimal("12345678901234567890123456789012345.678")),
    "B": ({"B": "AAE="}, "AAE="),
    "BOOL": ({"BOOL": False}, False),
    "NULL": ({"NULL": True}, None),
    "SS": ({"SS": ["a", "b"]}, ["a", "b"]),
    "NS": ({"NS": ["1.5", "2"]}, [Decimal("1.5"), 2]),
    "BS": ({"BS": ["AAE=", "Ag=="]}, ["AAE=", "Ag=="]),
    "L": (
        {"L": [{"N": "1"}, {"L": []}, {"M": {"S": {"S": "named like a type"}}}]},
        [1, [], {"S": "named like a type"}],
    ),
    "M": ({"M": {"N": {"NULL": True}, "empty": {"M": {}}}}, {"N": None, "empty": {}}),
}
"""An attribute of each type: as the API has it, and as people read it."""

LONG_NAME = "a-table-whose-name-is-longer-than-an-identifier-of-postgresql-may-be-so-it-is-cut"


async def make_tables(address: str) -> None:
    async with opened(address) as store:
        process = Process(store)
        await process.call(
            "CreateTable",
            TableName="readings",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": "sensor", "AttributeType": "B"},
                {"AttributeName": "item", "AttributeType": "N"},
            ],
            KeySchema=[
                {"AttributeName": "sensor", "KeyType": "HASH"},
                {"AttributeName": "item", "KeyType": "RANGE"},
            ],
        )
        for at, celsius in enumerate(("20.5", "-3")):
            item = {"sensor": {"B": "AAE="}, "item": {"N": str(at)}, "celsius": {"N": celsius}}
            await process.call("PutItem", TableName="readings", Item=item)
        await process.make_table("odd.names")
        await process.put("odd.names", 'quo"te', text={"S": "nul \x00 and \\u0000 and \\\x00"})
        await process.make_table("all-types")
        await process.put("all-types", "one", **{name: typed for name, (typed, _) in TYPES.items()})
        await process.make_table(LONG_NAME)


def make_views(address: str) -> list[str]:
    made = slipring("sql", "views", "--store", address)
    assert made.returncode == 0, made.stderr
    return made.stdout.splitlines()


async def fetch(address: str, query: str) -> list[dict[str, Any]]:
    async with connected(address) as connection:
        return [dict(row) for row in await connection.fetch(query)]


def test_views_show_what_the_tables_hold(address: str) -> None:
    """With columns that psql and BI tools can filter and aggregate."""
    asyncio.run(make_tables(address))
    names = make_views(address)
    schema = names[0].partition(".")[0]
    assert names[0].startswith(f"{schema}.{LONG_NAME[:54]}~")
    assert names[1:] == [f"{schema}.{name}" for name in ("all-types", "odd.names", "readings")]
    readings = asyncio.run(fetch(address, f'SELECT * FROM "{schema}".readings ORDER BY item DESC'))
    assert readings == [
        {
            "sensor": b"\x00\x01",
            "item": Decimal(at),
            "item_": f'{{"celsius": {celsius}}}',
            "item_typed": f'{{"celsius": {{"N": "{celsius}"}}}}',
        }
        for at, celsius in ((1, "-3"), (0, "20.5"))
    ]
    [odd] = asyncio.run(fetch(address, f'SELECT pk, item FROM "{schema}"."odd.names"'))
    assert odd["pk"] == 'quo"te'
    assert orjson.loads(odd["item"]) == {"text": "nul � and \\u0000 and \\�"}
    mean = f"SELECT avg((item_ -> 'celsius')::numeric) AS mean FROM \"{schema}\".readings"
    assert asyncio.run(fetch(address, mean)) == [{"mean": Decimal("8.75")}]


def test_the_rest_of_an_item_is_plain_json_and_dynamodbs_beside_it(address: str) -> None:
    """Plain for people and for tools that know nothing of DynamoDB; the other to tell a set from a list."""
    asyncio.run(make_tables(address))
    schema = make_views(address)[0].partition(".")[0]
    [row] = asyncio.run(fetch(address, f'SELECT item, item_typed FROM "{schema}"."all-types"'))
    typed = {name: typed for name, (typed, _) in TYPES.items()}
    assert orjson.loads(row["item_typed"]) == typed
    item = json.loads(row["item"], parse_float=Decimal)
    assert item == {name: plain for name, (_, plain) in TYPES.items()}


def test_nothing_is_written_through_a_view(address: str) -> None:
    """It would go past indexes, streams and checksums."""
    asyncio.run(make_tables(address))
    schema = make_views(address)[0].partition(".")[0]

    async def delete() -> None:
        async with connected(address) as connection:
            await connection.execute(f'DELETE FROM "{schema}".readings')

    with pytest.raises(asyncpg.ObjectNotInPrerequisiteStateError):
        asyncio.run(delete())


def test_views_follow_the_tables_when_they_are_made_again(address: str) -> None:
    """Views of dropped tables go, and what somebody else keeps in the schema stays."""
    asyncio.run(make_tables(address))
    schema = make_views(address)[0].partition(".")[0]

    async def change() -> None:
        async with connected(address) as connection:
            await connection.execute(f'CREATE VIEW "{schema}".mine AS SELECT 1 AS one')
        async with opened(address) as store:
            await Process(store).call("DeleteTable", TableName="readings")

    asyncio.run(change())
    assert [name.partition(".")[2] for name in make_views(address)][1:] == ["all-types", "odd.names"]
    there = f"SELECT viewname::text AS name FROM pg_views WHERE schemaname = '{schema}' ORDER BY viewname"
    assert [row["name"] for row in asyncio.run(fetch(address, there))][1:] == ["all-types", "mine", "odd.names"]


def test_views_need_a_postgresql_store() -> None:
    refused = slipring("sql", "views", "--store", "memory:")
    assert (refused.returncode, refused.stderr) == (1, "slipring: memory: is no PostgreSQL store\n")


def test_migrating_apart_lets_a_server_start_that_may_not(own_address: str) -> None:
    """An owner makes the schema; the server's user may write its rows and nothing else."""
    migrated = slipring("migrate", "--store", own_address)
    assert migrated.returncode == 0, migrated.stderr
    assert migrated.stdout.endswith("has the format of this version\n")
    schema = own_address.partition("&schema=")[2]

    async def serve_as_writer() -> None:
        async with connected(own_address) as connection:
            await connection.execute(
                f"""
                CREATE ROLE {schema} LOGIN;
                GRANT USAGE ON SCHEMA {schema} TO {schema};
                GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {schema};
                """
            )
        async with opened(own_address.replace("postgres@", f"{schema}@")) as store:
            await Process(store).make_table("things")

    asyncio.run(serve_as_writer())


def test_a_failure_is_one_line() -> None:
    refused = slipring("migrate", "--store", "postgresql://user:secret@127.0.0.1:1/db")
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "secret" not in refused.stderr
