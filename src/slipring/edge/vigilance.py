"""How strictly signatures are taken: off, warn or enforce."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from slipring.admin.samples import Samples, by_label
from slipring.edge.auth import Authenticate, TrustingAuthenticator
from slipring.edge.limits import CACHED_MAX
from slipring.edge.request import Request
from slipring.edge.tls.clients import CertifiedAuthenticator, Users
from slipring.edge.verification import Verifier
from slipring.iam.caller import Caller
from slipring.iam.credentials import Credentials
from slipring.iam.isolation import Isolation
from slipring.model.errors.base import ApiError

logger = logging.getLogger("slipring.edge")


class Failures:
    """Counts requests whose signature did not verify."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, refusal: ApiError) -> None:
        self._counts[refusal.code] = self._counts.get(refusal.code, 0) + 1

    def samples(self) -> Samples:
        return {"slipring_signature_failures_total": by_label(self._counts)}


class WarningAuthenticator:
    """Serves whom a verifier refuses, if a request can be read at all, and says so: once for each access key and
    error, since clients repeat themselves."""

    def __init__(self, verify: Authenticate, trust: Authenticate) -> None:
        self._verify = verify
        self._trust = trust
        self._said: set[tuple[str, str]] = set()

    def identify(self, request: Request) -> Caller:
        """Raises what stands in the way of reading a credential."""
        try:
            return self._verify(request)
        except ApiError as refusal:
            caller = self._trust(request)
            self._say(caller, refusal)
            return caller

    def _say(self, caller: Caller, refusal: ApiError) -> None:
        about = (caller.access_key, refusal.code)
        if about in self._said:
            return
        if len(self._said) >= CACHED_MAX:
            self._said.clear()
        self._said.add(about)
        # The rest of a mismatch's message is the canonical request.
        logger.warning("--auth enforce would refuse access key %r: %s: %s", *about, refusal.message.partition("\n")[0])


class Authenticators(NamedTuple):
    """Who asks, by the service that is asked."""

    dynamodb: Authenticate
    sts: Authenticate


def authenticators(
    mode: str,
    credentials: Callable[[], Credentials],
    now: Callable[[], float],
    isolation: Isolation,
    failures: Failures,
    users: Callable[[], Users] | None = None,
    region: str = "",
) -> Authenticators:
    """By the setting `auth`; with `off` nobody asks for the `credentials`, nor for the `users`, whom certificates name
    where they are given. Requests that name no region are for `region`."""
    trust = TrustingAuthenticator(isolation).identify
    if mode == "off":
        return Authenticators(trust, trust)
    known = credentials()
    verifier = Verifier(known, now, isolation, failures.count)
    known.forgotten = verifier.forget
    verify = Authenticators(verifier.identify, partial(verifier.identify_for, "sts"))
    if users is not None:
        verify = Authenticators(
            *[CertifiedAuthenticator(each, users(), isolation, region, failures.count).identify for each in verify]
        )
    if mode == "enforce":
        return verify
    return Authenticators(*[WarningAuthenticator(each, trust).identify for each in verify])
