"""Triggers from the write to the target: what is called, with what, how often, and in which order.

Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest

from slipring.assembly import StartError
from slipring.triggers.specification import read_triggers
from tests.admin.prometheus import parse
from tests.admin_api import admin, move_clock
from tests.api.test_streams import streaming
from tests.conftest import Client, make_client, n, s, table_definition, unique
from tests.edge.wire import Client as Connection
from tests.edge.wire import eventually
from tests.servers import ServerThread
from tests.triggers import handlers

NOTE = "python:tests.triggers.handlers.note"


@contextmanager
def triggered(*specifications: str, **settings: Any) -> Iterator[tuple[ServerThread, Client]]:
    """A server with triggers, and a client for it."""
    with ServerThread(trigger=read_triggers(specifications), **settings) as server:
        client = make_client(server.url)
        yield server, client
        client.close()


def make_table(client: Client, table: str, view_type: str = "NEW_AND_OLD_IMAGES") -> None:
    client.create_table(**table_definition(table, ("pk", "S"), **streaming(view_type)))


def put(client: Client, table: str, *keys: str, **more: Any) -> None:
    for key in keys:
        client.put_item(TableName=table, Item={"pk": s(key), **more})


def test_the_event_is_lambdas() -> None:
    """The same handler is to run here and there, so every member counts, and its spelling."""
    table = unique("orders")
    with triggered(f"{table}={NOTE}", test_mode=True) as (server, client):
        move_clock(server.port, freeze="2026-01-01T00:00:00Z")
        make_table(client, table)
        client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
        put(client, table, "a", at=n(1_767_225_700))
        move_clock(server.port, advance="1h")
        arn = client.describe_table(TableName=table)["Table"]["LatestStreamArn"]
    inserted, removed = [record for event in handlers.events[table] for record in event["Records"]]
    assert inserted.keys() == {
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    }
    assert (inserted["eventName"], inserted["eventSource"]) == ("INSERT", "aws:dynamodb")
    assert (inserted["awsRegion"], inserted["eventSourceARN"]) == ("us-east-1", arn)
    assert inserted["dynamodb"]["NewImage"] == {"pk": s("a"), "at": n(1_767_225_700)}
    assert inserted["dynamodb"]["ApproximateCreationDateTime"] == 1_767_225_600
    assert removed["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert handlers.contexts[-1].function_name == "note"


def stream_setting(client: Client, table: str) -> Any:
    return client.describe_table(TableName=table)["Table"].get("StreamSpecification")


def is_behind(server: ServerThread) -> bool:
    """Whether the only trigger has not taken everything yet."""
    [told] = admin(server.port, "GET", "/_slipring/triggers")[1]
    behind: bool = told["behind"]
    return behind


@pytest.mark.parametrize("handler", ["note", "note_later"])
def test_every_change_once_in_order_and_in_batches(handler: str) -> None:
    table = unique("orders")
    with triggered(f"{table}=python:tests.triggers.handlers.{handler} batch=7") as (_, client):
        make_table(client, table)
        keys = [str(number) for number in range(40)]
        put(client, table, *keys)
        assert eventually(lambda: len(handlers.noted(table)) >= 40)
    assert handlers.noted(table) == keys
    assert max(len(event["Records"]) for event in handlers.events[table]) <= 7


def test_lanes_run_side_by_side_and_each_item_is_in_order() -> None:
    """A slow handler need not hold up a whole shard. Versions of an item must not overtake each other all the same, nor
    those of items with one partition key."""
    table = unique("orders")
    with triggered(f"{table}=python:tests.triggers.handlers.together parallel=4 batch=3") as (server, client):
        make_table(client, table)
        keys = [unique("key") for _ in range(20)]
        for version in range(5):
            put(client, table, *keys, version=n(version))
        assert eventually(lambda: not is_behind(server), 30)
    assert table in handlers.overlapped
    told = [record["dynamodb"] for event in handlers.events[table] for record in event["Records"]]
    for key in keys:
        versions = [each["NewImage"]["version"]["N"] for each in told if each["Keys"]["pk"]["S"] == key]
        assert versions == ["0", "1", "2", "3", "4"]
    assert max(len(event["Records"]) for event in handlers.events[table]) <= 3


def test_another_number_of_lanes_loses_nothing(tmp_path: Path) -> None:
    """A user who changes it may see a record again, and none missing."""
    table, store = unique("orders"), str(tmp_path / "store")
    keys: list[str] = []
    for parallel in (1, 4, 2):
        with triggered(f"{table}={NOTE} parallel={parallel}", store=store) as (server, client):
            if not keys:
                make_table(client, table)
            more = [unique("key") for _ in range(10)]
            put(client, table, *more)
            keys += more
            assert eventually(lambda: not is_behind(server))
    assert set(handlers.noted(table)) == set(keys)


def test_a_window_waits_for_a_full_batch() -> None:
    table = unique("orders")
    with triggered(f"{table}={NOTE} batch=5 window=60s") as (_, client):
        make_table(client, table)
        put(client, table, *"abcde")
        assert eventually(lambda: handlers.noted(table) == list("abcde"))
    assert len(handlers.events[table]) == 1, "the first was held back until the fifth was there"


def test_what_no_filter_matches_is_passed_over() -> None:
    table = unique("orders")
    wanted = '{"dynamodb": {"NewImage": {"kind": {"S": ["good"]}}}}'
    removed = '{"eventName": ["REMOVE"]}'
    spec = f"{table}={NOTE} filter='{wanted}' filter='{removed}'"
    with triggered(spec) as (server, client):
        make_table(client, table)
        put(client, table, "a", "b", kind=s("bad"))
        put(client, table, "c", kind=s("good"))
        client.delete_item(TableName=table, Key={"pk": s("a")})
        put(client, table, "d", kind=s("bad"))
        assert eventually(lambda: not is_behind(server))
    assert handlers.noted(table) == ["c", "a"]


def test_a_bad_record_is_found_by_halving_and_given_up(tmp_path: Path) -> None:
    """Everything else goes through, and the destination tells what did not."""
    table, bad = unique("orders"), unique("bad")
    handlers.refused.add(bad)
    failed = tmp_path / "failed.jsonl"
    options = f"bisect=true retries=1 on_failure=file:{failed} window=60s batch=8"
    with triggered(f"{table}=python:tests.triggers.handlers.strict {options}") as (server, client):
        make_table(client, table)
        put(client, table, *"abc", bad, *"defg")
        assert eventually(lambda: set("abcdefg") <= set(handlers.noted(table)))
        assert eventually(lambda: not is_behind(server))
        with Connection(server.port) as connection:
            page = parse(connection.ask(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").body.decode())
    [line] = failed.read_bytes().splitlines()
    told = orjson.loads(line)
    assert told["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert told["DDBStreamBatchInfo"]["batchSize"] == 1
    assert handlers.keys_of(orjson.loads(told["payload"])) == [bad]
    name = f"{table}=python:tests.triggers.handlers.strict"
    assert page.value("slipring_trigger_discarded_records_total", trigger=name) == 1
    assert page.value("slipring_trigger_records_total", trigger=name) == 7
    assert page.value("slipring_trigger_failed_calls_total", trigger=name) >= 4


def test_a_partial_answer_is_tried_from_the_record_it_names() -> None:
    table, bad = unique("orders"), unique("bad")
    handlers.refused.add(bad)
    spec = f"{table}=python:tests.triggers.handlers.partial partial=true retries=1 batch=4 window=60s"
    with triggered(spec) as (_, client):
        make_table(client, table)
        put(client, table, "a", "b", bad, "c")
        assert eventually(lambda: len(handlers.events[table]) >= 2)
    first, second = handlers.events[table][:2]
    assert handlers.keys_of(first) == ["a", "b", bad, "c"]
    assert handlers.keys_of(second) == [bad, "c"]


def test_records_that_are_too_old_are_given_up(tmp_path: Path) -> None:
    table, failed = unique("orders"), tmp_path / "failed.jsonl"
    bad = unique("bad")
    handlers.refused.add(bad)
    spec = f"{table}=python:tests.triggers.handlers.strict max_age=1h on_failure=file:{failed}"
    with triggered(spec, test_mode=True) as (server, client):
        make_table(client, table)
        put(client, table, bad)
        assert eventually(lambda: bad in handlers.noted(table))
        move_clock(server.port, advance="2h")
        put(client, table, "good")
        assert eventually(lambda: handlers.noted(table)[-1] == "good")
    assert orjson.loads(failed.read_bytes())["requestContext"]["condition"] == "RecordAgeExceeded"


def test_a_trigger_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    """Its position lies in the store, beside the data."""
    table, store = unique("orders"), str(tmp_path / "store")
    with triggered(f"{table}={NOTE}", store=store) as (server, client):
        make_table(client, table)
        put(client, table, "a", "b")
        assert eventually(lambda: not is_behind(server))
    with ServerThread(store) as server:
        client = make_client(server.url)
        put(client, table, "c")
        client.close()
    with triggered(f"{table}={NOTE}", store=store):
        assert eventually(lambda: handlers.noted(table) == ["a", "b", "c"])


def test_latest_begins_with_what_comes(tmp_path: Path) -> None:
    table, store = unique("orders"), str(tmp_path / "store")
    with ServerThread(store) as server:
        client = make_client(server.url)
        make_table(client, table)
        put(client, table, "before")
        client.close()
    with triggered(f"{table}={NOTE} start=latest", store=store) as (server, client):
        assert eventually(lambda: not is_behind(server))
        put(client, table, "after")
        assert eventually(lambda: handlers.noted(table) != [])
    assert handlers.noted(table) == ["after"]


def test_a_stream_is_turned_on_only_if_the_trigger_says_so() -> None:
    """Recording changes costs writes, so nobody does it unasked."""
    asked, unasked = unique("asked"), unique("unasked")
    with triggered(f"{asked}={NOTE} stream=KEYS_ONLY", f"{unasked}={NOTE}") as (_, client):
        for table in (asked, unasked):
            client.create_table(**table_definition(table, ("pk", "S")))
        wanted = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        assert eventually(lambda: stream_setting(client, asked) == wanted)
        assert stream_setting(client, unasked) is None


def test_moving_the_clock_waits_for_the_triggers() -> None:
    """A test may look at what its handler did as soon as the call returns."""
    table = unique("sessions")
    with triggered(f"{table}={NOTE}", test_mode=True) as (server, client):
        move_clock(server.port, freeze="2026-01-01T00:00:00Z")
        make_table(client, table)
        client.update_time_to_live(TableName=table, TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"})
        put(client, table, "a", at=n(1_767_225_700))
        told = move_clock(server.port, advance="49h")
        assert (told["expired_items"], told["triggers_behind"]) == (1, [])
        assert handlers.events[table][-1]["Records"][-1]["eventName"] == "REMOVE"


class Hook(BaseHTTPRequestHandler):
    """Notes what is posted; answers as its path says."""

    posted: list[Any]

    def do_POST(self) -> None:
        body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.posted.append(body)
        self.send_response(503 if self.path == "/broken" else 200)
        self.end_headers()
        if self.path == "/emulator":
            self.wfile.write(b'{"errorMessage": "no", "errorType": "Bad"}')

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any]]]:
    Hook.posted = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Hook.posted
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "calls"), [("/", 1), ("/emulator", 2), ("/broken", 2)])
def test_a_url_is_posted_to(hook: tuple[str, list[Any]], path: str, calls: int) -> None:
    """And fails by its status, or as Lambda's runtime emulator fails."""
    url, posted = hook
    table = unique("orders")
    with triggered(f"{table}={url}{path} retries=1") as (server, client):
        make_table(client, table)
        put(client, table, "a")
        assert eventually(lambda: not is_behind(server))
        assert eventually(lambda: len(posted) == calls)
    assert handlers.keys_of(posted[0]) == ["a"]


def test_a_command_reads_its_standard_input_and_fails_by_its_exit_code(tmp_path: Path) -> None:
    table = unique("orders")
    script, got = tmp_path / "handler.py", tmp_path / "got"
    script.write_text(f"import sys\nopen({str(got)!r}, 'a').write(sys.stdin.read() + '\\n')\nsys.exit(3)\n")
    failed = tmp_path / "failed"
    with triggered(f"{table}={script} retries=1 on_failure=file:{failed}") as (_, client):
        make_table(client, table)
        put(client, table, "a")
        # It is there before the line is.
        assert eventually(lambda: failed.exists() and failed.read_bytes().endswith(b"\n"))
    assert [handlers.keys_of(orjson.loads(line)) for line in got.read_bytes().splitlines()] == [["a"], ["a"]]
    assert "exited with 3" in orjson.loads(failed.read_bytes())["responseContext"]["functionError"]


@pytest.mark.parametrize(
    ("target", "complaint"),
    [
        ("python:tests.triggers.missing.note", "cannot import python:tests.triggers.missing.note: ModuleNotFoundError"),
        ("python:note", "python:note is not like python:module.function"),
        ("http://", "'http://' is no URL"),
    ],
)
def test_a_target_that_there_is_not_stops_the_start(target: str, complaint: str) -> None:
    """Rather than the first write an hour later."""
    with pytest.raises(StartError) as raised, triggered(f"orders={target}"):
        pass
    assert complaint in str(raised.value)
