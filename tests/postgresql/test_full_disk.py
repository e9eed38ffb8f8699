"""A disk that is full indeed, where the tests may mount one. (`test_faults` has what the server says then said by a
trigger, everywhere.)"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests import postgres_servers
from tests.conftest import error_of, make_client, s, table_definition
from tests.servers import ServerThread

TABLE = "things"
SMALL, LARGE = "16m", "64m"
ITEM_BYTES = 300_000
TABLESPACE = """
CREATE TABLESPACE small LOCATION '{}';
ALTER DATABASE postgres SET default_tablespace = small;
"""


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    """A file system of a few megabytes, which the server's user owns."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL},mode=0700", "tmpfs", str(place)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("file systems cannot be mounted here")
    try:
        shutil.chown(place, "nobody")
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def server() -> Iterator[tuple[str, Path]]:
    """A server whose tables are on a small disk, and its log on a large one; its address, and where the disk is."""
    directory = postgres_servers.make_directory()
    small = directory / "small"
    try:
        with mounted(small):
            postgres_servers.initialise(directory)
            running = postgres_servers.start(directory, ["fsync=off", "shared_buffers=32MB"])
            try:
                command = [*postgres_servers.psql_command(directory), "-f", "-"]
                subprocess.run(command, check=True, input=TABLESPACE.format(small), text=True)
                yield postgres_servers.address_of(directory), small
            finally:
                running.send_signal(signal.SIGQUIT)
                running.wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_a_disk_that_fills_up_loses_nothing_and_is_of_use_again_when_there_is_space(server: tuple[str, Path]) -> None:
    """What does not fit is refused with an error that SDKs try again, what was there is read all the while, and nobody
    has to start anything anew."""
    address, disk = server
    with ServerThread(address) as running:
        client = make_client(running.url)
        client.create_table(**table_definition(TABLE, ("pk", "S")))
        put: list[str] = []
        with pytest.raises(ClientError) as full:
            for number in range(1000):
                name = f"item{number}"
                client.put_item(TableName=TABLE, Item={"pk": s(name), "data": s(os.urandom(ITEM_BYTES // 2).hex())})
                put.append(name)
        assert full.value.response["Error"]["Code"] == "InternalServerError"
        assert 10 < len(put) < 100
        item = {"pk": s("more"), "data": s("x" * ITEM_BYTES)}
        assert error_of(client.put_item, TableName=TABLE, Item=item)[0] == "InternalServerError"
        there = client.get_item(TableName=TABLE, Key={"pk": s(put[0])}, ConsistentRead=True)["Item"]
        assert len(there["data"]["S"]) == ITEM_BYTES
        subprocess.run(["mount", "-o", f"remount,size={LARGE}", str(disk)], check=True)
        client.put_item(TableName=TABLE, Item=item)
        pages = client.get_paginator("scan").paginate(TableName=TABLE, ProjectionExpression="pk")
        assert {found["pk"]["S"] for page in pages for found in page["Items"]} == {*put, "more"}
        client.close()
