"""Asking a server on this machine how it is."""

from __future__ import annotations

import ssl
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

from slipring.settings import Settings

_TIMEOUT_S = 5.0


def readiness(url: str, settings: Settings) -> tuple[int, str]:
    """The status and text of the server's answer. Raises OSError and HTTPException."""
    connection = _connection_to(urlsplit(url).netloc, settings)
    try:
        connection.request("GET", "/health/ready")
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace").strip()
    finally:
        connection.close()


def _connection_to(address: str, settings: Settings) -> HTTPConnection:
    """Which certificate it meets is not looked at: the name in it is hardly this machine's, and nothing is told but
    that somebody asks. Where clients must show one, it shows the server's own."""
    if not settings.secure:
        return HTTPConnection(address, timeout=_TIMEOUT_S)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if settings.tls_client_ca is not None and settings.tls_certificate is not None:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    return HTTPSConnection(address, timeout=_TIMEOUT_S, context=context)
