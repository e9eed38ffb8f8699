"""Sealing: AES-256-GCM under a master key, for what must not be read from a store's files or its backups."""

from __future__ import annotations

import re
import shlex
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
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
    """Seals under one key, and opens under it or one that it takes the place of."""

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes]) -> None:
        """`key` is one or several, one behind the other; the first seals."""
        # Most servers seal nothing, and this library costs them a tenth of their start.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        assert key and len(key) % KEY_BYTES == 0
        self._ciphers = [AESGCM(key[start : start + KEY_BYTES]) for start in range(0, len(key), KEY_BYTES)]
        self._random_bytes = random_bytes

    def close(self, text: bytes, purpose: bytes) -> bytes:
        """`text`, sealed so that it opens for the same `purpose` only."""
        nonce = self._random_bytes(_NONCE_BYTES)
        return nonce + self._ciphers[0].encrypt(nonce, text, purpose)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Raises SealBroken."""
        from cryptography.exceptions import InvalidTag

        for cipher in self._ciphers:
            with suppress(InvalidTag, ValueError):
                return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose)
        raise SealBroken

    def again(self, sealed: bytes, purpose: bytes) -> bytes:
        """The same, sealed with the first key. Raises SealBroken."""
        return self.close(self.open(sealed, purpose), purpose)


def master_key(text: str | None, file: str | None, command: str | None) -> bytes | None:
    """The key that `text` is, that `file` holds or that `command` prints, the first of them that is given.

    It is 32 bytes, written as 64 digits of hex or in base64. While one key takes the place of another there are both,
    the new one first (see `Seal`). Raises MasterKeyError.
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
    keys = text.split()
    if keys and all(_HEX.fullmatch(each) or _BASE64.fullmatch(each) for each in keys):
        return b"".join([bytes.fromhex(each) if _HEX.fullmatch(each) else b64decode(each) for each in keys])
    raise MasterKeyError(f"{source} is no master key: 32 bytes as 64 digits of hex, or in base64")
