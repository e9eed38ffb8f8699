"""`slipring serve`: one process, or a parent and its workers."""

from __future__ import annotations

import logging
import resource
import sys
from collections.abc import Callable

from slipring import __version__
from slipring.assembly import StartError
from slipring.cli import heap
from slipring.cli.options import CommandError, WrongSettings
from slipring.cli.url_file import UrlFile
from slipring.cli.workers import Supervisor
from slipring.edge.sockets import ListenError, is_loopback
from slipring.edge.tls.development import CA
from slipring.server import Server
from slipring.settings import Settings
from slipring.storage.store_url import shown

logger = logging.getLogger("slipring")

_OTHER_FILES = 256
"""What a process has open beside its connections: the store's files, sockets to listen on, and the like."""


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises CommandError if the server cannot start."""
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if settings.workers > 1 and settings.store.startswith("memory:"):
        raise WrongSettings("a memory: store lives in one process: it cannot have several workers")
    _require_closed_doors(settings)
    _allow_open_files(settings)
    url_file = UrlFile(settings.url_file)

    def on_ready(url: str) -> None:
        url_file.leave(url)
        announce(settings, url)

    try:
        if settings.workers == 1:
            Server(settings, on_ready=lambda server: _settle_and_announce(server.url, on_ready)).run()
        else:
            Supervisor(settings, on_ready).run()
    except (StartError, ListenError) as error:
        raise CommandError(str(error)) from None
    finally:
        url_file.remove()


def _require_closed_doors(settings: Settings) -> None:
    """Serve nobody but this machine while everybody may do everything, unless that is asked for."""
    if _is_open(settings) and settings.open_access != "yes":
        raise WrongSettings(
            f"auth is off and {settings.host} is reached from other machines: whoever finds the port may do everything."
            " Choose --auth enforce, or --open-access yes if that is what you want"
        )


def _is_open(settings: Settings) -> bool:
    """Whether other machines may do everything."""
    return settings.auth == "off" and settings.tls_client_ca is None and not is_loopback(settings.host)


def _allow_open_files(settings: Settings) -> None:
    """Raise the bound on open files, of which every connection is one, as far as it is needed and may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.connections_max + _OTHER_FILES
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    if allowed < wanted:
        logger.warning("%d connections may not fit: this process may open %d files", settings.connections_max, allowed)


def _settle_and_announce(url: str, on_ready: Callable[[str], None]) -> None:
    heap.settle()
    on_ready(url)


def announce(settings: Settings, url: str) -> None:
    """Say on stdout that requests are accepted, and where."""
    shared = f", {settings.workers} workers" if settings.workers > 1 else ""
    if settings.tls_development is not None:
        authority = settings.development_folder() / CA
        print(f'clients trust it with AWS_CA_BUNDLE={authority.absolute()}; eval "$(slipring env)" sets that too')
    print(f"slipring {__version__} ready on {url}, store {shown(settings.store)}{shared}", flush=True)
    if _is_open(settings):
        logger.warning("*" * 100)
        logger.warning("auth is off: WHOEVER REACHES %s MAY READ AND DELETE EVERYTHING", url)
        logger.warning("*" * 100)
