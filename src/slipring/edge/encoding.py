"""Content codings: gzip in and gzip out, by ISA-L, which costs a fifth of zlib."""

from __future__ import annotations

from typing import cast

from isal import isal_zlib

from slipring.edge.limits import BODY_BYTES_MAX, CACHED_MAX
from slipring.model.errors.edge import body_too_large, undecodable_body

_GZIP_WBITS = 31
_LEVEL = 1
"""ISA-L's levels 2 and 3 take up to half as long again for half a per cent."""

_BadStream = cast(type[Exception], isal_zlib.error)

_accepts: dict[bytes, bool] = {}


def accepts_gzip(accept_encoding: bytes | None) -> bool:
    """Whether an Accept-Encoding header lets the answer be compressed."""
    if accept_encoding is None:
        return False
    answer = _accepts.get(accept_encoding)
    if answer is None:
        if len(_accepts) >= CACHED_MAX:
            _accepts.clear()
        answer = _accepts[accept_encoding] = _weight(accept_encoding.lower()) > 0
    return answer


def _weight(accept_encoding: bytes) -> float:
    weights: dict[bytes, float] = {}
    for coding in accept_encoding.split(b","):
        name, _, parameter = coding.partition(b";")
        try:
            weights[name.strip()] = float(parameter.partition(b"=")[2] or 1)
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get(b"gzip", weights.get(b"*", 0.0))


def compress(body: bytes) -> bytes:
    return isal_zlib.compress(body, _LEVEL, _GZIP_WBITS)


def decode(body: bytes, content_encoding: bytes) -> bytes:
    """The body under its Content-Encoding. Never grows past the limit, however small the body was.

    Raises MalformedHttpRequestException and RequestEntityTooLargeException.
    """
    coding = content_encoding.strip().lower()
    if coding in (b"", b"identity"):
        return body
    if coding not in (b"gzip", b"x-gzip"):
        raise undecodable_body()
    stream = isal_zlib.decompressobj(_GZIP_WBITS)
    try:
        plain = stream.decompress(body, BODY_BYTES_MAX + 1)
    except _BadStream:
        raise undecodable_body() from None
    if len(plain) > BODY_BYTES_MAX:
        raise body_too_large(BODY_BYTES_MAX)
    if not stream.eof or stream.unused_data:
        raise undecodable_body()
    return plain
