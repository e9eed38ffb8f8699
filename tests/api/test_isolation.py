"""Whose tables a caller sees, by account and region.

On the service every account has its own tables in every region. Here all callers share them, so that a client with
other credentials than the one that made a table finds it, unless the setting `isolate` asks for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import boto3
import pytest
from botocore.config import Config

from slipring.server import running
from slipring.settings import Settings
from tests.conftest import Client, error_of, s, table_definition

HERE = ("111111111111", "eu-west-1")
OTHER_ACCOUNT = ("222222222222", "eu-west-1")
OTHER_REGION = ("111111111111", "us-east-1")

ConnectAs = Callable[..., Client]
"""Makes a client for an access key and a region."""


@contextmanager
def serving(isolate: str) -> Iterator[ConnectAs]:
    with running(Settings(store="memory:", port=0, isolate=isolate)) as server, ExitStack() as opened:

        def connect(access_key: str, region: str, service: str = "dynamodb") -> Client:
            client = boto3.client(
                service,
                endpoint_url=server.url,
                region_name=region,
                aws_access_key_id=access_key,
                aws_secret_access_key="test",
                config=Config(retries={"total_max_attempts": 1}),
            )
            opened.callback(client.close)
            return client

        yield connect


STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


def make_own(client: Client, text: str) -> None:
    """A table of the one name that all use, with one item."""
    client.create_table(**table_definition("music", ("pk", "S"), StreamSpecification=STREAM))
    client.put_item(TableName="music", Item={"pk": s("it"), "text": s(text)})


def text_of(client: Client, table: str = "music") -> str:
    text: str = client.get_item(TableName=table, Key={"pk": s("it")})["Item"]["text"]["S"]
    return text


@pytest.mark.parametrize(
    ("isolate", "apart"),
    [
        ("none", []),
        ("account", [OTHER_ACCOUNT]),
        ("region", [OTHER_REGION]),
        ("account,region", [OTHER_ACCOUNT, OTHER_REGION]),
    ],
)
def test_callers_are_kept_apart_by_what_isolates_and_by_nothing_else(
    isolate: str, apart: list[tuple[str, str]]
) -> None:
    """Two stacks of one test suite may use one server and the same names, if their owner wants that."""
    with serving(isolate) as connect:
        here = connect(*HERE)
        make_own(here, "here")
        for caller in (OTHER_ACCOUNT, OTHER_REGION):
            other = connect(*caller)
            if caller in apart:
                assert other.list_tables()["TableNames"] == []
                assert error_of(other.describe_table, TableName="music")[0] == "ResourceNotFoundException"
                make_own(other, "there")
                assert (text_of(here), text_of(other)) == ("here", "there")
                other.delete_table(TableName="music")
            else:
                assert other.list_tables()["TableNames"] == ["music"]
                assert text_of(other) == "here"
        assert text_of(here) == "here"


def test_any_access_key_that_is_no_account_is_the_default_account() -> None:
    """Local tools make up a key each, and are meant to see the same tables."""
    with serving("account") as connect:
        make_own(connect("dummy", "local"), "shared")
        assert text_of(connect("fakeMyKeyId", "eu-west-1")) == "shared"
        assert text_of(connect("000000000000", "eu-west-1")) == "shared"


def test_streams_are_their_tables_owners() -> None:
    """A reader neither lists nor reads another's stream, not even by its ARN or with its iterator."""
    with serving("account,region") as connect:
        make_own(connect(*HERE), "here")
        own = connect(*HERE, "dynamodbstreams")
        listed = own.list_streams()["Streams"]
        assert [stream["TableName"] for stream in listed] == ["music"]
        arn = listed[0]["StreamArn"]
        shard = own.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        wanted = {"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        iterator = own.get_shard_iterator(**wanted)["ShardIterator"]
        assert len(own.get_records(ShardIterator=iterator)["Records"]) == 1
        for caller in (OTHER_ACCOUNT, OTHER_REGION):
            other = connect(*caller, "dynamodbstreams")
            assert other.list_streams()["Streams"] == []
            for call, parameters in (
                (other.describe_stream, {"StreamArn": arn}),
                (other.get_shard_iterator, wanted),
                (other.get_records, {"ShardIterator": iterator}),
            ):
                assert error_of(call, **parameters)[0] == "ResourceNotFoundException"


def test_a_request_token_is_its_callers() -> None:
    """Else one caller's request would be taken for a repetition of another's, and not done."""
    with serving("region") as connect:
        for caller in (HERE, OTHER_REGION):
            client = connect(*caller)
            make_own(client, "before")
            put = {"Put": {"TableName": "music", "Item": {"pk": s("it"), "text": s(caller[1])}}}
            client.transact_write_items(TransactItems=[put], ClientRequestToken="the-same-one")
            assert text_of(client) == caller[1]


def test_pages_of_tables_end_at_the_namespaces_end() -> None:
    """The namespaces lie side by side in the store."""
    with serving("region") as connect:
        clients = [connect("test", region) for region in ("eu", "eu-west-1", "eu-west-10")]
        for client in clients:
            for number in range(3):
                client.create_table(**table_definition(f"table{number}", ("pk", "S")))
        for client in clients:
            pages = client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 2})
            assert [name for page in pages for name in page["TableNames"]] == ["table0", "table1", "table2"]
