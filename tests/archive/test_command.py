"""`slipring serve --archive` and `slipring restore`: from one machine's disk to another's."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from slipring.assembly import StartError
from slipring.cli.commands import slipring
from slipring.engine.archive import manifests
from slipring.engine.archive.opening import open_destination
from tests.admin_api import admin
from tests.conftest import make_client, s, table_definition
from tests.servers import ServerThread


def eventually(holds: Callable[[], bool]) -> bool:
    for _ in range(3000):
        if holds():
            return True
        time.sleep(0.01)
    return False


def archived_entries(archive: str) -> int:
    manifest = manifests.newest(open_destination(archive)).manifest if Path(archive).is_dir() else manifests.empty()
    return sum(segment["Entries"] for segment in manifests.segments_of(manifest))


def test_what_a_server_archived_another_one_serves(tmp_path: Path) -> None:
    """The whole way, as an operator goes it after a fire."""
    archive, old, new = (str(tmp_path / name) for name in ("archive", "old", "new"))
    with ServerThread(old, archive=archive, archive_interval_s=0.05) as server:
        client = make_client(server.url)
        client.create_table(**table_definition("things", ("pk", "S")))
        for number in range(100):
            client.put_item(TableName="things", Item={"pk": s(str(number))})
        assert eventually(lambda: archived_entries(archive) >= 100)
        client.close()
    result = CliRunner().invoke(slipring, ["restore", "--from", archive, "--store", new])
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("1 tables as of 20")
    with ServerThread(new) as server:
        client = make_client(server.url)
        assert client.scan(TableName="things")["Count"] == 100
        client.close()
    for store in (old, new):
        result = CliRunner().invoke(slipring, ["scrub", "--store", store, "--archive", archive])
        assert (result.exit_code, result.stdout) == (0, "everything agrees\n"), result.output
    again = CliRunner().invoke(slipring, ["restore", "--from", archive, "--store", new])
    assert again.exit_code == 1
    assert "the store is not empty" in again.stderr


def test_a_deployment_is_restored_as_it_was_at_a_time(tmp_path: Path) -> None:
    """Somebody deletes what must not be deleted, and notices when everything has long been archived."""
    archive = str(tmp_path / "archive")
    with ServerThread(str(tmp_path / "old"), archive=archive, archive_interval_s=0.05) as server:
        client = make_client(server.url)
        client.create_table(**table_definition("things", ("pk", "S")))
        assert eventually(lambda: covered(server.port)["covers_from"] is not None)
        client.put_item(TableName="things", Item={"pk": s("precious")})
        time.sleep(0.002)
        before = datetime.now(UTC)
        time.sleep(0.002)
        client.delete_item(TableName="things", Key={"pk": s("precious")})
        client.put_item(TableName="things", Item={"pk": s("later")})
        assert eventually(lambda: datetime.fromisoformat(covered(server.port)["covers_to"]) > before)
        client.close()
    command = ["restore", "--from", archive, "--store", str(tmp_path / "new"), "--at"]
    for wrong, message in (
        ("yesterday", "is no ISO 8601 time"),
        ("2001-01-01", "it covers the time from 20"),
        ("2999-01-01T00:00:00Z", "not 2999-01-01T00:00:00.000Z"),
    ):
        refused = CliRunner().invoke(slipring, [*command, wrong])
        assert refused.exit_code == 1
        assert message in refused.stderr
        assert not (tmp_path / "new").exists()
    done = CliRunner().invoke(slipring, [*command, before.isoformat()])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("1 tables as of 20")
    with ServerThread(str(tmp_path / "new")) as server:
        client = make_client(server.url)
        assert client.scan(TableName="things")["Items"] == [{"pk": s("precious")}]
        client.close()


def covered(port: int) -> Any:
    """What times one can go back to."""
    status, told = admin(port, "GET", "/_slipring/archive")
    assert status == 200
    return told


def test_an_archive_that_cannot_be_written_is_reported_and_holds_up_nobody(tmp_path: Path) -> None:
    """Operators see it on /metrics; clients see nothing of it."""
    (tmp_path / "file").write_text("in the way")
    with ServerThread(archive=str(tmp_path / "file" / "archive"), archive_interval_s=0.05) as server:
        client = make_client(server.url)
        client.create_table(**table_definition("things", ("pk", "S")))
        failures, archived_at = "slipring_archive_failures_total", "slipring_archive_time_seconds"
        assert eventually(lambda: metric(server.url, failures) > 1)
        assert metric(server.url, "slipring_archive_failing") == 1
        _, told = admin(server.port, "GET", "/_slipring/archive")
        assert "Not a directory" in told["error"]
        stopped_at = metric(server.url, archived_at)
        client.put_item(TableName="things", Item={"pk": s("a")})
        assert client.scan(TableName="things")["Count"] == 1
        more = metric(server.url, failures) + 1
        assert eventually(lambda: metric(server.url, failures) > more)
        assert metric(server.url, archived_at) == stopped_at
        client.close()


def metric(url: str, name: str) -> float:
    """0 before there is a figure."""
    page = urlopen(f"{url}/metrics", timeout=5).read().decode()
    found = re.search(rf"^{name} (\S+)$", page, re.MULTILINE)
    return 0.0 if found is None else float(found[1])


def test_there_must_be_an_archive(tmp_path: Path) -> None:
    """A mistyped path must not become an empty deployment."""
    result = CliRunner().invoke(slipring, ["restore", "--from", str(tmp_path / "none"), "--store", str(tmp_path / "s")])
    assert result.exit_code == 1
    assert result.stderr.endswith("there is no archive\n")
    assert not (tmp_path / "s").exists()


def test_an_address_that_is_none_stops_the_server(tmp_path: Path) -> None:
    """At once, not when the archive is needed."""
    with pytest.raises(StartError, match="an archive is a directory or"), ServerThread(archive="ftp://x"):
        pass
