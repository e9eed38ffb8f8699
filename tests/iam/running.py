"""An enforcing server over a store on disk, and the command line that keeps the identities there."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from click.testing import CliRunner

from slipring.cli.commands import slipring
from slipring.clock import Clock
from tests.cli.processes import Serving
from tests.edge.signed import ACCESS_KEY, SECRET_KEY
from tests.servers import ServerThread

ACCOUNT = "111122223333"
REGION = "eu-west-1"
MASTER_KEY = "0f" * 32

Keys = dict[str, str]
"""A boto3 client's arguments that say who asks."""

ROOT: Keys = {"aws_access_key_id": ACCESS_KEY, "aws_secret_access_key": SECRET_KEY}


class Place:
    """A store on disk with identities."""

    def __init__(self, path: Path, store: str = "") -> None:
        """`store` is an address; without one it is a directory in `path`."""
        self.store = store or str(path / "store")
        self.path = path
        self.url = ""

    def iam(self, command: str, *, stdin: str = "", master_key: str = MASTER_KEY, account: str = ACCOUNT) -> str:
        """What `slipring iam …` prints. Fails if the command does."""
        result = self.try_iam(command, stdin=stdin, master_key=master_key, account=account)
        assert result.exit_code == 0, result.output
        return str(result.stdout)

    def try_iam(self, command: str, *, stdin: str = "", master_key: str = MASTER_KEY, account: str = ACCOUNT) -> Any:
        words = shlex.split(command)
        environment = {"SLIPRING_STORE": self.store, "SLIPRING_MASTER_KEY": master_key}
        accounted = [] if words[0] == "master-key" else ["--account", account]
        return CliRunner(env=environment).invoke(slipring, ["iam", *words, *accounted], input=stdin)

    def user(self, name: str) -> Keys:
        """A new user's access key."""
        self.iam(f"user create {name}")
        return exported(self.iam(f"key create {name}"))

    def file(self, name: str, text: str) -> Path:
        path = self.path / name
        path.write_text(text)
        return path

    def client(
        self, keys: Keys, service: str = "dynamodb", *, region: str = REGION, user_agent: str | None = None
    ) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False, user_agent=user_agent),
            **keys,
        )

    @contextmanager
    def served_apart(self) -> Iterator[None]:
        """By a process of its own: one process opens a store once, and here the command line does."""
        settings = {
            "SLIPRING_AUTH": "enforce",
            "SLIPRING_MASTER_KEY": MASTER_KEY,
            "SLIPRING_ACCESS_KEY_ID": ACCESS_KEY,
            "SLIPRING_SECRET_ACCESS_KEY": SECRET_KEY,
        }
        with Serving("--store", self.store, "--durability", "relaxed", more=settings) as serving:
            self.url = serving.url
            yield

    @contextmanager
    def served(self, clock: Clock | None = None, **settings: Any) -> Iterator[None]:
        chosen: dict[str, Any] = {
            "auth": "enforce",
            "master_key": MASTER_KEY,
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET_KEY,
            "durability": "relaxed",
            **settings,
        }
        with ServerThread(self.store, clock=clock, **chosen) as server:
            self.url = server.url
            yield


def exported(text: str) -> Keys:
    """The access key in what a shell is to evaluate."""
    lines = dict(line.removeprefix("export ").split("=", 1) for line in text.splitlines())
    return {name.lower(): value for name, value in lines.items()}


def temporary(credentials: dict[str, Any]) -> Keys:
    """The access key in an answer of the Security Token Service."""
    return {
        "aws_access_key_id": credentials["AccessKeyId"],
        "aws_secret_access_key": credentials["SecretAccessKey"],
        "aws_session_token": credentials["SessionToken"],
    }
