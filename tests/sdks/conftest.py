"""What SDKs are told by the environment."""

from __future__ import annotations

import os
import shlex

import pytest

from tests.cli.processes import environment, slipring
from tests.servers import ServerThread


@pytest.fixture(scope="session")
def sdk_environment(server: ServerThread) -> dict[str, str]:
    """What `slipring env` tells a shell, and none of this machine's own AWS settings."""
    port = server.url.rpartition(":")[2]
    exports = shlex.split(slipring("env", "--port", port).stdout)
    variables = dict(each.split("=", 1) for each in exports if each != "export")
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return environment(**variables, **nowhere, AWS_EC2_METADATA_DISABLED="true")
