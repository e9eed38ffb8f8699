"""The pages of docs/getting-started do what they say: their first block of code, with the SDK that it is for."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from slipring.templates import formats
from slipring.templates.desired import Inputs
from tests.sdks.test_tour import JAVASCRIPT, ROOT, SDKS

PAGES = ROOT / "docs" / "getting-started"


def block(page: str, language: str, place: int = 0) -> str:
    """A block of code of a page."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", (PAGES / page).read_text(), re.DOTALL | re.MULTILINE)
    return str(found[place])


def said(command: list[str], environment: dict[str, str], cwd: Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_boto3(sdk_environment: dict[str, str], tmp_path: Path) -> None:
    assert "Decimal('1965')" in said([sys.executable, "-c", block("boto3.md", "python")], sdk_environment, tmp_path)


def test_aioboto3(sdk_environment: dict[str, str], tmp_path: Path) -> None:
    if not (SDKS / "python").exists():
        pytest.skip("aioboto3 is not installed: make sdks")
    python = str(SDKS / "python")
    assert "Decimal('1965')" in said([python, "-c", block("aioboto3.md", "python")], sdk_environment, tmp_path)


def test_the_aws_cli(sdk_environment: dict[str, str], tmp_path: Path) -> None:
    if not (SDKS / "aws").exists():
        pytest.skip("the AWS CLI is not installed: make sdks")
    environment = {**sdk_environment, "PATH": f"{SDKS}:{sdk_environment['PATH']}"}
    told = said(["sh", "-e", "-c", block("aws-cli.md", "sh")], environment, tmp_path)
    assert json.loads(told[told.index('{\n    "Items"') :])["Items"] == [{"year": {"N": "1965"}}]


def test_javascript(sdk_environment: dict[str, str], tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (JAVASCRIPT / "node_modules" / "@aws-sdk").exists():
        pytest.skip("the JavaScript SDK is not installed: it needs node and npm, and make sdks")
    (tmp_path / "node_modules").symlink_to(JAVASCRIPT / "node_modules")
    (tmp_path / "page.mjs").write_text(block("javascript.md", "js"))
    quiet = {**sdk_environment, "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true"}
    assert "year: 1965" in said([node, "page.mjs"], quiet, tmp_path)


def test_pytest(tmp_path: Path) -> None:
    """With a template such as the page takes for granted."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "songs",
            "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [
                {"AttributeName": "artist", "KeyType": "HASH"},
                {"AttributeName": "song", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("artist", "song")],
        },
    }
    text = json.dumps({"Resources": {"Songs": table}})
    assert [each.name for each in formats.read(text, Inputs()).tables] == ["songs"]
    (tmp_path / "app.template.json").write_text(text)
    (tmp_path / "test_page.py").write_text(block("pytest.md", "python"))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
    )
    assert "1 passed" in done.stdout, done.stdout


def test_the_readiness_that_launchers_ask_for(sdk_environment: dict[str, str]) -> None:
    """LocalStack's path, which scripts wait for (docs/migration.md)."""
    with urlopen(sdk_environment["AWS_ENDPOINT_URL_DYNAMODB"] + "/_localstack/health") as answer:
        assert json.load(answer)["services"]["dynamodb"] == "running"
