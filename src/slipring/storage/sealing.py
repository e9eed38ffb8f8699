"""Sealing: AES-256-GCM under a master key, for what must not be read from a store's files or its backups."""

from __future__ import annotations

import re
import shlex
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

KEY_BYTES = 32
_NONCE_BYTES = 12
_COMMAND_TIMEOUT_S = 30.0
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_BASE64 = re.compile(r"[0-9A-Za-z+/]{43}=", re.ASCII)


class MasterKeyError(Exception):
    """There is no master key, or a wrong one; the message is one line that says which."""


class SealBroken(Exception):
    """What was to be opened was sealed with another key, for another purpose, or was changed."""


class Seal:
    """Seals and opens under one key."""

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        # Most servers seal nothing, and this library costs them a tenth of their start.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        assert len(key) == KEY_BYTES
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def close(self, text: bytes, purpose: bytes) -> bytes:
        """`text`, sealed so that it opens for the same `purpose` only."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Raises SealBroken."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose)
        except (InvalidTag, ValueError):
            raise SealBroken from None


def master_key(text: str | None, file: str | None, command: str | None) -> bytes | None:
    """The key that `text` is, that `file` holds or that `command` prints, the first of them that is given.

    It is 32 bytes, written as 64 digits of hex or in base64. Raises MasterKeyError.
    """
    if text is not None:
        return _key(text, "master_key")
    if file is not None:
        try:
            return _key(Path(file).read_text(encoding="ascii"), file)
        except (OSError, UnicodeDecodeError) as error:
            raise MasterKeyError(f"the master key cannot be read: {error}") from None
    if command is not None:
        return _key(_printed_by(command), f"what {command!r} prints")
    return None


def _printed_by(command: str) -> str:
    import subprocess

    try:
        ran = subprocess.run(
            shlex.split(command), capture_output=True, encoding="ascii", timeout=_COMMAND_TIMEOUT_S, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # What it printed may be the key, so it is not shown.
        raise MasterKeyError(f"the command for the master key failed: {type(error).__name__}: {command!r}") from None
    return ran.stdout


def _key(text: str, source: str) -> bytes:
    text = text.strip()
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    if _BASE64.fullmatch(text):
        return b64decode(text)
    raise MasterKeyError(f"{source} is no master key: 32 bytes as 64 digits of hex, or in base64")
