"""`slipring serve`: one process, or a parent and its workers."""

from __future__ import annotations

import logging
import sys

from slipring import __version__
from slipring.cli import heap
from slipring.cli.options import CommandError, WrongSettings
from slipring.cli.workers import Supervisor
from slipring.edge.sockets import ListenError
from slipring.server import Server, StartError
from slipring.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises CommandError if the server cannot start."""
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if settings.workers > 1 and settings.store.startswith("memory:"):
        raise WrongSettings("a memory: store lives in one process: it cannot have several workers")
    try:
        if settings.workers == 1:
            Server(settings, on_ready=lambda server: _settle_and_announce(settings, server.url)).run()
        else:
            Supervisor(settings, on_ready=lambda url: announce(settings, url)).run()
    except (StartError, ListenError) as error:
        raise CommandError(str(error)) from None


def _settle_and_announce(settings: Settings, url: str) -> None:
    heap.settle()
    announce(settings, url)


def announce(settings: Settings, url: str) -> None:
    """Say on stdout that requests are accepted, and where."""
    shared = f", {settings.workers} workers" if settings.workers > 1 else ""
    print(f"slipring {__version__} ready on {url}, store {settings.store}{shared}", flush=True)
