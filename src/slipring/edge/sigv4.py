"""Signature Version 4: the texts that are signed, and how.

Source: IAM user guide, "Create a signed AWS API request" and "Elements of an AWS API request signature".
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from urllib.parse import quote_from_bytes, unquote_to_bytes

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"

_BLANKS = re.compile(rb"[ \t]+")

_BLOCK_BYTES = 64
_INNER_PAD = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD = bytes(byte ^ 0x5C for byte in range(256))


def signing_key(secret_key: str, scope: str) -> bytes:
    """The key for a credential scope such as `20260101/us-east-1/dynamodb/aws4_request`."""
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode("latin-1"), "sha256")
    return key


class Mac:
    """HMAC-SHA-256 (RFC 2104) under one key.

    Both halves of the key are hashed once; copying the two states costs less than half of `hmac.digest`, which
    fetches the algorithm anew for each call.
    """

    __slots__ = ("inner", "outer")

    def __init__(self, key: bytes) -> None:
        padded = key.ljust(_BLOCK_BYTES, b"\x00")
        self.inner = sha256(padded.translate(_INNER_PAD)).copy
        self.outer = sha256(padded.translate(_OUTER_PAD)).copy

    def hex(self, message: bytes) -> bytes:
        inner, outer = self.inner(), self.outer()
        inner.update(message)
        outer.update(inner.digest())
        return outer.hexdigest().encode()


def canonical_request(
    method: bytes, url: bytes, headers: Mapping[str, Sequence[bytes]], signed_names: Iterable[str], body: bytes
) -> bytes:
    """The text whose hash is signed. A signed header that the request lacks counts as empty, as on the service."""
    path, _, query = url.partition(b"?")
    names = [name.encode("latin-1") for name in signed_names]
    lines = [b"%b:%b\n" % (name, b",".join(headers.get(name.decode("latin-1"), ()))) for name in names]
    hashed = sha256(body).hexdigest().encode()
    return b"%b\n%b\n%b\n%b\n%b\n%b" % (
        method,
        canonical_path(path),
        canonical_query(query),
        b"".join(lines),
        b";".join(names),
        hashed,
    )


def canonical_path(path: bytes) -> bytes:
    """A path without empty and dotted steps (RFC 3986, section 5.2.4), each byte but the unreserved ones encoded once
    more than it came."""
    steps: list[bytes] = []
    for step in path.split(b"/"):
        if step == b"..":
            del steps[-1:]
        elif step not in (b"", b"."):
            steps.append(step)
    trailing = b"/" if steps and path.endswith(b"/") else b""
    return quote_from_bytes(b"/" + b"/".join(steps) + trailing, safe="/-_.~").encode()


def trimmed(value: bytes) -> bytes:
    """A header's value without blanks at its ends, and with one for several within."""
    return _BLANKS.sub(b" ", value).strip(b" ")


def canonical_query(query: bytes) -> bytes:
    """A query without its signature, each name and value encoded in the one way there is, sorted."""
    pairs = []
    for part in query.split(b"&"):
        name, _, value = (_encoded(piece) for piece in part.partition(b"="))
        if name and name != "X-Amz-Signature":
            pairs.append((name, value))
    return "&".join([f"{name}={value}" for name, value in sorted(pairs)]).encode()


def _encoded(text: bytes) -> str:
    return quote_from_bytes(unquote_to_bytes(text.replace(b"+", b" ")), safe="-_.~")


def string_to_sign(moment: str, scope: str, canonical: bytes) -> bytes:
    """`moment` is when it was signed, as in `20260101T000000Z`."""
    return f"{ALGORITHM}\n{moment}\n{scope}\n{sha256(canonical).hexdigest()}".encode("latin-1")
