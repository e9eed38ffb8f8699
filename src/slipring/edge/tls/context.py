"""What a listener shakes hands with: modern versions only, and a certificate that follows its files."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from pathlib import Path

from slipring.edge.tls.handshakes import Handshakes
from slipring.edge.tls.pairs import Pair, TlsError

logger = logging.getLogger("slipring.edge")

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption only (RFC 9325, section 4.2). TLS 1.3 has no others."""


class Tls:
    """The context that every handshake takes, and keeps being given the newest certificate."""

    def __init__(self, pair: Pair, client_ca: Path | None, now: Callable[[], float], handshakes: Handshakes) -> None:
        """With `client_ca`, a file of certificates, every client must show one that these signed. `now` tells seconds
        since the Unix epoch. Raises TlsError."""
        self._pair = pair
        self._now = now
        self._stamps = _stamps(pair)
        self.handshakes = handshakes
        self.context = _loaded(pair, now())
        handshakes.watch(self.context)
        if client_ca is not None:
            _require_clients_of(client_ca, self.context)

    def follow(self) -> None:
        """Take up a certificate and key that changed on disk, for handshakes to come; connections stay as they are.

        A pair that cannot be used is logged, and the one before is kept until the files change again.
        """
        try:
            stamps = self._pair.stamps()
        except OSError:
            # In the midst of being replaced, or gone: either way there is nothing better than what we have.
            return
        if stamps == self._stamps:
            return
        self._stamps = stamps
        try:
            # A context that refuses a pair has let go of the one before, so another is asked first.
            _loaded(self._pair, self._now())
            self.context.load_cert_chain(self._pair.certificate, self._pair.key)
        except (TlsError, OSError) as error:
            logger.error("the certificate is not changed: %s", error)
        else:
            logger.info("new handshakes get the certificate that is now in %s", self._pair.certificate)


def _stamps(pair: Pair) -> object:
    try:
        return pair.stamps()
    except OSError as error:
        raise TlsError(f"cannot read {error.filename}: {error.strerror}") from None


def _loaded(pair: Pair, now: float) -> ssl.SSLContext:
    """A context that shows a certificate. Raises TlsError."""
    pair.check(now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION
    # A client that offers HTTP/2 as well then knows that it is not spoken.
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(pair.certificate, pair.key)
    except OSError as error:
        # What is well-formed may still be too weak: an RSA key of 1024 bits, say.
        raise TlsError(f"the certificate in {pair.certificate} cannot be used: {error}") from None
    return context


def _require_clients_of(client_ca: Path, context: ssl.SSLContext) -> None:
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(client_ca)
    except ssl.SSLError:
        raise TlsError(f"{client_ca} holds no certificate in PEM form") from None
    except OSError as error:
        raise TlsError(f"cannot read {client_ca}: {error.strerror}") from None
