"""What is known of items that one writer alone writes, from the answers it got."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.crash.api import Item, Key
from tests.crash.tables import Items

Place = tuple[str, Key]
"""A table's name, and a key in it."""


class Knowledge:
    """Each item's acknowledged state, and the states that an unanswered write may have left. None: no item."""

    def __init__(self) -> None:
        self._acknowledged: dict[Place, Item | None] = {}
        self._unanswered: dict[Place, Item | None] = {}
        self._atomic = False

    @contextmanager
    def writing(self, values: Mapping[Place, Item | None], *, atomic: bool = True) -> Iterator[None]:
        """Around a call that writes `values`, all or none if it is atomic: known once it is answered."""
        self._unanswered, self._atomic = dict(values), atomic
        yield
        self._acknowledged.update(values)
        self._unanswered = {}

    def of(self, place: Place) -> Item | None:
        return self._acknowledged.get(place)

    def check(self, items: Items) -> None:
        """Compare with what is there; from then on that is known."""
        done = set()
        for (table, key), value in self._unanswered.items():
            actual, before = items[table].get(key), self._acknowledged.get((table, key))
            assert actual in (before, value), (table, key)
            if before != value:
                done.add(actual == value)
            self._acknowledged[table, key] = actual
        assert not self._atomic or len(done) <= 1, "a transaction is half there"
        self._unanswered = {}
        for (table, key), value in self._acknowledged.items():
            assert items[table].get(key) == value, (table, key)
