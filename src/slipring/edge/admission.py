"""Who may make admin calls and see the metrics: whoever has the token, where there is one."""

from __future__ import annotations

from hmac import compare_digest

from slipring.admin.samples import Samples, by_label
from slipring.edge.request import Request

UNAUTHORIZED, FORBIDDEN = 401, 403

_SCHEME = b"bearer "


class Admission:
    """The rule of one server."""

    __slots__ = ("_enforcing", "_refused", "_token")

    def __init__(self, token: str | None = None, *, enforcing: bool = False) -> None:
        """Without a `token` metrics are open, and so are admin calls unless signatures are enforced: they could undo
        what policies deny."""
        self._token = None if token is None else token.encode()
        self._enforcing = enforcing
        self._refused: dict[str, int] = {}

    def to_admin_calls(self, request: Request) -> bool:
        return self._counted(not self._enforcing if self._token is None else self._has_token(request))

    def to_metrics(self, request: Request) -> bool:
        return self._counted(self._token is None or self._has_token(request))

    def note(self, status: int) -> None:
        """An admin call was answered with this HTTP status."""
        if status in (UNAUTHORIZED, FORBIDDEN):
            self._refused[str(status)] = self._refused.get(str(status), 0) + 1

    def samples(self) -> Samples:
        return {"slipring_refused_admin_calls_total": by_label(self._refused)}

    def _counted(self, admitted: bool) -> bool:
        if not admitted:
            self.note(UNAUTHORIZED)
        return admitted

    def _has_token(self, request: Request) -> bool:
        given = request.headers.get(request.shape.authorization, b"").strip()
        assert self._token is not None
        right = compare_digest(given[len(_SCHEME) :], self._token)
        return right and given[: len(_SCHEME)].lower() == _SCHEME
