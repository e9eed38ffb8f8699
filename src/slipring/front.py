"""What connections come to: TLS, the listener, and how callers are told apart."""

from __future__ import annotations

from pathlib import Path

from slipring.admin.meters import Meters
from slipring.admin.process import Process
from slipring.admin.reporter import Reporter
from slipring.assembly import Assembly
from slipring.clock import Clock, Ids
from slipring.edge.admission import Admission
from slipring.edge.audit import Audit
from slipring.edge.bounds import bounded
from slipring.edge.clients import Clients
from slipring.edge.listener import Listener
from slipring.edge.query_api import QueryApi
from slipring.edge.tls.context import Tls
from slipring.edge.tls.development import development_pair
from slipring.edge.tls.handshakes import Handshakes
from slipring.edge.tls.pairs import Pair, TlsError
from slipring.edge.traffic import monotonic
from slipring.edge.vigilance import Failures, authenticators
from slipring.iam.isolation import Isolation
from slipring.model.service import operations, targets
from slipring.settings import Settings


def tls_of(settings: Settings, clock: Clock) -> Tls | None:
    """What connections are shaken hands with, if the settings ask for it. Raises TlsError, StoreUrlInvalid."""
    now, client_ca = clock.machine_now, settings.tls_client_ca
    if settings.tls_development is not None and settings.tls_certificate is not None:
        raise TlsError("tls_development makes a certificate, and tls_certificate is another: choose one")
    if settings.tls_development is not None:
        names = [name.strip() for name in settings.tls_development.split(",") if name.strip()]
        pair = development_pair(settings.development_folder(), names, now())
    elif settings.tls_certificate is not None and settings.tls_key is not None:
        pair = Pair(Path(settings.tls_certificate), Path(settings.tls_key))
    elif settings.tls_certificate is not None or settings.tls_key is not None:
        raise TlsError("tls_certificate and tls_key need each other")
    elif client_ca is not None:
        raise TlsError("tls_client_ca needs tls_certificate and tls_key, or tls_development")
    else:
        return None
    return Tls(
        pair, None if client_ca is None else Path(client_ca), now, Handshakes(settings.head_timeout_s, monotonic())
    )


def front(
    settings: Settings,
    assembly: Assembly,
    clock: Clock,
    ids: Ids,
    reporter: Reporter,
    audit: Audit | None = None,
    tls: Tls | None = None,
) -> Listener:
    """What connections are handed to; `reporter` tells its figures, and those of all that is behind it."""
    meters = Meters(operations())
    failures = Failures()
    authenticate = authenticators(
        settings.auth,
        lambda: assembly.access().keyring,
        clock.machine_now,
        Isolation.named(settings.isolate),
        failures,
        users=None if settings.tls_client_ca is None else lambda: assembly.access().keyring,
        region=settings.region,
    )
    limits = settings.limits()
    clients = Clients(limits)
    sts = bounded(authenticate.sts if audit is None else audit.noting(authenticate.sts), clients)
    listener = Listener(
        api=assembly.api,
        targets=targets(),
        metrics=reporter.page,
        administer=assembly.administer,
        meters=meters,
        authenticate=authenticate.dynamodb,
        query_api=QueryApi(sts, lambda: assembly.access().tokens, ids).answer,
        keeps_repeated=settings.auth != "off",
        audit=audit,
        admission=Admission(settings.admin_token, enforcing=settings.auth == "enforce"),
        ready=assembly.ready,
        clock=clock,
        ids=ids,
        limits=limits,
        region=settings.region,
        tls=tls,
        clients=clients,
    )
    reporter.watch(meters.samples, failures.samples, listener.samples, assembly.samples, Process(clock).samples)
    return listener
