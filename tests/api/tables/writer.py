"""Somebody who writes while a test does something else."""

from __future__ import annotations

import random
import threading

from tests.conftest import Client, n, s


class Writer(threading.Thread):
    """Puts, updates and deletes items of a table at random until it is told to stop."""

    def __init__(self, ddb: Client, table: str, seed: int) -> None:
        super().__init__(name=f"writer-{seed}")
        self._ddb = ddb
        self._table = table
        self._random = random.Random(seed)
        self._stopped = threading.Event()
        self.error: Exception | None = None
        self.writes = 0

    def run(self) -> None:
        try:
            while not self._stopped.is_set():
                self._write()
                self.writes += 1
        except Exception as error:
            self.error = error

    def finish(self) -> None:
        self._stopped.set()
        self.join()
        assert self.error is None
        assert self.writes

    def _write(self) -> None:
        i = self._random.randrange(600)
        key = {"pk": s(f"p{i % 7}"), "sk": s(str(i))}
        what = self._random.choice(("put", "put without", "move", "change", "unindex", "delete"))
        where = {"TableName": self._table}
        value = {":v": s(str(self._random.randrange(5)))}
        if what == "delete":
            self._ddb.delete_item(**where, Key=key)
        elif what == "move":
            self._ddb.update_item(**where, Key=key, UpdateExpression="SET a = :v", ExpressionAttributeValues=value)
        elif what == "change":
            self._ddb.update_item(**where, Key=key, UpdateExpression="SET x = :v", ExpressionAttributeValues=value)
        elif what == "unindex":
            self._ddb.update_item(**where, Key=key, UpdateExpression="REMOVE a")
        else:
            self._ddb.put_item(**where, Item={**key, "x": n(i), **({"a": value[":v"]} if what == "put" else {})})
