"""`slipring apply`: tables from templates."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from slipring.cli.options import CommandError, WrongSettings
from slipring.provisioning.asking import Refused
from slipring.provisioning.botocore_driver import drive
from slipring.provisioning.carrying_out import StepFailed, carry_out, plans
from slipring.provisioning.plan import TablePlan
from slipring.settings import Settings
from slipring.templates import formats
from slipring.templates.desired import Inputs, Template, TemplateError

_ENDPOINTS = ("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE")


def apply_templates(
    settings: Settings,
    files: Sequence[Path],
    *,
    parameters: Sequence[str],
    stack: str,
    endpoint: str,
    store: str | None,
    dry_run: bool,
    partial: bool,
) -> None:
    """Do what is to be done, and print each step once it is done. Nothing is done before all of it is known to be
    possible. Raises CommandError."""
    inputs = Inputs(_parameters(parameters), stack, settings.region)
    templates = [_read(file, inputs) for file in files]
    _require_support(files, templates, partial)
    tables = [table for template in templates for table in template.tables]
    with _client(settings, endpoint, store) as client:
        try:
            todo = drive(client, plans(tables))
            _require_ways(todo)
            for each in todo:
                if not each.steps:
                    click.echo(f"table {each.name}: nothing to do")
                for step in each.steps:
                    if not dry_run:
                        drive(client, carry_out(each.name, step))
                    click.echo(f"table {each.name}: {step.words}")
        except (Refused, StepFailed) as error:
            raise CommandError(str(error)) from None


def _parameters(texts: Sequence[str]) -> dict[str, str]:
    for text in texts:
        if "=" not in text:
            raise WrongSettings(f"--parameter: {text!r} is not NAME=VALUE")
    return dict(text.split("=", 1) for text in texts)


def _read(file: Path, inputs: Inputs) -> Template:
    try:
        return formats.read(file.read_text(encoding="utf-8"), inputs)
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file}: it is not text in UTF-8") from None
    except TemplateError as error:
        raise CommandError(f"{file}: {error}") from None


def _require_support(files: Sequence[Path], templates: Sequence[Template], partial: bool) -> None:
    """Name every part that cannot be had."""
    count = 0
    for file, template in zip(files, templates, strict=True):
        for part in template.unsupported:
            count += 1
            click.echo(f"{file}: {part}", err=True)
    if count and not partial:
        parts = "part is" if count == 1 else "parts are"
        raise CommandError(f"{count} {parts} not supported; nothing was done. --partial does the rest")


def _require_ways(todo: Sequence[TablePlan]) -> None:
    obstacles = [f"table {each.name} would have to be replaced: {why}" for each in todo for why in each.obstacles]
    for obstacle in obstacles:
        click.echo(obstacle, err=True)
    if obstacles:
        raise CommandError("nothing was done: no table with items in it is ever replaced")


def default_endpoint(settings: Settings) -> str:
    """Where the AWS tools of this shell find DynamoDB, if it is told; else the server on this machine."""
    from slipring.cli.commands import local_url

    return next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), local_url(settings))


@contextmanager
def _client(settings: Settings, endpoint: str, store: str | None) -> Iterator[Any]:
    """A client of the endpoint, or of a server in this process over the store. Raises CommandError."""
    from botocore.exceptions import BotoCoreError

    from slipring.assembly import StartError
    from slipring.server import running

    try:
        if store is None:
            yield _botocore_client(settings, endpoint or default_endpoint(settings))
            return
        if store.startswith("memory:"):
            raise WrongSettings("a memory: store is gone when this command ends")
        local = Settings(
            store=store,
            host="127.0.0.1",
            port=0,
            region=settings.region,
            isolate=settings.isolate,
            master_key=settings.master_key,
            master_key_file=settings.master_key_file,
            master_key_command=settings.master_key_command,
        )
        with running(local) as server:
            yield _botocore_client(settings, server.url)
    except StartError as error:
        raise CommandError(str(error)) from None
    except BotoCoreError as error:
        raise CommandError(" ".join(str(error).split())) from None


def _botocore_client(settings: Settings, endpoint: str) -> Any:
    """Credentials are those that the environment names. Without any, botocore would go and ask the network."""
    from botocore.config import Config
    from botocore.session import Session

    keys = {}
    if settings.access_key_id and settings.secret_access_key:
        keys = {"aws_access_key_id": settings.access_key_id, "aws_secret_access_key": settings.secret_access_key}
    elif not any(os.environ.get(name) for name in _CREDENTIALS):
        keys = {"aws_access_key_id": "slipring", "aws_secret_access_key": "slipring"}
    config = Config(retries={"total_max_attempts": 3}, connect_timeout=5, read_timeout=30, parameter_validation=False)
    return Session().create_client(
        "dynamodb", endpoint_url=endpoint, region_name=settings.region, config=config, **keys
    )
