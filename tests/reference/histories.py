"""Random histories: steps from a seed, each of which can be played by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from tests.expressions.reference import plain
from tests.reference import expressions
from tests.reference.gets import BatchGet, Get, Wanted
from tests.reference.measure import Item, Value, normal
from tests.reference.pages import Query, Scan
from tests.reference.schemas import LATER, TABLES, TYPES
from tests.reference.tables import Index, Table, Write
from tests.reference.transactions import TransactGet, Transaction
from tests.reference.world import World
from tests.reference.writes import BatchWrite, One

KEY_VALUES: dict[str, tuple[str, ...]] = {
    "pk": ("p", "q", "\x00", "pq", "𝄞"),
    "sk": ("-1.5", "0", "2", "2.0", "10", "1E1"),
    "bk": ("AA==", "/w=="),
    "g": ("u", "v", "𝄞"),
    "r": ("-3", "0", "7", "7.0", "70"),
    "x": ("AA==", "AAE=", "/w=="),
}
"""Few, so that writes meet; some numbers are spelled in two ways."""

RETURNS = {
    "Put": ("NONE", "ALL_OLD"),
    "Delete": ("NONE", "ALL_OLD"),
    "Update": ("NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"),
}


class Step(Protocol):
    def play(self, world: World) -> None:
        """Do the same to the server and to the model; raises Mismatch where they differ."""
        ...


@dataclass(frozen=True)
class Recreate:
    """Delete a table and create it again under the same name, empty."""

    table: str

    def play(self, world: World) -> None:
        world.drop(self.table)
        world.create(self.table)


@dataclass(frozen=True)
class ToggleIndex:
    """Create a global index over what the table holds, or delete it."""

    table: str

    def play(self, world: World) -> None:
        table = world.tables[self.table]
        if LATER in table.indexes:
            table.indexes.remove(LATER)
            world.change_indexes(self.table, {"Delete": {"IndexName": LATER.name}}, LATER)
        else:
            world.change_indexes(self.table, {"Create": LATER.description()}, LATER)
            table.indexes.append(LATER)


@dataclass(frozen=True)
class CompareAll:
    """Look at everything there is."""

    def play(self, world: World) -> None:
        world.check_contents()


class Historian:
    """Makes steps at random; the same seed makes the same steps."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._schemas: dict[str, Table] = {name: make() for name, make in TABLES.items()}
        self._transactions: list[Transaction] = []

    def history(self, length: int, compare_every: int) -> list[Step]:
        """That many steps, with a comparison of everything at intervals and at the end."""
        steps: list[Step] = []
        for number in range(1, length + 1):
            steps.append(self._step())
            if number % compare_every == 0 or number == length:
                steps.append(CompareAll())
        return steps

    def _step(self) -> Step:
        makers: list[tuple[Callable[[], Step], int]] = [
            (self._one, 400),
            (self._batch_write, 60),
            (self._transaction, 120),
            (self._get, 60),
            (self._batch_get, 40),
            (self._transact_get, 40),
            (self._query, 150),
            (self._scan, 50),
            (lambda: Recreate(self._table()), 2),
            (lambda: ToggleIndex(self._table()), 4),
        ]
        (maker,) = self._chance.choices([maker for maker, _ in makers], [weight for _, weight in makers])
        return maker()

    def _maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    def _table(self) -> str:
        return self._chance.choice(list(TABLES))

    # Keys and items

    def _key_value(self, name: str) -> Value:
        return {TYPES[name]: self._chance.choice(KEY_VALUES[name])}

    def _key(self, table: str) -> Item:
        """A proper key, nearly always."""
        key = {name: self._key_value(name) for name in self._schemas[table].keys}
        if self._maybe(0.02):
            name = self._chance.choice(list(key))
            wrong: list[Item] = [{}, {name: {"S": ""}}, {name: {"N": "1"}}, {name: {"B": ""}}, {"extra": {"S": "e"}}]
            chosen = self._chance.choice(wrong)
            key = {**key, **chosen} if chosen else {other: key[other] for other in key if other != name}
        return key

    def _item(self, table: str) -> Item:
        item = {**self._key(table), **expressions.attributes(self._chance)}
        for name in ("g", "r", "x"):
            if self._maybe(0.75):
                item.setdefault(name, self._key_value(name))
        if self._maybe(0.02):
            item[self._chance.choice("grx")] = expressions.ordered(self._chance)
        return item

    # Writes

    def _write(self, kinds: str) -> Write:
        kind = self._chance.choice(kinds.split())
        table = self._table()
        condition = expressions.condition(self._chance) if self._maybe(0.25) else None
        if kind == "ConditionCheck":
            condition = condition or ("attribute_exists", ("path", (self._schemas[table].keys[0],)))
        return Write(
            kind,
            table,
            self._item(table) if kind == "Put" else self._key(table),
            condition,
            self._actions(table) if kind == "Update" else (),
            condition is not None and self._maybe(0.5),
        )

    def _actions(self, table: str) -> tuple[tuple[str, Any, Any], ...]:
        """Of an update: of any attributes, and often of those that are keys of indexes."""
        actions = expressions.update(self._chance)
        for name in ("g", "r", "x"):
            if self._maybe(0.2):
                wrong = self._maybe(0.03)
                value = expressions.ordered(self._chance) if wrong else self._key_value(name)
                actions += (("SET", (name,), ("value", value)) if self._maybe(0.7) else ("REMOVE", (name,), None),)
        if self._maybe(0.01):
            name = self._chance.choice(self._schemas[table].keys)
            actions += (("SET", (name,), ("value", self._key_value(name))),)
        return actions

    def _one(self) -> Step:
        write = self._write("Put Put Put Update Update Update Update Delete")
        return One(write, self._chance.choice(RETURNS[write.kind]), self._maybe(0.5))

    def _batch_write(self) -> Step:
        writes = [self._write("Put Put Put Delete") for _ in range(self._chance.randint(1, 6))]
        plain_writes = [replace(write, condition=None, tells_item=False) for write in self._mostly_distinct(writes)]
        # The order of a batch is that of its tables.
        return BatchWrite(tuple(sorted(plain_writes, key=lambda write: write.table)))

    def _transaction(self) -> Step:
        if self._transactions and self._maybe(0.2):
            before = self._chance.choice(self._transactions)
            return before if self._maybe(0.8) else replace(before, writes=before.writes[:1] * 2)
        writes = [self._write("Put Put Update Update Delete ConditionCheck") for _ in range(self._chance.randint(1, 4))]
        token = f"{len(self._transactions)}" if self._maybe(0.3) else None
        made = Transaction(tuple(self._mostly_distinct(writes)), token)
        if token is not None:
            self._transactions.append(made)
        return made

    def _mostly_distinct(self, writes: list[Write]) -> list[Write]:
        """Writes of different items, but for a few times, when that is what the server has to notice."""
        if self._maybe(0.05):
            return writes
        by_key = {(write.table, self._identity(write.table, write.item)): write for write in writes}
        return list(by_key.values())

    def _identity(self, table: str, item: Item) -> str:
        return repr([plain(item[name]) if name in item else None for name in self._schemas[table].keys])

    # Reads by key

    def _wanted(self, table: str | None = None, paths: Any = None) -> Wanted:
        table = table or self._table()
        if paths is None:
            paths = expressions.paths(self._chance) if self._maybe(0.4) else ()
        return Wanted(table, self._key(table), paths)

    def _get(self) -> Step:
        return Get(self._wanted(), self._maybe(0.5))

    def _distinct_wanted(self, wanted: list[Wanted]) -> tuple[Wanted, ...]:
        if self._maybe(0.05):
            return tuple(wanted)
        return tuple({(one.table, self._identity(one.table, one.key)): one for one in wanted}.values())

    def _transact_get(self) -> Step:
        return TransactGet(self._distinct_wanted([self._wanted() for _ in range(self._chance.randint(1, 5))]))

    def _batch_get(self) -> Step:
        wanted: list[Wanted] = []
        for table in self._chance.sample(list(TABLES), self._chance.randint(1, 3)):
            paths = expressions.paths(self._chance) if self._maybe(0.4) else ()
            wanted += [self._wanted(table, paths) for _ in range(self._chance.randint(1, 5))]
        return BatchGet(self._distinct_wanted(wanted), self._maybe(0.5))

    # Query and Scan

    def _reading(self) -> dict[str, Any]:
        """What a Query and a Scan have in common, with an index and what may be asked of it."""
        name = self._table()
        table = self._schemas[name]
        index = self._chance.choice([None, *table.indexes])
        reading: dict[str, Any] = {"table": name, "index": None if index is None else index.name}
        remote = index is not None and index.is_global
        reading["consistent"] = not remote and self._maybe(0.5)
        if self._maybe(0.4):
            reading["limit"] = self._chance.randint(1, 4)
        narrow = remote and index is not None and index.included is not None
        if not narrow and self._maybe(0.4):
            reading["condition"] = expressions.condition(self._chance)
        kind = self._chance.randrange(5)
        if kind == 0:
            reading["select"] = "COUNT"
        elif kind == 1 and not narrow:
            reading["select"] = "ALL_ATTRIBUTES"
        elif kind == 2 and index is not None:
            reading["select"] = "ALL_PROJECTED_ATTRIBUTES"
        elif kind == 3 and not narrow:
            reading["paths"] = expressions.paths(self._chance)
        return reading

    def _scan(self) -> Step:
        return Scan(**self._reading(), segments=self._chance.choice((None, None, 1, 2, 5)))

    def _query(self) -> Step:
        reading = self._reading()
        table = self._schemas[reading["table"]]
        index: Index | None = None if reading["index"] is None else table.index(reading["index"])
        hashes = table.keys[:1] if index is None else index.hashes
        ranges = table.keys[1:] if index is None else index.ranges
        reading["hash_values"] = tuple(self._key_value(name) for name in hashes)
        if ranges and self._maybe(0.6):
            reading |= self._range_condition(ranges[0])
        return Query(**reading, forward=self._maybe(0.5))

    def _range_condition(self, name: str) -> dict[str, Any]:
        operators = ["=", "<", "<=", ">", ">=", "BETWEEN", *([] if TYPES[name] == "N" else ["begins_with"])]
        operator = self._chance.choice(operators)
        operands = [self._key_value(name) for _ in range(2 if operator == "BETWEEN" else 1)]
        operands.sort(key=lambda operand: plain(normal(operand)))
        return {"operator": operator, "operands": tuple(operands)}
