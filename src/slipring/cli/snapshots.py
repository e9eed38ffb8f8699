"""`slipring snapshot`: does what is asked on a store, or has a server do it, and prints what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import click
import orjson

from slipring.admin.calls import AdminCalls
from slipring.admin.snapshot_calls import PATH, add_snapshot_calls
from slipring.cli.options import CommandError, WrongSettings
from slipring.cli.stores import unlocked_store
from slipring.clock import Ids, SystemClock
from slipring.engine.engine import Engine
from slipring.engine.snapshots.saved import Snapshots
from slipring.settings import Settings
from slipring.storage.contract import StoreError
from slipring.storage.sealing import MasterKeyError

_TIMEOUT_S = 3600
"""A large store takes its time to copy."""
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def ask(settings: Settings, endpoint: str | None, wanted: Mapping[str, str]) -> None:
    """Do it and print it. Raises CommandError. The server's call and the command take and give the same JSON."""
    method, body = ("POST", orjson.dumps(wanted)) if wanted else ("GET", b"")
    if endpoint is None:
        status, answer = asyncio.run(_on_store(settings, method, body))
    else:
        status, answer = _on_server(endpoint, method, body)
    try:
        told = orjson.loads(answer)
    except orjson.JSONDecodeError:
        raise CommandError(f"{endpoint} is no Slipring server") from None
    if status != 200:
        raise CommandError(told["message"].rstrip("."))
    for line in _lines(told):
        click.echo(line)


async def _on_store(settings: Settings, method: str, body: bytes) -> tuple[int, bytes]:
    if settings.store.startswith("memory:"):
        raise WrongSettings("a memory: store lives in its server: name that with --endpoint")
    try:
        async with unlocked_store(settings) as store:
            calls = AdminCalls(test_mode=True)
            add_snapshot_calls(calls, Snapshots(Engine(store, SystemClock(), Ids())))
            answering = calls.answer(method, PATH, body)
            assert answering is not None, "the path is that of the calls"
            answer = await answering
    except (MasterKeyError, StoreError) as error:
        raise CommandError(str(error)) from None
    return answer.status, answer.body


def _on_server(endpoint: str, method: str, body: bytes) -> tuple[int, bytes]:
    url = urlsplit(endpoint)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise WrongSettings(f"--endpoint: {endpoint!r} is no http:// or https:// URL")
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(url.hostname, url.port, timeout=_TIMEOUT_S)
    try:
        connection.request(method, PATH, body)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException) as error:
        raise CommandError(f"{endpoint} does not answer: {error}") from None
    finally:
        connection.close()


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    if "snapshots" in told:
        for each in told["snapshots"]:
            yield _summary(each)
    elif "tables" in told and isinstance(told["tables"], list):
        for table in told["tables"]:
            yield from _difference(table)
    elif "name" in told:
        yield _summary(told)
    else:
        [(what, name)] = told.items()
        yield f"{what} {name}"


def _summary(each: Mapping[str, Any]) -> str:
    created = datetime.fromtimestamp(each["created"], UTC).isoformat(sep=" ", timespec="seconds")
    tables = f"{each['tables']} table{'' if each['tables'] == 1 else 's'}"
    notes = "" if each["namespace"] in (None, "") else f"  {each['namespace']}"
    return f"{each['name']}  {created}  {tables}{notes}{'' if each['complete'] else '  incomplete'}"


def _difference(table: Mapping[str, Any]) -> Iterator[str]:
    counts = ", ".join(f"{count} {kind}" for kind, count in table["items"].items() if count)
    definition = " with another definition" if table["definition_changed"] else ""
    yield f"{_SIGNS[table['change']]} table {table['table']}{definition}{f': items {counts}' if counts else ''}"
    for each in table["keys"]:
        yield f"  {_SIGNS[each['change']]} {orjson.dumps(each['key']).decode()}"
    hidden = sum(table["items"].values()) - len(table["keys"])
    if hidden:
        yield f"  and {hidden} more"
