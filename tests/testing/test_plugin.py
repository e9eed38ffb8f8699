"""The pytest plugin, by test suites that use it: each is written, run, and its outcome looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

APPLICATION = """
import boto3

def make():
    return boto3.resource("dynamodb").create_table(
        TableName="music",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )

def names():
    return boto3.client("dynamodb").list_tables()["TableNames"]
"""


@pytest.fixture(autouse=True)
def application(pytester: pytest.Pytester) -> None:
    """Code under test that knows nothing of Slipring."""
    pytester.makepyfile(application=APPLICATION)


def run(pytester: pytest.Pytester, suite: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_suite=suite)
    return pytester.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider", "-p", "no:xdist", *options)


def test_each_test_has_tables_of_its_own(pytester: pytest.Pytester) -> None:
    """The code under test makes its clients as ever; what one test left behind no other sees."""
    suite = """
        import pytest
        from application import make, names

        @pytest.mark.parametrize("run", range(3))
        def test_alone(ddb, run):
            assert names() == []
            make().put_item(Item={"pk": "a"})
            assert names() == ["music"] == ddb.client().list_tables()["TableNames"]
            assert ddb.table("music").get_item(Key={"pk": "a"})["Item"] == {"pk": "a"}
    """
    run(pytester, suite).assert_outcomes(passed=3)


def test_a_client_kept_from_an_earlier_test_follows(pytester: pytest.Pytester) -> None:
    """Modules often make their client once; it must not go on writing where nobody looks any more."""
    suite = """
        from application import make
        kept = []

        def test_first(ddb):
            kept.append(make())

        def test_second(ddb):
            make()
            kept[0].put_item(Item={"pk": "a"})
            assert ddb.table("music").scan()["Count"] == 1
    """
    run(pytester, suite).assert_outcomes(passed=2)


def test_the_environment_is_put_back(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the developer's own profile nor an endpoint of ours may reach a test that did not ask for it."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("AWS_ENDPOINT_URL_DYNAMODB", raising=False)
    suite = """
        import os

        def test_inside(ddb):
            assert os.environ["AWS_ENDPOINT_URL_DYNAMODB"] == ddb.endpoint_url
            assert os.environ["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] == ddb.endpoint_url
            assert os.environ["AWS_REGION"] == os.environ["AWS_DEFAULT_REGION"] == ddb.region
            assert "AWS_PROFILE" not in os.environ

        def test_outside():
            assert os.environ["AWS_PROFILE"] == "production"
            assert "AWS_ENDPOINT_URL_DYNAMODB" not in os.environ
    """
    run(pytester, suite).assert_outcomes(passed=2)


def test_the_sessions_tables_are_there_for_every_test(pytester: pytest.Pytester) -> None:
    """What takes long to make is made once; a test with a namespace of its own is led there, not here."""
    suite = """
        import pytest
        from application import make, names

        @pytest.fixture(scope="session")
        def music(ddb_session):
            make()
            return ddb_session.table("music")

        @pytest.mark.parametrize("run", range(2))
        def test_shared(music, run):
            assert names() == ["music"]

        def test_own(music, ddb):
            assert names() == []
            music.put_item(Item={"pk": "a"})
            assert music.scan()["Count"] == 1
            make()
            assert ddb.table("music").scan()["Count"] == 0

        def test_shared_again(music):
            assert names() == ["music"]
    """
    run(pytester, suite).assert_outcomes(passed=4)


def test_the_server_may_be_used_by_itself(pytester: pytest.Pytester) -> None:
    suite = """
        def test_server(ddb_server):
            assert ddb_server.client(transport="direct").list_tables()["TableNames"] == []
    """
    run(pytester, suite).assert_outcomes(passed=1)


def test_a_failed_test_tells_what_it_asked_for(pytester: pytest.Pytester) -> None:
    """With what each request consumed, whether or not it asked; a test that passes tells nothing."""
    suite = """
        import pytest
        from botocore.exceptions import ClientError
        from application import make

        def test_passes(ddb):
            make()

        def test_fails(ddb):
            table = make()
            answer = table.put_item(Item={"pk": "a", "text": "x" * 2000})
            assert "ConsumedCapacity" not in answer
            answer = table.get_item(Key={"pk": "a"}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
            assert answer["ConsumedCapacity"] == {"TableName": "music", "CapacityUnits": 1.0}
            with pytest.raises(ClientError):
                table.put_item(Item={"pk": "a"}, ConditionExpression="attribute_not_exists(pk)")
            assert (ddb.capacity.write_units, ddb.capacity.read_units) == (2, 1)
            assert False
    """
    result = run(pytester, suite)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*DynamoDB requests*",
            "CreateTable * music",
            "PutItem * music * 2 WCU",
            "GetItem * music * 1 RCU",
            "PutItem * music * ConditionalCheckFailedException",
            "in all 1 RCU, 2 WCU",
        ]
    )
    assert str(result.stdout).count("DynamoDB requests") == 1


def test_faults_strike_the_test_that_asked_for_them(pytester: pytest.Pytester) -> None:
    suite = """
        import pytest
        from botocore.config import Config
        from botocore.exceptions import ClientError
        from application import make

        def test_struck(ddb):
            make()
            rule = ddb.faults.add(operation="PutItem", error="ThrottlingException", times=1)
            table = ddb.resource(config=Config(retries={"total_max_attempts": 1})).Table("music")
            with pytest.raises(ClientError, match="ThrottlingException"):
                table.put_item(Item={"pk": "a"})
            table.put_item(Item={"pk": "a"})
            assert ddb.faults.struck(rule) == 1
            ddb.faults.add(operation="PutItem", error="InternalServerError")

        def test_spared(ddb):
            make().put_item(Item={"pk": "a"})
            assert [str(r.outcome) for r in ddb.requests] == ["ok", "ok"]
    """
    run(pytester, suite).assert_outcomes(passed=2)


def test_the_marker_prepares_the_namespace(pytester: pytest.Pytester) -> None:
    """It gives the namespace too; what it does not know it refuses, with what it knows."""
    suite = """
        import time
        import pytest
        from application import names

        @pytest.mark.ddb(latency=0.05)
        def test_delayed():
            begun = time.monotonic()
            assert names() == []
            assert time.monotonic() - begun >= 0.05

        @pytest.mark.ddb(colour="blue")
        def test_refused():
            pass
    """
    result = run(pytester, suite, "--strict-markers")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*@pytest.mark.ddb has no 'colour'; it has template, seed, latency*"])


def test_workers_of_xdist_keep_out_of_each_others_way(pytester: pytest.Pytester) -> None:
    """Each has a server of its own, so tests may run in any number of processes."""
    suite = """
        import pytest
        from application import make, names

        @pytest.mark.parametrize("run", range(8))
        def test_alone(ddb, run):
            assert names() == []
            make()
    """
    pytester.makepyfile(test_suite=suite)
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", "-n", "2")
    result.assert_outcomes(passed=8)


def aws_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


KEEPS_ITS_CLIENTS = """
import boto3

client = boto3.client("dynamodb")
table = boto3.resource("dynamodb").Table("music")

def make():
    client.create_table(
        TableName="music",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
"""


@pytest.mark.parametrize("processes", [[], ["-n", "2"]], ids=["one", "xdist"])
def test_clients_made_by_modules_follow_where_it_is_asked_for(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, processes: list[str]
) -> None:
    """A client at the top of a module is the pattern of AWS's own examples for Lambda. It is made before any fixture,
    by the first conftest.py even, on a machine that has neither a region nor credentials; and no test asks for `ddb`,
    not even one of unittest's."""
    for name in aws_variables():
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(pytester.path / "none"))
    pytester.makepyfile(kept=KEEPS_ITS_CLIENTS)
    pytester.makeconftest("import kept")
    pytester.makeini("[pytest]\nddb_autouse = true")
    pytester.makepyfile(
        test_suite="""
        import os
        import unittest
        import pytest
        from kept import client, make, table

        @pytest.mark.parametrize("run", range(4))
        def test_alone(run):
            make()
            table.put_item(Item={"pk": str(run)})
            assert [item["pk"] for item in table.scan()["Items"]] == [str(run)]

        def test_environment(ddb):
            assert client.meta.endpoint_url == ddb.endpoint_url == os.environ["AWS_ENDPOINT_URL_DYNAMODB"]

        class Old(unittest.TestCase):
            def test_alone(self):
                make()
                self.assertEqual(client.list_tables()["TableNames"], ["music"])

        @pytest.mark.usefixtures("ddb_session")
        class OldWithTablesOfItsClass(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                make()

            @classmethod
            def tearDownClass(cls):
                client.delete_table(TableName="music")

            def test_first(self):
                self.assertEqual(client.list_tables()["TableNames"], ["music"])

            def test_second(self):
                self.assertEqual(client.list_tables()["TableNames"], ["music"])

        @pytest.fixture(scope="module")
        def shared(ddb_session):
            make()

        @pytest.mark.parametrize("run", range(2))
        def test_shared(shared, run):
            assert client.list_tables()["TableNames"] == ["music"]
        """
    )
    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider", *processes)
    result.assert_outcomes(passed=10)


def test_nobodys_environment_is_changed_that_did_not_ask(pytester: pytest.Pytester) -> None:
    """Nor is that of whoever runs pytest in a process, once it is over."""
    before = aws_variables()
    suite = """
        import os

        def test_environment():
            assert "127.0.0.1" in os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "")
    """
    run(pytester, suite).assert_outcomes(failed=1)
    run(pytester, suite, "-o", "ddb_autouse=true").assert_outcomes(passed=1)
    assert aws_variables() == before


def test_a_project_that_does_not_use_it_pays_nothing() -> None:
    """pytest loads the plugin wherever Slipring is installed."""
    code = (
        "import sys, slipring.testing.plugin;"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('slipring', 'botocore', 'uvloop', 'orjson')))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['slipring', 'slipring.testing', 'slipring.testing.plugin']"


def test_the_clock_goes_on_as_ever_after_the_test(pytester: pytest.Pytester) -> None:
    suite = """
        from datetime import datetime, timezone

        def test_moves_it(ddb):
            ddb.clock.freeze("2099-01-01")
            assert ddb.clock.now().year == 2099

        def test_has_the_machines(ddb):
            assert abs((ddb.clock.now() - datetime.now(timezone.utc)).total_seconds()) < 60
    """
    run(pytester, suite).assert_outcomes(passed=2)


WITH_A_STREAM = """
def make(client):
    client.create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )

def put(client, key):
    client.put_item(TableName="orders", Item={"pk": {"S": key}})

def keys_of(event):
    return [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
"""


def test_triggers_are_the_tests_own(pytester: pytest.Pytester) -> None:
    """A handler is called for what happens in the test's namespace and nowhere else, asks what it asks there, and is
    called no more when the test is over."""
    pytester.makepyfile(shop=WITH_A_STREAM)
    suite = """
        import boto3
        import pytest
        from shop import keys_of, make, put

        called = []

        def on_order(event, context):
            count = boto3.resource("dynamodb").Table("orders").scan()["Count"]
            called.append((keys_of(event), count))

        def test_called(ddb, ddb_session):
            for client in (ddb.client(), ddb_session.client()):
                make(client)
            put(ddb_session.client(), "b")
            put(ddb.client(), "a")
            name = ddb.triggers.add("orders", on_order, batch=1)
            ddb.triggers.wait()
            assert called == [(["a"], 1)]
            ddb.triggers.remove(name)
            put(ddb.client(), "c")
            ddb.triggers.add("orders", on_order, start="latest")
            ddb.triggers.wait()
            assert called == [(["a"], 1)]

        def test_not_called(ddb):
            make(ddb.client())
            put(ddb.client(), "a")
            ddb.triggers.wait()
            assert len(called) == 1

        def test_a_stream_is_turned_on(ddb):
            make(ddb.client())
            ddb.client().update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
            ddb.triggers.add("orders", on_order, stream="KEYS_ONLY")
            put(ddb.client(), "d")
            ddb.triggers.wait()
            assert called[1:] == [(["d"], 1)]

        def test_what_was_handled_before_a_snapshot_is_not_handled_again(ddb):
            del called[:]
            make(ddb.client())
            ddb.triggers.add("orders", on_order, batch=1)
            put(ddb.client(), "a")
            ddb.triggers.wait()
            with ddb.snapshot():
                put(ddb.client(), "b")
                ddb.triggers.wait()
            put(ddb.client(), "c")
            ddb.triggers.wait()
            assert called == [(["a"], 1), (["b"], 2), (["c"], 2)]

        def test_a_handler_that_fails(ddb):
            make(ddb.client())
            def fails(event, context):
                raise RuntimeError("no")
            ddb.triggers.add("orders", fails)
            put(ddb.client(), "a")
            with pytest.raises(TimeoutError, match="/orders/1"):
                ddb.triggers.wait(0.05)
            ddb.triggers.clear()
            ddb.triggers.wait()
            ddb.triggers.add("orders", fails, retries=0)
            ddb.triggers.wait()

        def test_an_option_that_there_is_not(ddb):
            with pytest.raises(ValueError, match="colour"):
                ddb.triggers.add("orders", on_order, colour="blue")
    """
    run(pytester, suite).assert_outcomes(passed=6)


EXAMPLE = """
    def test_session_expires(ddb):            # a private namespace, gone after the test
        ddb.apply("app.template.json")
        ddb.clock.freeze("2026-01-01T00:00:00Z")
        ddb.faults.add(operation="PutItem", error="ThrottlingException", times=1)
        ...
        ddb.clock.advance(hours=49)           # TTL runs, REMOVE records appear, triggers fire, then it returns
        assert ddb.capacity.write_units < 20
"""
"""What people asked for, letter by letter; docs/pytest.md and this plugin were made from it."""

BETWEEN = """
        removed = []
        ddb.triggers.add("sessions", lambda event, _: removed.extend(r["eventName"] for r in event["Records"]))
        expires = int(ddb.clock.now().timestamp()) + 48 * 3600
        sessions = ddb.table("sessions")
        sessions.put_item(Item={"id": "a", "expires": expires})
        assert [r.outcome for r in ddb.requests][-2:] == ["ThrottlingException", "ok"]
        ddb.triggers.wait()
"""
AFTERWARDS = """
        assert sessions.scan()["Items"] == []
        assert removed == ["INSERT", "REMOVE"]
"""


def test_the_example_that_led_here_runs_as_it_is_written(pytester: pytest.Pytester) -> None:
    """Alone, and with something to do where it has dots: boto3 repeats the write that was throttled, and when the clock
    has moved the item is gone and the trigger has been called."""
    key = {"AttributeName": "id"}
    properties = {
        "TableName": "sessions",
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{**key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{**key, "AttributeType": "S"}],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": True},
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
    }
    template = {"Resources": {"Sessions": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}
    pytester.path.joinpath("app.template.json").write_text(json.dumps(template))
    run(pytester, EXAMPLE).assert_outcomes(passed=1)
    run(pytester, EXAMPLE.replace("        ...\n", BETWEEN.lstrip("\n")) + AFTERWARDS.lstrip("\n")).assert_outcomes(
        passed=1
    )


def test_the_pages_first_example_runs(pytester: pytest.Pytester) -> None:
    """It is what people copy."""
    page = (Path(__file__).parents[2] / "docs" / "pytest.md").read_text()
    run(pytester, page.partition("```python\n")[2].partition("```")[0]).assert_outcomes(passed=1)


def test_snapshots_are_the_tests_own(pytester: pytest.Pytester) -> None:
    """What is rolled back or loaded is the test's namespace, and nothing else."""
    suite = """
        from application import make, names

        def test_rolls_back(ddb, ddb_session):
            make().put_item(Item={"pk": "a"})
            ddb_session.client().create_table(
                TableName="shared",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            )
            with ddb.snapshot():
                ddb.table("music").delete_item(Key={"pk": "a"})
                ddb_session.table("shared").put_item(Item={"pk": "b"})
            assert ddb.table("music").scan()["Count"] == 1
            assert ddb_session.table("shared").scan()["Count"] == 1
            ddb.snapshots.save("full")
            assert ddb_session.snapshots.names() == []

        def test_has_none(ddb):
            assert ddb.snapshots.names() == []
            ddb.snapshots.save("full")
    """
    run(pytester, suite).assert_outcomes(passed=2)


def test_suites_that_come_from_pytest_dynamodb_find_its_fixtures(pytester: pytest.Pytester) -> None:
    """Those who opt in; nobody else has names taken that may be their own."""
    suite = """
        import socket
        from application import names

        def test_resource(dynamodb):
            assert list(dynamodb.tables.all()) == []
            dynamodb.create_table(
                TableName="music",
                BillingMode="PAY_PER_REQUEST",
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            )
            assert names() == ["music"]

        def test_process(dynamodb_proc, dynamodb):
            assert dynamodb_proc.running()
            socket.create_connection((dynamodb_proc.host, dynamodb_proc.port)).close()
            assert names() == []
    """
    run(pytester, suite).assert_outcomes(errors=2)
    pytester.makeconftest('pytest_plugins = ["slipring.testing.pytest_dynamodb"]')
    run(pytester, suite).assert_outcomes(passed=2)
