"""SDKs as their users have them: the newest releases, their own retries and checks, settings from the environment.

What goes wrong between an SDK and a server often shows in no answer: the SDK finds a checksum wrong or an error worth
another try, and tries until it works. So the tours count.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import environment
from tests.conftest import unique
from tests.sdks.aws_cli_tour import PRINTED
from tests.sdks.tour import BATCH, INDEX, PROBE, TABLE, expected, in_order

ROOT = Path(__file__).parents[2]
SDKS = ROOT / ".venv-sdks" / "bin"
JAVASCRIPT = Path(__file__).parent / "javascript"

_WAITER_DELAY_S = 20
"""boto3's table_exists polls at once, then after 20 s (botocore's waiters-2.json for DynamoDB): a tour in less time
never had to wait for a table."""


def take(command: list[str], environment: dict[str, str], given: str = "") -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, cwd=ROOT, input=given)
    assert (done.returncode, done.stderr) == (0, "")
    seen = in_order(json.loads(done.stdout))
    assert isinstance(seen, dict)
    return seen


def test_boto3(sdk_environment: dict[str, str]) -> None:
    name = unique("boto3")
    begun_s = time.monotonic()
    assert take([sys.executable, "-m", "tests.sdks.boto3_tour", name], sdk_environment) == expected(name)
    assert time.monotonic() - begun_s < _WAITER_DELAY_S


def test_aioboto3(sdk_environment: dict[str, str]) -> None:
    if not (SDKS / "python").exists():
        pytest.skip("aioboto3 is not installed: make sdks")
    name = unique("aioboto3")
    assert take([str(SDKS / "python"), "-m", "tests.sdks.aioboto3_tour", name], sdk_environment) == expected(name)


def test_a_server_beside_asynchronous_clients() -> None:
    """In their process: with the botocore that they pin, and without taking their event loop."""
    if not (SDKS / "python").exists():
        pytest.skip("aioboto3 is not installed: make sdks")
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    seen = take([str(SDKS / "python"), "-W", "error", "-m", "tests.sdks.aio_in_process"], environment(**nowhere))
    direct = {"direct": True, "code": "ResourceNotFoundException", "count": 21}
    assert seen == {"keys": ["a"], "streams": 0, **direct}


def test_javascript(sdk_environment: dict[str, str]) -> None:
    node = shutil.which("node")
    if node is None or not (JAVASCRIPT / "node_modules" / "@aws-sdk").exists():
        pytest.skip("the JavaScript SDK is not installed: it needs node and npm, and make sdks")
    name = unique("javascript")
    given = {"name": name, "definition": TABLE, "probe": PROBE, "batch": BATCH, "index": INDEX}
    # Otherwise it speaks on stderr of versions of node that future releases will not support.
    quiet = {**sdk_environment, "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED": "true"}
    seen = take([node, str(JAVASCRIPT / "tour.mjs")], quiet, json.dumps(given))
    assert seen == expected(name)


def test_aws_cli(sdk_environment: dict[str, str]) -> None:
    """Each of its calls is a process that takes half a second, so it takes a part of the tour only."""
    aws = SDKS / "aws"
    if not aws.exists():
        pytest.skip("the AWS CLI is not installed: make sdks")
    name = unique("aws-cli")
    # It does not tell how often it tried, so it may try once.
    once = {**sdk_environment, "AWS_MAX_ATTEMPTS": "1"}
    seen = take([sys.executable, "-m", "tests.sdks.aws_cli_tour", str(aws), name], once)
    steps = ("table", "refused", "unprocessed", "index_pages", "canceled")
    assert seen == {"item": PRINTED, **{step: expected(name)[step] for step in steps}}
