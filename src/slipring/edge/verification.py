"""Who asks: verified by signature.

A client's first request is read and verified with care; then a plan (`edge.plans`) verifies those that follow in a few
microseconds. A plan only ever accepts: what it does not is looked at with care again, so that the refusal says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from slipring.edge.auth import SIGNATURE_LENGTH
from slipring.edge.authorization import Presented, presented
from slipring.edge.limits import CACHED_MAX
from slipring.edge.moments import Moment, moment_of
from slipring.edge.plans import Plan
from slipring.edge.request import Request
from slipring.edge.sigv4 import TERMINATOR, Mac, canonical_request, signing_key, string_to_sign, trimmed
from slipring.iam.caller import Caller
from slipring.iam.credentials import Credential, Credentials, NotLoaded
from slipring.iam.isolation import Isolation
from slipring.model.errors import edge as errors
from slipring.model.errors.base import ApiError

if TYPE_CHECKING:
    from slipring.iam.identities import Identity

DYNAMODB = "dynamodb"
"""The service that requests are signed for, those for streams too."""

_NOBODY = Credential("", "a secret that nobody has", None)
"""Stands for a key that is not there, so that it costs what a wrong signature does."""

Values = Mapping[str, Sequence[bytes]]


class Verifier:
    """Believes those whose signature is right."""

    def __init__(
        self,
        credentials: Credentials,
        now: Callable[[], float],
        isolation: Isolation,
        refused: Callable[[ApiError], None],
    ) -> None:
        """`now` tells seconds since the Unix epoch; `refused` hears of every refusal."""
        self._credentials = credentials
        self._refresh = credentials.refresh
        self._now = now
        self._isolation = isolation
        self._refused = refused
        self._plans: dict[tuple[object, ...], Plan] = {}
        # Most requests come from the same client as the one before.
        self._last: Plan | None = None

    def forget(self) -> None:
        """Look every credential up again."""
        self._plans.clear()
        self._last = None

    def identify(self, request: Request) -> Caller:
        """Raises an `ApiError` that says what is wrong with the signature, or NotLoaded."""
        self._refresh()
        headers = request.headers
        shape = request.shape
        authorization = headers.get(shape.authorization, b"")
        unsigned = authorization[:-SIGNATURE_LENGTH]
        host = headers.get(shape.host)
        token = headers.get(shape.token)
        plan = self._last
        if (
            plan is None
            or unsigned != plan.unsigned
            or shape is not plan.shape
            or host != plan.host
            or token != plan.token
        ):
            plan = self._plans.get((unsigned, shape, host, token))
            if plan is None:
                return self._carefully(request)
            self._last = plan
        if request.url != b"/" or request.method != b"POST":
            return self._carefully(request)
        moment = headers[shape.moment]
        if moment != plan.moment and not plan.move_to(moment):
            return self._carefully(request)
        if not plan.earliest <= self._now() <= plan.latest:
            return self._carefully(request)
        # What Mac.hex does, without the call.
        canonical = plan.form % (*plan.values(headers), sha256(request.body()).hexdigest().encode())
        inner, outer = plan.inner(), plan.outer()
        inner.update(plan.prefix + sha256(canonical).hexdigest().encode())
        outer.update(inner.digest())
        if compare_digest(outer.hexdigest().encode(), authorization[-SIGNATURE_LENGTH:]):
            request.origin.user_agent = headers.get(shape.user_agent, b"")
            return request.caller if request.plan is plan else _caller_from(request, plan)
        return self._carefully(request, tried=True)

    def identify_for(self, service: str, request: Request) -> Caller:
        """The same for a request to another service, of which there are few."""
        self._refresh()
        return self._carefully(request, service=service)

    def _carefully(self, request: Request, *, service: str = DYNAMODB, tried: bool = False) -> Caller:
        try:
            return self._verified(request, service, tried)
        except ApiError as refusal:
            self._refused(refusal)
            raise

    def _verified(self, request: Request, service: str, tried: bool) -> Caller:
        found = presented(request)
        values = request.values()
        _require_signed(found, values)
        moment = moment_of(request, found)
        _require_scope(found, moment, service)
        now = self._now()
        moment.require(now)
        credential = self._credentials.find(found.access_key, _token(found, values))
        key = signing_key((credential or _NOBODY).secret_key, found.scope)
        mismatch = _mismatch(request, found, moment, values, key)
        refusal = errors.unrecognized_client() if credential is None else mismatch
        if refusal is not None:
            if not tried:
                self._pretend(request)
            raise refusal
        assert credential is not None, "it was refused otherwise"
        if credential.identify is not None:
            raise NotLoaded(credential.identify)
        if credential.identity is None:
            raise errors.unrecognized_client()
        if now >= credential.expires_at:
            raise errors.expired_token()
        self._credentials.used(found.access_key, service, found.region)
        caller = self._caller(request, found, credential.identity)
        if service == DYNAMODB:
            self._remember(request, found, moment, key, caller, min(credential.expires_at, credential.trusted_until))
        return caller

    def _pretend(self, request: Request) -> None:
        """Do what trying a plan costs, so that nobody can tell by the clock which keys are in use: those have plans."""
        plan = self._last
        if plan is None:
            return
        canonical = plan.unsigned + sha256(request.body()).hexdigest().encode()
        inner, outer = plan.inner(), plan.outer()
        inner.update(plan.prefix + sha256(canonical).hexdigest().encode())
        outer.update(inner.digest())
        compare_digest(outer.hexdigest().encode(), plan.unsigned[-SIGNATURE_LENGTH:])

    def _caller(self, request: Request, found: Presented, identity: Identity) -> Caller:
        host = request.headers.get(request.shape.host, b"").decode("latin-1").strip()
        account = identity.principal.account
        namespace = self._isolation.namespace(account, found.region)
        request.origin.user_agent = request.headers.get(request.shape.user_agent, b"")
        return Caller(found.access_key, found.region, account, host, namespace, identity, request.origin)

    def _remember(
        self, request: Request, found: Presented, moment: Moment, key: bytes, caller: Caller, trusted_until: float
    ) -> None:
        headers, shape = request.headers, request.shape
        unsigned = headers.get(shape.authorization, b"")[:-SIGNATURE_LENGTH]
        if found.query is not None or not shape.moment or not shape.kept or not unsigned.endswith(b"Signature="):
            return
        host, token = headers.get(shape.host), headers.get(shape.token)
        plan = Plan(shape, unsigned, host, token, caller, key, found, trusted_until)
        plan.begin_at(moment)
        if len(self._plans) >= CACHED_MAX:
            self._plans.clear()
        self._plans[unsigned, shape, host, token] = self._last = plan


def _caller_from(request: Request, plan: Plan) -> Caller:
    """Who the plan says it is, from this request's connection. Most connections carry the requests of one client."""
    request.plan = plan
    request.caller = caller = replace(plan.caller, origin=request.origin)
    return caller


def _require_signed(found: Presented, values: Values) -> None:
    if "host" not in found.signed_names:
        raise errors.host_not_signed()
    for name in values:
        if name.startswith("x-amz-") and name not in found.signed_names:
            raise errors.header_not_signed(name)


def _require_scope(found: Presented, moment: Moment, service: str) -> None:
    complaints = []
    if found.service != service:
        complaints.append(errors.scope_of_another_service(service))
    if found.terminator != TERMINATOR:
        complaints.append(errors.scope_without_terminator(TERMINATOR, found.terminator))
    if found.day != moment.text[:8]:
        complaints.append(errors.scope_of_another_day(found.day, moment.text))
    if complaints:
        raise errors.wrong_scope(complaints)


def _token(found: Presented, values: Values) -> str:
    if found.query is not None:
        return found.query.get("X-Amz-Security-Token", "")
    return values.get("x-amz-security-token", (b"",))[0].decode("latin-1").strip()


def _mismatch(request: Request, found: Presented, moment: Moment, values: Values, key: bytes) -> ApiError | None:
    """The refusal of a signature that is wrong; None if it is right.

    A client may have signed values as it sent them, or as they should be signed: without the blanks around them and
    with one for several within."""
    mac = Mac(key)
    body = request.body()
    given = found.signature.encode("latin-1")
    shortened = {name: list(map(trimmed, several)) for name, several in values.items()}
    right = False
    canonical = to_sign = b""
    for each in (values, shortened):
        canonical = canonical_request(request.method, request.url, each, found.signed_names, body)
        to_sign = string_to_sign(moment.text, found.scope, canonical)
        right |= compare_digest(mac.hex(to_sign), given)
    refusal = errors.signature_mismatch(canonical.decode("latin-1"), to_sign.decode("latin-1"))
    return None if right else refusal
