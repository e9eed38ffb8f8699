"""The rooms of the house, and which of them may know of which."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).parent.parent / "src" / "slipring"

ROOMS = (
    "__main__",
    "cli",
    "testing",
    "server",
    "front",
    "assembly",
    "upkeep",
    "settings",
    "console",
    "bench",
    "seeds",
    "provisioning",
    "templates",
    "edge",
    "admin",
    "triggers",
    "faults",
    "operations",
    "partiql",
    "expressions",
    "iam",
    "capacity",
    "engine",
    "model",
    "storage",
    "clock",
    "__init__",
)
"""From the top of the house to the bottom. What stands lower knows nothing of what stands higher."""

PURE: dict[str, set[str]] = {
    "partiql": {"expressions", "model"},
    "expressions": {"model"},
    "model": set(),
    "iam/policies": {"model"},
    "templates": set(),
}
"""Rooms, or parts of one, without I/O, event loop, clock or randomness, and the other rooms they may know."""

IMPURE_MODULES = {
    "asyncio",
    "concurrent",
    "datetime",
    "http",
    "io",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "select",
    "selectors",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "uuid",
}

READS_PACKAGE_DATA = {"model/service.py": {"pathlib"}}
"""The service model is a file that botocore ships."""

RANDOM_MODULES = {"random", "secrets", "uuid"}

SALTS = "storage/file/segments.py"
"""A segment's salt must differ from that of whatever lay on its disk blocks before, in a seeded run too."""

LOADS = "bench/draws.py"
"""A load is drawn from a seed that its user gives."""

WALL_CLOCK_NAMES = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "os.urandom"}


FRONT_DOOR = "__init__.py"
"""Shows the server in this process to type checkers; it is imported from wherever it lives once it is asked for."""


class Import(NamedTuple):
    """`path`, a source file, imports `module`, whether at its top, in a function or for types alone."""

    path: str
    module: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} imports {self.module}"


@cache
def trees() -> dict[str, ast.Module]:
    """Every source file by its path within the package."""
    return {path.relative_to(SOURCE).as_posix(): ast.parse(path.read_bytes()) for path in sorted(SOURCE.rglob("*.py"))}


def room_of(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


def lies_in(path: str, room: str) -> bool:
    return path.startswith(f"{room}/") or path == f"{room}.py"


@cache
def imports() -> tuple[Import, ...]:
    return tuple(_imports())


def _imports() -> Iterator[Import]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(path, alias.name, node.lineno)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno} imports relatively"
                assert node.module is not None
                for alias in node.names:
                    yield Import(path, f"{node.module}.{alias.name}", node.lineno)


def imported_room(module: str) -> str | None:
    """The room that an import reaches into; None if it leaves the house."""
    parts = module.split(".")
    if parts[0] != "slipring":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "__init__"


def test_every_file_is_in_a_room() -> None:
    """A new room gets its place in the order before it gets its first line."""
    assert {room_of(path) for path in trees()} <= set(ROOMS)


def test_imports_point_downwards_only() -> None:
    """Otherwise the rooms are one."""
    upwards = [
        each
        for each in imports()
        if each.path != FRONT_DOOR
        and (room := imported_room(each.module)) is not None
        and ROOMS.index(room) < ROOMS.index(room_of(each.path))
    ]
    assert list(map(str, upwards)) == []


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_know_only_pure_rooms(room: str) -> None:
    """What they compute depends on their input alone, so it can be tested and repeated exactly."""
    allowed = PURE[room] | {"__init__", None}
    own = f"slipring.{room.replace('/', '.')}"
    strangers = [
        each
        for each in imports()
        if lies_in(each.path, room)
        and not each.module.startswith(f"{own}.")
        and imported_room(each.module) not in allowed
    ]
    assert list(map(str, strangers)) == []


@pytest.mark.parametrize("room", PURE)
def test_pure_rooms_have_no_door_to_the_outside(room: str) -> None:
    doors = [
        each
        for each in imports()
        if lies_in(each.path, room)
        and (module := each.module.split(".")[0]) in IMPURE_MODULES
        and module not in READS_PACKAGE_DATA.get(each.path, set())
    ]
    assert list(map(str, doors)) == []


def test_time_and_randomness_come_from_one_place() -> None:
    """A test that holds the clock and the seed holds everything that happens."""
    found = [
        str(each)
        for each in imports()
        if each.path not in ("clock.py", SALTS, LOADS)
        and (each.module.split(".")[0] in RANDOM_MODULES or each.module in WALL_CLOCK_NAMES)
    ]
    for path, tree in trees().items():
        if path != "clock.py":
            found += [f"{path}:{line} uses {name}" for line, name in dotted_names(tree) if name in WALL_CLOCK_NAMES]
    assert found == []


def dotted_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The last two parts of every dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value
            if isinstance(owner, ast.Name):
                yield node.lineno, f"{owner.id}.{node.attr}"
            elif isinstance(owner, ast.Attribute):
                yield node.lineno, f"{owner.attr}.{node.attr}"


def test_the_rules_see_what_they_forbid() -> None:
    """A rule that matches nothing would pass for ever."""
    assert imported_room("slipring.edge.protocol.Connection") == "edge"
    assert imported_room("slipring.__version__") == "__init__"
    assert imported_room("asyncio.Future") is None
    names = [name for _, name in dotted_names(ast.parse("import datetime\ndatetime.datetime.now()\ntime.time()"))]
    assert WALL_CLOCK_NAMES & set(names) == {"datetime.now", "time.time"}
