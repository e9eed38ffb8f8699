"""Scripts and containers that know the flags of DynamoDB Local find them here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from slipring.cli.dynamodb_local import HELP, understood
from tests.cli.processes import COMMAND, environment, slipring
from tests.conftest import make_client

MEMORY = {"store": "memory:"}


@pytest.mark.parametrize(
    ("line", "settings"),
    [
        ("-jar DynamoDBLocal.jar -inMemory -sharedDb", MEMORY),
        ("java -Djava.library.path=./DynamoDBLocal_lib -Xmx512m -jar DynamoDBLocal.jar -sharedDb -inMemory", MEMORY),
        ("-jar DynamoDBLocal.jar -sharedDb -dbPath ./data -port 8001", {"store": "data/slipring", "port": "8001"}),
        ("-dbPath /data -optimizeDbBeforeStartup -disableTelemetry", {"store": "/data/slipring"}),
        ("--port 9000 --inMemory", {**MEMORY, "port": "9000"}),
        ("", {}),
    ],
)
def test_lines_as_people_have_them_are_understood(line: str, settings: dict[str, str]) -> None:
    """From the Developer Guide's page on DynamoDB Local, compose files and Testcontainers."""
    asked = understood(line.split())
    assert (asked.settings, asked.warnings, asked.help) == (settings, [], False)


def test_what_has_no_effect_is_said_where_it_matters() -> None:
    """A script that waits for CREATING, or a page that needs CORS, would wonder."""
    warnings = understood(["-inMemory", "-delayTransientStatuses", "-cors", "*"]).warnings
    assert [warning.partition(" ")[0] for warning in warnings] == ["-delayTransientStatuses"]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("-inMemory -dbPath x", "-dbPath and -inMemory exclude each other"),
        ("-dbPath x -inMemory", "-dbPath and -inMemory exclude each other"),
        ("-port", "-port wants a value"),
        ("-port x", "-port: 'x' is not a whole number from 0 to 65535"),
        ("-nothing", "DynamoDB Local has no '-nothing'; -help tells what there is"),
        ("serve", "DynamoDB Local has no 'serve'; -help tells what there is"),
    ],
)
def test_what_is_no_flag_is_one_line(tmp_path: Path, line: str, complaint: str) -> None:
    result = slipring("dynamodb-local", *line.split(), cwd=tmp_path)
    assert (result.returncode, result.stderr) == (2, f"slipring: {complaint}\n")
    assert list(tmp_path.iterdir()) == []


def test_help_names_every_flag_of_the_developer_guide() -> None:
    result = slipring("dynamodb-local", "-help")
    assert (result.returncode, result.stdout) == (0, HELP + "\n")
    guide = "port dbPath inMemory sharedDb cors delayTransientStatuses optimizeDbBeforeStartup disableTelemetry help"
    assert set(guide.split()) <= set(re.findall(r"-(\w+)", HELP))


def test_it_serves(tmp_path: Path) -> None:
    """With the data where -dbPath says, and the rest from the environment. The health check, which has not seen the
    flags, finds the port all the same; it is the one way that a container has to."""
    variables = {"SLIPRING_REGION": "eu-west-1", "SLIPRING_URL_FILE": str(tmp_path / "url")}
    line = ["dynamodb-local", "-jar", "DynamoDBLocal.jar", "-sharedDb", "-dbPath", "data", "-port", "0"]
    serving = subprocess.Popen(
        [*COMMAND, *line],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=tmp_path,
        env=environment(**variables),
    )
    with serving:
        try:
            assert serving.stdout is not None
            ready = serving.stdout.readline()
            found = re.search(r"ready on (http://\S+), store data/slipring", ready)
            assert found is not None, ready
            client = make_client(found[1])
            assert client.list_tables()["TableNames"] == []
            client.close()
            healthy = slipring("healthcheck", more=variables)
            assert (healthy.returncode, healthy.stdout) == (0, f"{found[1]} is ready\n")
            assert f"AWS_ENDPOINT_URL_DYNAMODB={found[1]}\n" in slipring("env", more=variables).stdout
        finally:
            serving.terminate()
    assert (tmp_path / "data" / "slipring").is_dir()
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
