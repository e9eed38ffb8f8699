"""The peers: where they come from, and how each is started."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import slipring
from slipring.bench.signing import Credential

CREDENTIAL = Credential("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
"""The example key of AWS's documentation, which the one peer that verifies signatures knows."""

MEMORY = "memory"
DISK = "disk"
STORES = (MEMORY, DISK)

NPM = "npm"
PYPI = "pypi"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one server runs."""

    installed: Path
    """What its package was installed into."""
    data: Path
    """An empty folder, which it is started in."""
    port: int
    store: str

    @property
    def on_disk(self) -> bool:
        return self.store == DISK


@dataclass(frozen=True, slots=True)
class Start:
    """How a server is started."""

    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Peer:
    """Another server."""

    name: str
    version: str
    registry: str
    package: str
    start: Callable[[Place], Start]
    stores: tuple[str, ...] = STORES
    """Where it can keep its data."""


def _dynoxide(place: Place) -> Start:
    program = place.installed / "node_modules/@dynoxide/linux-x64/dynoxide"
    command = [str(program), "serve", "--host", "127.0.0.1", "--port", str(place.port)]
    return Start(command + (["--db-path", str(place.data / "dynoxide.db")] if place.on_disk else []), {})


def _extenddb(place: Place) -> Start:
    program = place.installed / "node_modules/@extenddb/linux-x64/extenddb"
    environment = {
        "EXTENDDB__SERVER__PORT": str(place.port),
        "EXTENDDB__STORAGE__SQLITE__PATH": str(place.data / "extenddb.db") if place.on_disk else ":memory:",
    }
    return Start([str(program), "serve", "--foreground"], environment)


def _dynalite(place: Place) -> Start:
    program = place.installed / "node_modules/dynalite/cli.js"
    command = ["node", str(program), "--host", "127.0.0.1", "--port", str(place.port)]
    command += ["--createTableMs", "0", "--deleteTableMs", "0", "--updateTableMs", "0"]
    return Start(command + (["--path", str(place.data / "dynalite")] if place.on_disk else []), {})


def _ministack(place: Place) -> Start:
    environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(place.port)}
    return Start([str(place.installed / "bin/ministack")], environment)


def _moto(place: Place) -> Start:
    return Start([str(place.installed / "bin/moto_server"), "-H", "127.0.0.1", "-p", str(place.port)], {})


PEERS = {
    each.name: each
    for each in (
        Peer("dynoxide", "1.2.1", NPM, "@dynoxide/linux-x64", _dynoxide),
        Peer("extenddb", "0.1.10", NPM, "@extenddb/linux-x64", _extenddb),
        Peer("dynalite", "4.0.0", NPM, "dynalite", _dynalite),
        Peer("ministack", "1.5.33", PYPI, "ministack", _ministack, (MEMORY,)),
        Peer("moto", "5.2.5", PYPI, "moto[server]", _moto, (MEMORY,)),
    )
}
"""Every peer by name."""


def slipring_start(place: Place, more: tuple[str, ...]) -> Start:
    """How this package's server is started, verifying signatures; `more` are further flags of `slipring serve`."""
    store = str(place.data / "slipring") if place.on_disk else "memory:"
    command = [sys.executable, "-m", "slipring", "serve", "--port", str(place.port), "--store", store]
    environment = {
        "PYTHONPATH": str(Path(slipring.__file__).parents[1]),
        "SLIPRING_AUTH": "enforce",
        "SLIPRING_ACCESS_KEY_ID": CREDENTIAL.access_key,
        "SLIPRING_SECRET_ACCESS_KEY": CREDENTIAL.secret_key,
    }
    return Start([*command, *more], environment)
