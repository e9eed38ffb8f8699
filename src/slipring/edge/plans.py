"""How to verify one client's requests quickly.

What its requests share, which is nearly all, is worked out once: the key, the credential scope, the order of the
headers and everything in the canonical request that never changes. What remains is four hashes and a few joins.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from slipring.edge.authorization import Presented
from slipring.edge.moments import Moment, basic_moment
from slipring.edge.request import Shape, header_name
from slipring.edge.sigv4 import ALGORITHM, Mac
from slipring.iam.caller import Caller
from slipring.model.errors.base import ApiError

Values = Callable[[dict[bytes, bytes]], tuple[bytes, ...]]


class Plan:
    """For POSTs to the root of one shape, to one host, whose signature stands at the end of the Authorization header.

    They differ at most in their target, moment, body and signature.
    """

    __slots__ = (
        "_day",
        "_scope",
        "_trusted_until",
        "caller",
        "earliest",
        "form",
        "host",
        "inner",
        "latest",
        "moment",
        "outer",
        "prefix",
        "shape",
        "token",
        "unsigned",
        "values",
    )

    def __init__(
        self,
        shape: Shape,
        unsigned: bytes,
        host: bytes | None,
        token: bytes | None,
        caller: Caller,
        key: bytes,
        found: Presented,
        trusted_until: float,
    ) -> None:
        """`unsigned` is the Authorization header but for the signature, and `found` what stands there. `trusted_until`
        is when the credential ends or must be looked up again, in seconds since the Unix epoch."""
        self.shape = shape
        self.unsigned = unsigned
        self.host = host
        self.token = token
        self.caller = caller
        self._day = found.day.encode("latin-1")
        self._scope = found.scope.encode("latin-1")
        self._trusted_until = trusted_until
        mac = Mac(key)
        self.inner, self.outer = mac.inner, mac.outer
        self.form, self.values = _form(shape, found.signed_names)
        self.moment = self.prefix = b""
        self.earliest = self.latest = 0.0

    def begin_at(self, moment: Moment) -> None:
        """Verify requests that were signed at `moment`, until told otherwise."""
        self.moment = text = moment.text.encode()
        self.prefix = b"%b\n%b\n%b\n" % (ALGORITHM.encode(), text, self._scope)
        self.earliest = moment.earliest
        self.latest = min(moment.latest, self._trusted_until)

    def move_to(self, text: bytes) -> bool:
        """Verify requests that were signed at another moment, if it is one and lies in the credential's scope."""
        if not text.startswith(self._day):
            return False
        try:
            self.begin_at(basic_moment(text.decode("latin-1")))
        except ApiError:
            return False
        return True


def _form(shape: Shape, signed_names: tuple[str, ...]) -> tuple[bytes, Values]:
    """The canonical request with a place for each header's value and one for the body's hash, and what takes the
    values out of a request's headers."""
    keys: list[bytes] = []
    lines = []
    for name in signed_names:
        own = [key for key in shape.names if header_name(key) == name]
        keys += own
        lines.append(_literal(name) + b":" + b",".join([b"%b"] * len(own)) + b"\n")
    # A request has at least a host and a moment, so this gives a tuple.
    values: Any = itemgetter(*keys)
    return b"POST\n/\n\n%b\n%b\n" % (b"".join(lines), _literal(";".join(signed_names))) + b"%b", values


def _literal(text: str) -> bytes:
    """As it must stand in a format; a header's name may hold a percent sign."""
    return text.encode("latin-1").replace(b"%", b"%%")
