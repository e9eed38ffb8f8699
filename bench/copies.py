"""How long a backup and a restore of a large table take, and how much memory: `python -m bench.copies --items 1000000`.

Starts a server on a store of its own, fills a table with one global index, and asks for a backup, a restore from it and
a restore to a point in time, each while one writer goes on. Prints what each took, and the server's memory.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import click
import orjson

_ITEMS_PER_BATCH = 25
_TEXT = "x" * 200


class Client:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=300)

    def call(self, operation: str, **request: Any) -> Any:
        credential = "Credential=copies/20260101/us-east-1/dynamodb/aws4_request"
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature={'0' * 64}",
        }
        self._http.request("POST", "/", orjson.dumps(request), headers)
        response = self._http.getresponse()
        body = orjson.loads(response.read())
        if response.status != 200:
            raise RuntimeError(body)
        return body


@contextmanager
def serving(store: str) -> Iterator[tuple[int, int]]:
    """A server's process id and port."""
    command = [sys.executable, "-m", "slipring", "serve", "--port", "0", "--store", store]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+:(\d+)", process.stdout.readline())
        assert found is not None
        yield process.pid, int(found[1])
    finally:
        process.terminate()
        process.communicate()


def item(number: int, text: str = _TEXT) -> dict[str, Any]:
    group = {"S": f"group {number % 1000}"}
    return {"pk": {"S": f"{number:012d}"}, "group": group, "text": {"S": text}}


def fill(port: int, items: int) -> None:
    def put(first: int, count: int) -> None:
        client = Client(port)
        for start in range(first, first + count, _ITEMS_PER_BATCH):
            numbers = range(start, min(start + _ITEMS_PER_BATCH, first + count))
            client.call("BatchWriteItem", RequestItems={"large": [{"PutRequest": {"Item": item(n)}} for n in numbers]})

    share = -(-items // 4)
    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(put, first, min(share, items - first)) for first in range(0, items, share)]:
            future.result()


@contextmanager
def one_writer(port: int, items: int, latencies_s: list[float]) -> Iterator[None]:
    """Overwrites items one after the other."""
    enough = threading.Event()

    def write() -> None:
        client, number = Client(port), 0
        while not enough.is_set():
            number = (number + 7919) % items
            began = time.monotonic()
            client.call("PutItem", TableName="large", Item=item(number, "changed"))
            latencies_s.append(time.monotonic() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def memory_mib(pid: int) -> float:
    """Without the pages of mapped files, which the kernel takes back when it wants them."""
    found = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def measured(what: str, pid: int, port: int, items: int, begin: Callable[[], Any], done: Callable[[], bool]) -> None:
    latencies_s: list[float] = []
    before = memory_mib(pid)
    with one_writer(port, items, latencies_s):
        began = time.monotonic()
        begin()
        most_mib = before
        while not done():
            time.sleep(0.1)
            most_mib = max(most_mib, memory_mib(pid))
        took_s = time.monotonic() - began
    latencies_s.sort()
    p99 = latencies_s[int(len(latencies_s) * 0.99)] * 1000
    memory = f"memory {before:.0f} MiB before, {most_mib:.0f} at most"
    writes = f"{len(latencies_s)} puts meanwhile, p99 {p99:.1f} ms"
    click.echo(f"{what}: {took_s:.1f} s, {items / took_s:.0f} items/s; {memory}; {writes}")


@click.command()
@click.option("--items", default=1_000_000, help="How many items of about 230 bytes.")
def main(items: int) -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as directory, serving(f"{directory}/store") as (pid, port):
        client = Client(port)
        index = {"IndexName": "groups", "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}]}
        client.call(
            "CreateTable",
            TableName="large",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "group")],
            GlobalSecondaryIndexes=[{**index, "Projection": {"ProjectionType": "KEYS_ONLY"}}],
        )
        began = time.monotonic()
        fill(port, items)
        click.echo(f"filled: {time.monotonic() - began:.1f} s")
        enabled = {"PointInTimeRecoveryEnabled": True}
        client.call("UpdateContinuousBackups", TableName="large", PointInTimeRecoverySpecification=enabled)
        moment = time.time()

        def status(table: str) -> Any:
            return client.call("DescribeTable", TableName=table)["Table"]

        def backup() -> Any:
            return client.call("ListBackups")["BackupSummaries"][0]

        def restored(table: str) -> bool:
            told = status(table)
            if told["TableStatus"] == "ACTIVE":
                assert told["ItemCount"] == told["GlobalSecondaryIndexes"][0]["ItemCount"] == items
                return True
            return False

        def back_up() -> None:
            client.call("CreateBackup", TableName="large", BackupName="backup")

        def restore() -> None:
            client.call("RestoreTableFromBackup", BackupArn=backup()["BackupArn"], TargetTableName="from-backup")

        def restore_to_time() -> None:
            target = {"TargetTableName": "to-time", "RestoreDateTime": moment}
            client.call("RestoreTableToPointInTime", SourceTableName="large", **target)

        measured("backup", pid, port, items, back_up, lambda: backup()["BackupStatus"] == "AVAILABLE")
        measured("restore from it", pid, port, items, restore, lambda: restored("from-backup"))
        measured("restore to a time", pid, port, items, restore_to_time, lambda: restored("to-time"))


if __name__ == "__main__":
    main()
