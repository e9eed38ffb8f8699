"""Splitting a stream's shards on demand, for those who test a consumer."""

from __future__ import annotations

import pytest

from tests.admin_api import admin
from tests.api.test_streams import shards_of, stream_of, streaming, streams_client
from tests.conftest import make_client, table_definition
from tests.servers import ServerThread

PATH = "/_slipring/streams/split"


def test_a_split_closes_each_shard_and_has_two_follow() -> None:
    with ServerThread(test_mode=True) as server:
        client, streams = make_client(server.url), streams_client(server.url)
        client.create_table(**table_definition("things", ("pk", "S"), **streaming("KEYS_ONLY")))
        status, told = admin(server.port, "POST", PATH, {"table": "things"})
        parent, *children = shards_of(streams, stream_of(client, "things"))
        client.close()
        streams.close()
    assert (status, told["open_shards"]) == (200, [child["ShardId"] for child in children])
    assert len(children) == 2
    assert {child["ParentShardId"] for child in children} == {parent["ShardId"]}
    assert "EndingSequenceNumber" in parent["SequenceNumberRange"]


def test_what_cannot_be_split_is_told() -> None:
    with ServerThread(test_mode=True) as server:
        client = make_client(server.url)
        client.create_table(**table_definition("plain", ("pk", "S")))
        client.close()
        assert admin(server.port, "POST", PATH, {"table": "plain"}) == (400, {"message": "Table plain has no stream."})
        assert admin(server.port, "POST", PATH, {"table": "none"}) == (404, {"message": "There is no table none."})
        assert admin(server.port, "POST", PATH, {})[0] == 400


@pytest.mark.parametrize("body", [{"table": "things"}, {}])
def test_outside_of_test_mode_it_is_refused(server: ServerThread, body: dict[str, str]) -> None:
    assert admin(server.port, "POST", PATH, body)[0] == 403
