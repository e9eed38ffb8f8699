"""Certificates of all kinds, made for a test."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from slipring.edge.tls.pairs import Pair


class Authority:
    """A CA of the tests' own: slipring's makes certificates for servers that are valid, and nothing else."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.path = folder / f"{name}.pem"
        basics = x509.BasicConstraints(ca=True, path_length=None)
        certificate = self._builder(self._name, self._key.public_key(), 0, 30).add_extension(basics, critical=True)
        self.path.write_bytes(certificate.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def pair(self, name: str, *, organisation: str = "", begins: int = 0, days: int = 30, password: str = "") -> Pair:
        """A certificate for localhost whose subject is `name`; it `begins` so many days from now."""
        attributes = [x509.NameAttribute(x509.OID_COMMON_NAME, name)]
        if organisation:
            attributes.insert(0, x509.NameAttribute(x509.OID_ORGANIZATION_NAME, organisation))
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
        builder = self._builder(x509.Name(attributes), key.public_key(), begins, days)
        certificate = builder.add_extension(names, critical=False).sign(self._key, SHA256())
        pair = Pair(self._folder / f"{name}.pem", self._folder / f"{name}-key.pem")
        pair.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        locked: KeySerializationEncryption = NoEncryption()
        if password:
            locked = BestAvailableEncryption(password.encode())
        pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
        return pair

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, begins: int, days: int
    ) -> x509.CertificateBuilder:
        first = datetime.fromtimestamp(time.time() - 3600, UTC) + timedelta(days=begins)
        return (
            x509.CertificateBuilder(subject_name=subject, issuer_name=self._name, public_key=key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(first)
            .not_valid_after(first + timedelta(days=days))
        )
