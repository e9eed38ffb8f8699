"""What triggers call: a command, a URL, or a Python function; each in a thread of its own, off the event loop.

All get the event that Lambda would get. A command reads it from its standard input and fails by its exit code. A URL is
posted to and fails by its status, or by a body as the Lambda runtime's emulator sends it. A function is a Lambda
handler, `handler(event, context)`, plain or async, and fails by raising. What a command prints, a URL answers or a
function returns, if it is JSON, is the response.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import os
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import orjson

from slipring.triggers.specification import Trigger

_TOLD_BYTES_MAX = 500
"""How much of what a target said goes into the log."""


_GRACE_S = 0.5
"""How much longer than its time a call may take that keeps the time itself."""


class TargetFailed(Exception):
    """The call did not succeed; the message says why, in one line."""


class TargetUnknown(Exception):
    """There is no such target; the message is one line."""


class Target(Protocol):
    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        """The response, or None. Blocks. Raises TargetFailed."""
        ...


class Opened(NamedTuple):
    """A trigger and what it calls."""

    trigger: Trigger
    target: Target
    destination: Target | None
    """Where batches go that are given up."""


def opened(triggers: Iterable[Trigger]) -> list[Opened]:
    """Raises TargetUnknown."""
    return [opened_to(each, open_target(each.target)) for each in triggers]


def opened_to(trigger: Trigger, target: Target) -> Opened:
    """Raises TargetUnknown."""
    return Opened(trigger, target, open_target(trigger.on_failure) if trigger.on_failure else None)


def open_target(text: str) -> Target:
    """The target that a specification names. Raises TargetUnknown."""
    if text.startswith(("http://", "https://")):
        return Url(text)
    if text.startswith("python:"):
        return imported(text.removeprefix("python:"))
    if text.startswith("file:"):
        return File(Path(text.removeprefix("file:")))
    return Command(text)


async def called(target: Target, payload: bytes, request_id: str, timeout_s: float) -> Any:
    """What the target answers, called in a thread that nobody waits for when the process ends. Raises TargetFailed."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[Any] = loop.create_future()

    def settle(settle: Callable[[Any], None], outcome: Any) -> None:
        if not answered.done():
            settle(outcome)

    def run() -> None:
        try:
            outcome, settler = target.call(payload, request_id, timeout_s), answered.set_result
        except TargetFailed as failure:
            outcome, settler = failure, answered.set_exception
        except BaseException as error:
            outcome, settler = TargetFailed(f"{type(error).__name__}: {error}"), answered.set_exception
        # The loop may be gone by now.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, settler, outcome)

    threading.Thread(target=run, name="slipring-trigger", daemon=True).start()
    try:
        async with asyncio.timeout(timeout_s + _GRACE_S):
            return await answered
    except TimeoutError:
        raise TargetFailed(f"it took longer than {timeout_s:g} s") from None


class Command:
    def __init__(self, text: str) -> None:
        try:
            self._argv = shlex.split(text)
        except ValueError as error:
            raise TargetUnknown(f"{text!r} is no command: {error}") from None
        # As in a shell: a name with a slash in it is a path, also one that is not executable but a Python file.
        if self._argv[0].endswith(".py"):
            self._argv.insert(0, sys.executable)

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        try:
            done = subprocess.run(self._argv, input=payload, stdout=subprocess.PIPE, timeout=timeout_s, check=False)
        except OSError as error:
            raise TargetFailed(f"{self._argv[0]}: {error.strerror}") from None
        except subprocess.TimeoutExpired:
            raise TargetFailed(f"{self._argv[0]} took longer than {timeout_s:g} s") from None
        if done.returncode:
            raise TargetFailed(f"{self._argv[0]} exited with {done.returncode}")
        return _json(done.stdout)


class Url:
    def __init__(self, text: str) -> None:
        parts = urlsplit(text)
        try:
            port = parts.port
        except ValueError:
            raise TargetUnknown(f"{text!r} is no URL") from None
        if not parts.hostname:
            raise TargetUnknown(f"{text!r} is no URL")
        self._connection = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname, port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        connection = self._connection(self._host, self._port, timeout=timeout_s)
        headers = {"Content-Type": "application/json", "X-Amzn-RequestId": request_id}
        try:
            connection.request("POST", self._path, payload, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, HTTPException) as error:
            raise TargetFailed(f"{self._host} does not answer: {error}") from None
        finally:
            connection.close()
        if not 200 <= response.status < 300 or response.getheader("X-Amz-Function-Error"):
            raise TargetFailed(f"{self._host} answered {response.status}: {_short(body)}")
        answer = _json(body)
        if isinstance(answer, dict) and "errorMessage" in answer:
            raise TargetFailed(f"{answer.get('errorType', 'Error')}: {answer['errorMessage']}")
        return answer


class File:
    """A file that gets one line of JSON for each call; for destinations of failures. It has whole items in it, so it is
    its owner's alone, unless it was there before."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        try:
            with open(self._path, "ab", opener=_private) as file:
                file.write(payload + b"\n")
        except OSError as error:
            raise TargetFailed(f"{self._path}: {error.strerror}") from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@dataclass(frozen=True, slots=True)
class Context:
    """What a Lambda handler gets beside its event, as far as it means something here."""

    function_name: str
    aws_request_id: str
    function_version: str = "$LATEST"


def imported(dotted: str) -> Function:
    """The function of a module. Raises TargetUnknown."""
    module, _, name = dotted.rpartition(".")
    if not module or not name:
        raise TargetUnknown(f"python:{dotted} is not like python:module.function")
    # A console script does not look in the working directory by itself.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        return Function(name, getattr(importlib.import_module(module), name))
    except Exception as error:
        raise TargetUnknown(f"cannot import python:{dotted}: {type(error).__name__}: {error}") from None


class Function:
    def __init__(self, name: str, function: Callable[[Any, Context], Any]) -> None:
        self._name = name
        self._function = function

    def call(self, payload: bytes, request_id: str, timeout_s: float) -> Any:
        answer = self._function(orjson.loads(payload), Context(self._name, request_id))
        return asyncio.run(answer) if inspect.iscoroutine(answer) else answer


def _json(text: bytes) -> Any:
    """What was answered; None where it is no JSON, as the printing of a script that has nothing to say."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _short(body: bytes) -> str:
    return " ".join(body[:_TOLD_BYTES_MAX].decode("utf-8", "replace").split())
