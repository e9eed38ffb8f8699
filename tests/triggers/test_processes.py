"""Triggers and several processes: one calls at a time, and nothing is lost when it is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import orjson

from tests.api.test_streams import streaming
from tests.cli.processes import Serving
from tests.conftest import make_client, s, table_definition
from tests.edge.wire import eventually

HANDLER = """
import json, os, sys
keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in json.load(sys.stdin)["Records"]]
with open({path!r}, "a") as file:
    file.write(json.dumps([os.getppid(), keys]) + "\\n")
"""


def calls(path: Path) -> list[tuple[int, list[str]]]:
    """Who called, and with which keys."""
    return [tuple(orjson.loads(line)) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_one_worker_calls_and_another_goes_on_when_it_is_killed(tmp_path: Path) -> None:
    """Each record is handed over, by one process at a time; twice at most around the kill, and never out of order."""
    script, got = tmp_path / "handler.py", tmp_path / "got"
    script.write_text(HANDLER.format(path=str(got)))
    arguments = ("--store", str(tmp_path / "store"), "--workers", "2", "--trigger", f"things={script} batch=5")
    with Serving(*arguments) as serving:
        client = make_client(serving.url)
        client.create_table(**table_definition("things", ("pk", "S"), **streaming("KEYS_ONLY")))
        before = [f"before {number}" for number in range(10)]
        for key in before:
            client.put_item(TableName="things", Item={"pk": s(key)})
        assert eventually(lambda: [key for _, keys in calls(got) for key in keys] == before)
        [caller] = {pid for pid, _ in calls(got)}
        os.kill(caller, signal.SIGKILL)
        client.close()
        client = make_client(serving.url)
        after = [f"after {number}" for number in range(10)]
        for key in after:
            client.put_item(TableName="things", Item={"pk": s(key)})
        client.close()
        assert eventually(lambda: after[-1] in [key for _, keys in calls(got) for key in keys], 20)
    told = [key for _, keys in calls(got) for key in keys]
    assert set(told) == set(before + after)
    assert list(dict.fromkeys(told)) == before + after
    assert caller not in {pid for pid, keys in calls(got) if after[0] in keys}
