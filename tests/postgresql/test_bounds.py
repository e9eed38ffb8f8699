"""Servers that bound what one transaction writes, as Aurora DSQL does: groups are split, so nothing is too much but a
mutation that is too large by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.storage.contract import Decide, StoreError, Writes
from slipring.storage.postgresql.bounds import BoundedGroup, GroupIsFull
from slipring.storage.postgresql.group import Plan, Seen
from slipring.storage.postgresql.profiles import PROFILES, Bounds
from slipring.storage.postgresql.store import PostgresqlStore
from tests.postgresql.conftest import connected, open_postgresql
from tests.storage.mutations import count, increment, put, scan

Mutation = tuple[list[bytes], dict[bytes, bytes | None], dict[bytes, tuple[int, int]]]
"""What it reads, puts and counts."""

BOUNDS = Bounds(rows=40, bytes=20_000)
ENFORCEMENT = """
CREATE FUNCTION reckon() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rows int := coalesce(nullif(current_setting('bounds.rows', true), ''), '0')::int + 1;
  bytes int := coalesce(nullif(current_setting('bounds.bytes', true), ''), '0')::int + 20;
BEGIN
  IF TG_TABLE_NAME = 'kv' AND TG_OP <> 'DELETE' THEN
    bytes := bytes + length(NEW.k) + coalesce(length(NEW.v), 0);
  END IF;
  IF rows > {0.rows} OR bytes > {0.bytes} THEN
    RAISE EXCEPTION 'transaction limit exceeded: % rows, % bytes', rows, bytes USING ERRCODE = '54000';
  END IF;
  PERFORM set_config('bounds.rows', rows::text, true), set_config('bounds.bytes', bytes::text, true);
  RETURN NULL;
END $$;
CREATE TRIGGER bounded AFTER INSERT OR UPDATE OR DELETE ON kv FOR EACH ROW EXECUTE FUNCTION reckon();
CREATE TRIGGER bounded AFTER INSERT OR UPDATE OR DELETE ON counts FOR EACH ROW EXECUTE FUNCTION reckon();
CREATE TRIGGER bounded AFTER INSERT OR UPDATE OR DELETE ON marks FOR EACH ROW EXECUTE FUNCTION reckon();
"""
"""Has PostgreSQL refuse what DSQL would, with its code."""


def test_many_commits_at_once_are_split_into_transactions_that_are_taken(address: str) -> None:
    async def scenario() -> None:
        given = open_postgresql(address + "&profile=dsql").address
        store = PostgresqlStore(replace(given, profile=replace(PROFILES["dsql"], bounds=BOUNDS, buckets=1)))
        await store.start()
        async with connected(address) as connection:
            await connection.execute(ENFORCEMENT.format(BOUNDS))
        rows = {b"row/%d/%d" % (which, n): bytes(500) for which in range(50) for n in range(5)}
        sets = [{key: value for key, value in rows.items() if key.startswith(b"row/%d/" % n)} for n in range(50)]
        large = {b"large/%d" % n: bytes(6000) for n in range(3)}
        await asyncio.gather(
            *(put(store, each) for each in sets),
            put(store, large),
            *(increment(store, b"number") for _ in range(30)),
            *(count(store, {b"\x04n%d" % n: (1, 2)}) for n in range(60)),
        )
        assert dict(await scan(store, b"l")) == {**rows, **large, b"number": b"30"}
        with pytest.raises(StoreError, match="more than a transaction on this server may write"):
            await put(store, {b"many/%d" % n: b"" for n in range(50)})
        with pytest.raises(StoreError, match="more than a transaction on this server may write"):
            await put(store, {b"huge": bytes(30_000)})
        assert await scan(store, b"h", b"i") == await scan(store, b"m", b"n") == []
        await store.close()

    asyncio.run(scenario())


KEYS = st.integers(0, 12).map(lambda n: b"k%d" % n)
MUTATIONS = st.tuples(
    st.lists(KEYS, max_size=4, unique=True),
    st.dictionaries(KEYS, st.none() | st.integers(0, 900).map(bytes), max_size=4),
    st.dictionaries(st.integers(0, 3).map(lambda n: b"\x04%d" % n), st.tuples(st.just(1), st.just(1)), max_size=2),
)
SMALL = Bounds(rows=16, bytes=4500)
"""Any one mutation fits."""


@given(st.lists(MUTATIONS, max_size=20), st.sets(KEYS))
def test_what_a_group_writes_is_within_bounds(mutations: list[Mutation], there: set[bytes]) -> None:
    """Counted by what is sent to the server; and whoever has to wait has left nothing behind."""
    commits = dict.fromkeys(there, 1)
    while mutations:
        group = BoundedGroup(seen_of(there, commits), SMALL, 0)
        done = 0
        for reads, puts, counts in mutations:
            before = dict(group.puts), dict(group.counts)
            try:
                group.decide(reads, deciding(puts, counts))
            except GroupIsFull:
                assert (group.puts, group.counts) == before
                break
            done += 1
        assert done
        check(Plan(group, commits))
        mutations = mutations[done:]


def seen_of(there: set[bytes], commits: dict[bytes, int]) -> Seen:
    return Seen(dict.fromkeys(there, b"old"), dict(commits))


def check(plan: Plan) -> None:
    put_rows = [(key, value) for key, _, value in plan.updated] + plan.inserted + plan.replaced
    others = [key for key, _ in [*plan.held, *plan.deleted]] + plan.erased + plan.uncounted
    rows = len(put_rows) + len(others) + len(plan.counted)
    size = sum(len(key) + len(value or b"") for key, value in put_rows)
    assert rows + 2 <= SMALL.rows
    assert size <= SMALL.bytes


def deciding(puts: dict[bytes, bytes | None], counts: dict[bytes, tuple[int, int]]) -> Decide[None]:
    def decide(old: Sequence[bytes | None]) -> Writes[None]:
        return Writes(dict(puts), dict(counts), None)

    return decide
