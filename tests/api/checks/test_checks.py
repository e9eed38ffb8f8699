"""Every message of the service, provoked over HTTP, and the order in which several mistakes are told.

The tables beside this file are the whole of it: what a request must not have wrong, in the service's order, with the
words and their source. A constructor of an error without a line in a table fails here, and so does a line that another
constructor answers."""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
import pkgutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import slipring.model.errors
from slipring.clock import ManualClock
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.raw import Answer, RawClient
from tests.api.checks import fixtures, tables
from tests.api.checks.table import Body, Check, Operation, Stage, clash, spoilt
from tests.servers import ServerThread

TESTS = Path(__file__).parent.parent.parent
TABLES = {operation.name: operation for operation in tables.ALL}


def constructors() -> dict[CodeType, str]:
    """Every public function of slipring.model.errors, by its code."""
    found = {}
    for module in pkgutil.iter_modules(slipring.model.errors.__path__):
        functions = vars(importlib.import_module(f"slipring.model.errors.{module.name}"))
        for name, function in functions.items():
            if inspect.isfunction(function) and function.__module__.endswith(f".{module.name}") and name[0] != "_":
                found[function.__code__] = f"{module.name}.{name}"
    return found


class Witness:
    """Notes which constructors the server's threads call."""

    def __init__(self) -> None:
        self.called: set[str] = set()
        self._names = constructors()

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code in self._names:
            self.called.add(self._names[frame.f_code])


WITNESS = Witness()


class Server:
    """A server, watched by a witness if there is one, and what it made up."""

    def __init__(self, witness: Witness | None) -> None:
        clock = ManualClock()
        threading.setprofile(witness)
        try:
            self._thread = ServerThread(clock=clock)
            self._thread.__enter__()
        finally:
            threading.setprofile(None)
        self._client = RawClient(self._thread.port)
        self.prepare()
        self._names = fixtures.made_up(self._client, clock)

    def prepare(self) -> None:
        fixtures.prepare(self._client)

    def send(self, operation: Operation, *checks: Check) -> Answer:
        request = request_of(operation, *checks)
        return self._client.call(
            operation.name, request if isinstance(request, bytes) else self.named(json.dumps(request))
        )

    def named(self, text: str) -> str:
        for name, made_up in self._names.items():
            text = text.replace(name, made_up)
        return text

    def close(self) -> None:
        self._client.close()
        self._thread.__exit__(None, None, None)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server(None)
    yield server
    server.close()


@pytest.fixture(scope="module")
def watched() -> Iterator[Server]:
    """Slower, because every call is seen."""
    server = Server(WITNESS)
    yield server
    server.close()


def request_of(operation: Operation, *checks: Check) -> Any:
    """The good request with these mistakes."""
    request: Any = operation.good
    for check in checks:
        request = check.spoil.raw if isinstance(check.spoil, Body) else spoilt(request, check.spoil)
    return request


def every_check() -> Iterator[Any]:
    for operation in TABLES.values():
        for stage in operation.stages:
            for check in stage.checks:
                yield pytest.param(operation, check, id=f"{operation.name}-{check.constructor}")


@pytest.mark.parametrize(("operation", "check"), list(every_check()))
def test_a_mistake_alone(watched: Server, operation: Operation, check: Check) -> None:
    """Exactly these words, and from the constructor that the table names."""
    WITNESS.called.clear()
    answer = watched.send(operation, check)
    assert answer.status == 400, answer
    assert (answer.code, answer.message) == (check.code, watched.named(check.message))
    assert check.constructor in WITNESS.called


def pairs(operation: Operation, earlier: Stage, later: Stage) -> list[tuple[Check, Check]]:
    """Mistakes of two stages that one request can have."""
    return [
        (first, second)
        for first, second in itertools.product(earlier.checks, later.checks)
        if can_stand_together(operation, first, second)
    ]


def can_stand_together(operation: Operation, first: Check, second: Check) -> bool:
    if isinstance(first.spoil, Body) or isinstance(second.spoil, Body) or clash(first.spoil, second.spoil):
        return False
    combined, *others = [
        operation.combination(request_of(operation, *checks)) for checks in ((first, second), (first,), (second,))
    ]
    return not combined or combined in others


@pytest.mark.parametrize("operation", list(TABLES.values()), ids=list(TABLES))
def test_the_order_of_mistakes(server: Server, operation: Operation) -> None:
    """Of two mistakes, that of the earlier stage is told: of any two stages, and any two that can stand together."""
    for earlier, later in itertools.combinations(operation.stages, 2):
        for first, second in pairs(operation, earlier, later):
            answer = server.send(operation, first, second)
            told = (answer.code, answer.message)
            assert first.is_told(*told, server.named), (earlier.title, later.title, first, second, told)
    for earlier, later in itertools.pairwise(operation.stages):
        assert bool(pairs(operation, earlier, later)) != bool(later.apart), (earlier.title, later.title)


@pytest.mark.parametrize("operation", list(TABLES.values()), ids=list(TABLES))
def test_the_good_request_is_good(server: Server, operation: Operation) -> None:
    """Otherwise its own mistake would be all that is ever told."""
    answer = server.send(operation)
    assert answer.status == 200, answer
    server.prepare()


def test_every_operation_has_a_table() -> None:
    """docs/adr/0010 says why. A new operation gets its checks, in the service's order, in a module of this folder."""
    assert sorted(TABLES) == sorted(HANDLERS)


def test_every_constructor_has_a_check() -> None:
    """Or stands in tables.ELSEWHERE, which says what test has its words. A new constructor gets a Check in the table of
    an operation that says it (and then `python -m tests.api.checks.test_page`)."""
    checked = {
        check.constructor for operation in TABLES.values() for stage in operation.stages for check in stage.checks
    }
    known = set(constructors().values())
    known = {name for name in known if name.partition(".")[0] not in tables.OTHER_MODULES}
    assert known - checked - tables.ELSEWHERE.keys() == set()
    assert checked - known == set()
    assert tables.ELSEWHERE.keys() - known == set()
    assert checked & tables.ELSEWHERE.keys() == set()


@pytest.mark.parametrize(("path", "words"), list(tables.ELSEWHERE.values()), ids=list(tables.ELSEWHERE))
def test_what_stands_elsewhere_stands_there(path: str, words: str) -> None:
    assert words in (TESTS / path).read_text()
