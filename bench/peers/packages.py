"""Getting the peers, with the registries' own tools."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.peers.catalog import NPM, Peer


class InstallError(Exception):
    """A peer cannot be had; the message is one line that says why."""


def install(peer: Peer, scratch: Path) -> Path:
    """The folder that a peer is installed in, from now on if it was not. Raises InstallError."""
    folder = scratch / f"{peer.name}-{peer.version}"
    done = folder / "installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if peer.registry == NPM:
            _run(["npm", "install", "--silent", "--no-audit", "--no-fund", f"{peer.package}@{peer.version}"], folder)
        else:
            _run([sys.executable, "-m", "venv", str(folder)], folder)
            _run([str(folder / "bin/pip"), "install", "--quiet", f"{peer.package}=={peer.version}"], folder)
        done.touch()
    return folder


def version(peer: Peer, folder: Path) -> str:
    """The version that is installed, as its package says. Raises InstallError."""
    if peer.registry == NPM:
        description = json.loads((folder / "node_modules" / peer.package / "package.json").read_bytes())
        return str(description["version"])
    name = peer.package.partition("[")[0]
    ask = f"from importlib.metadata import version; print(version({name!r}))"
    return _run([str(folder / "bin/python"), "-c", ask], folder).strip()


def _run(command: Sequence[str], folder: Path) -> str:
    try:
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    except OSError as error:
        raise InstallError(f"{command[0]}: {error.strerror}") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip() or error.stdout.strip()).splitlines()[-1:]
        raise InstallError(f"{' '.join(command[:2])}: {' '.join(last)}") from None
