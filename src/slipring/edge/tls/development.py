"""A certification authority for one developer, and a certificate of its own making.

The authority stays, so that clients have to be told of it once; the certificate is made anew when it is asked for other
names or comes near its end.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from slipring.edge.tls.pairs import Pair, TlsError, leaf

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

ALWAYS = ("localhost", "127.0.0.1", "::1")
"""Names that every certificate has, beside those that are asked for."""

CA = "ca.pem"
_CA_KEY = "ca-key.pem"
_CERTIFICATE = "certificate.pem"
_KEY = "key.pem"

_CA_DAYS = 3650
_DAYS = 397
"""The longest that Apple's and Google's programmes accept a server's certificate for."""
_RENEWED_DAYS = 30
"""How long before its end a certificate is made anew."""


def development_pair(folder: Path, names: Sequence[str], now: float) -> Pair:
    """The certificate for `names`, and its key, in `folder`; made if need be, as is the authority (`CA`).

    `now` is in seconds since the Unix epoch. Raises TlsError.
    """
    wanted = list(dict.fromkeys([*names, *ALWAYS]))
    pair = Pair(folder / _CERTIFICATE, folder / _KEY)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (folder / CA).exists():
            _make_authority(folder, now)
        if not _is_current(pair, wanted, folder / CA, now):
            _make_certificate(folder, pair, wanted, now)
    except OSError as error:
        raise TlsError(f"cannot keep a development certificate in {folder}: {error.strerror}") from None
    except ValueError as error:
        raise TlsError(f"no certificate can be made for {', '.join(names)}: {error}") from None
    return pair


def _is_current(pair: Pair, wanted: Sequence[str], authority: Path, now: float) -> bool:
    from cryptography.x509 import SubjectAlternativeName

    try:
        pair.check(now + _RENEWED_DAYS * 86400)
        found = leaf(pair.certificate)
        found.verify_directly_issued_by(leaf(authority))
    except Exception:
        # Whatever is wrong with it, a new one is right.
        return False
    names = found.extensions.get_extension_for_class(SubjectAlternativeName).value
    return list(names) == _names(wanted)


def _make_authority(folder: Path, now: float) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = _named("Slipring development CA")
    builder = _builder(name, name, key, now, _CA_DAYS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    _write(folder / _CA_KEY, _pem_of(key))
    _write(folder / CA, _signed(builder, key), mode=0o644)


def _make_certificate(folder: Path, pair: Pair, names: Sequence[str], now: float) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    authority = leaf(folder / CA)
    authority_key = load_pem_private_key((folder / _CA_KEY).read_bytes(), None)
    assert isinstance(authority_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_named("Slipring development"), authority.subject, key, now, _DAYS)
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([x509.OID_SERVER_AUTH]), critical=False)
    builder = builder.add_extension(x509.SubjectAlternativeName(_names(names)), critical=False)
    _write(pair.key, _pem_of(key))
    _write(pair.certificate, _signed(builder, authority_key), mode=0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now: float, days: int
) -> x509.CertificateBuilder:
    from cryptography import x509

    begins = datetime.fromtimestamp(now, UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _named(text: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.OID_COMMON_NAME, text)])


def _names(names: Sequence[str]) -> list[x509.GeneralName]:
    return [_general_name(name) for name in names]


def _general_name(name: str) -> x509.GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM)


def _pem_of(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """All of it or none, so that another process never reads half a file."""
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
        file.write(content)
    partial.replace(path)
