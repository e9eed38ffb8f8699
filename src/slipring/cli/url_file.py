"""The file that tells where a server is reached, for as long as it is: a port may have been chosen by the system, or by
a flag that whoever asks has not seen."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from slipring.edge.sockets import url as url_to

logger = logging.getLogger("slipring")

_URL = re.compile(r"https?://(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5}")
_LOCAL = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""What listens everywhere is reached here."""


class UrlFile:
    """What a server leaves, and takes away again. Without a path it does neither."""

    def __init__(self, path: str | None) -> None:
        self._path = None if path is None else Path(path)
        self._left = ""

    def leave(self, url: str) -> None:
        """The file is there as a whole or not at all. If it cannot be written, the server serves all the same."""
        if self._path is None:
            return
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            beside.write_text(f"{url}\n", encoding="utf-8")
            beside.replace(self._path)
            self._left = url
        except OSError as error:
            logger.warning("cannot leave the URL in %s: %s", self._path, error.strerror)

    def remove(self) -> None:
        """Unless another server has left its own there meanwhile."""
        if self._path is not None and self._left and url_in(self._path) == self._left:
            self._path.unlink(missing_ok=True)


def url_in(path: Path) -> str | None:
    """The URL that a server has left; None if there is none."""
    try:
        told = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return told if _URL.fullmatch(told) else None


def reached_here(url: str) -> str:
    """The URL by which a client on this machine reaches what listens on a URL's address."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    return url_to(_LOCAL.get(host, host), port, secure=parts.scheme == "https")
