"""The audit log: a line for each request, with who and what, and with nothing that is secret."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from slipring.assembly import StartError
from tests.conftest import error_of, s, table_definition
from tests.edge.wire import Client, request
from tests.iam.running import ACCOUNT, REGION, ROOT, Place

SECRETS = ("hush-value", "hush-key", "hush-statement")


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a server wrote of some requests, by a user without policies, the root, and a stranger."""
    place = Place(tmp_path_factory.mktemp("audit"))
    keys = place.user("ada")
    log = place.path / "audit.log"
    item = {"pk": s("hush-key"), "secret": s("hush-value")}
    with place.served(audit_log=str(log)):
        with closing(place.client(ROOT)) as client:
            client.create_table(**table_definition("notes", ("pk", "S")))
            client.put_item(TableName="notes", Item=item)
            client.batch_write_item(RequestItems={"notes": [{"PutRequest": {"Item": item}}]})
            client.execute_statement(Statement="SELECT * FROM notes WHERE pk = 'hush-statement'")
            error_of(client.get_item, TableName="nowhere", Key={"pk": s("hush-key")})
        with closing(place.client(keys)) as client:
            error_of(client.get_item, TableName="notes", Key={"pk": s("hush-key")})
        with closing(place.client({**keys, "aws_secret_access_key": "wrong"})) as client:
            error_of(client.list_tables)
        with closing(place.client(keys, "sts")) as client:
            client.get_caller_identity()
        with Client(int(place.url.rpartition(":")[2])) as raw:
            raw.ask(request(b"", method="GET", url="/health/live"))
            raw.ask(request(headers={"Authorization": None}))
            raw.ask(request(b"", method="GET", url="/health/live"))
    text = log.read_text()
    for secret in (*SECRETS, keys["aws_secret_access_key"], ROOT["aws_secret_access_key"]):
        assert secret not in text
    return [json.loads(line) for line in text.splitlines()]


def test_every_request_to_an_api_has_a_line(lines: list[dict[str, Any]]) -> None:
    """In order, and without the pages that need no signature."""
    assert [(line["operation"], line["outcome"]) for line in lines] == [
        ("CreateTable", "ok"),
        ("PutItem", "ok"),
        ("BatchWriteItem", "ok"),
        ("ExecuteStatement", "ok"),
        ("GetItem", "ResourceNotFoundException"),
        ("GetItem", "AccessDeniedException"),
        ("ListTables", "InvalidSignatureException"),
        ("GetCallerIdentity", "ok"),
        ("GetItem", "MissingAuthenticationTokenException"),
    ]


def test_a_line_tells_who_and_what(lines: list[dict[str, Any]]) -> None:
    root, denied, wrong, sts = lines[1], lines[5], lines[6], lines[7]
    assert root["principal"] == "arn:aws:iam::000000000000:root"
    assert root["resources"] == [f"arn:aws:dynamodb:{REGION}:000000000000:table/notes"]
    assert denied["principal"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert denied["resources"] == [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/notes"]
    assert (denied["status"], denied["source"], denied["region"]) == (400, "127.0.0.1", REGION)
    # Whoever fails to log in is named as they named themselves, and by nothing else.
    assert (wrong["principal"], wrong["access_key"]) == (None, denied["access_key"])
    assert sts["principal"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert all(len(line["request_id"]) == 52 for line in lines)
    assert len({line["request_id"] for line in lines}) == len(lines)
    assert all(line["ms"] >= 0 for line in lines)


def test_the_request_id_is_the_one_the_client_has(tmp_path: Path) -> None:
    """It is what connects a complaint with a line."""
    place = Place(tmp_path)
    log = tmp_path / "audit.log"
    with place.served(audit_log=str(log)), closing(place.client(ROOT)) as client:
        told = [client.list_tables()["ResponseMetadata"]["RequestId"] for _ in range(3)]
    assert [json.loads(line)["request_id"] for line in log.read_text().splitlines()] == told


def test_a_log_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    """Rather than serve what nobody will ever see."""
    with (
        pytest.raises(StartError, match="cannot open the audit log /nowhere/log: No such file"),
        Place(tmp_path).served(audit_log="/nowhere/log"),
    ):
        pass


def test_a_client_cannot_fill_the_log(tmp_path: Path) -> None:
    """What a request names may be megabytes long; its line is not."""
    place = Place(tmp_path)
    log = tmp_path / "audit.log"
    with place.served(audit_log=str(log)), closing(place.client(ROOT, "dynamodbstreams")) as client:
        error_of(client.describe_stream, StreamArn="arn:aws:dynamodb:x:1:" + "x" * 100_000)
    assert len(log.read_bytes()) < 4000
