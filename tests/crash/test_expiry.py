"""kill -9 while the items of a full table are entered for time to live, and deleted: both are taken up again, and
every deletion is told once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.api.test_streams import records_of, streaming, streams_client
from tests.cli.processes import Serving
from tests.conftest import table_definition
from tests.crash.api import Api
from tests.edge.wire import eventually

TABLE = "sessions"
ITEMS = 2000
LONG_AGO = "1700000000"
KILLS = 3
KILL_AFTER_S = 0.15
"""Entering and deleting take some tenths of a second."""
TAKEN_UP_WITHIN_S = 30
"""A dead process's lease lasts some seconds; then the work itself is quick."""


def _fill(api: Api) -> None:
    api.call("CreateTable", **table_definition(TABLE, ("pk", "S"), **streaming("KEYS_ONLY")))
    for first in range(0, ITEMS, 25):
        puts = [
            {"PutRequest": {"Item": {"pk": {"S": str(number)}, "at": {"N": LONG_AGO}}}}
            for number in range(first, first + 25)
        ]
        api.call("BatchWriteItem", RequestItems={TABLE: puts})
    setting = {"Enabled": True, "AttributeName": "at"}
    api.call("UpdateTimeToLive", TableName=TABLE, TimeToLiveSpecification=setting)


def _removals(url: str, api: Api) -> Counter[str]:
    """How often the stream tells the removal of each item."""
    arn = api.call("DescribeTable", TableName=TABLE)["Table"]["LatestStreamArn"]
    streams = streams_client(url)
    records = records_of(streams, arn)
    streams.close()
    return Counter([r["dynamodb"]["Keys"]["pk"]["S"] for r in records if r["eventName"] == "REMOVE"])


def test_what_expired_goes_once_though_the_server_is_killed(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")
    random = Random(seed)
    arguments = ("--store", str(tmp_path / "store"), "--ttl-deletions-per-s", "5000")
    for kill in range(KILLS):
        with Serving(*arguments) as serving, Api(serving.port) as api:
            if not kill:
                _fill(api)
            time.sleep(random.uniform(0, KILL_AFTER_S))
            serving.send(signal.SIGKILL)
            serving.ended()
    with Serving(*arguments) as serving, Api(serving.port) as api:
        assert eventually(lambda: api.call("Scan", TableName=TABLE, Select="COUNT")["Count"] == 0, TAKEN_UP_WITHIN_S)
        assert _removals(serving.url, api) == {str(number): 1 for number in range(ITEMS)}
        assert api.call("DescribeTable", TableName=TABLE)["Table"]["ItemCount"] == 0
