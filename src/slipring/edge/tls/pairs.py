"""A certificate and its key, as two files hold them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from cryptography.x509 import Certificate


class TlsError(Exception):
    """A certificate or key is of no use; the message is one line that says which, and why."""


class Stamp(NamedTuple):
    """What changes when a file is written or replaced."""

    mtime_ns: int
    inode: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Where a certificate, with the chain behind it, and its private key are, both in PEM form."""

    certificate: Path
    key: Path

    def stamps(self) -> tuple[Stamp, Stamp]:
        """Raises OSError."""
        return _stamp(self.certificate), _stamp(self.key)

    def check(self, now: float) -> None:
        """Raises TlsError unless the certificate is valid at `now`, in seconds since the Unix epoch, and the key is
        its own."""
        # It costs a tenth of a second to load, and servers without TLS do without it.
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

        certificate = leaf(self.certificate)
        if now >= certificate.not_valid_after_utc.timestamp():
            raise TlsError(f"the certificate in {self.certificate} expired on {_day(certificate.not_valid_after_utc)}")
        if now < certificate.not_valid_before_utc.timestamp():
            begins = _day(certificate.not_valid_before_utc)
            raise TlsError(f"the certificate in {self.certificate} is not valid before {begins}")
        try:
            key = load_pem_private_key(_read(self.key), None)
        except TypeError:
            raise TlsError(f"the key in {self.key} is encrypted: a server has nobody to ask for the password") from None
        except ValueError:
            raise TlsError(f"{self.key} holds no private key in PEM form") from None
        form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
            raise TlsError(f"the key in {self.key} does not belong to the certificate in {self.certificate}")


def leaf(path: Path) -> Certificate:
    """The first certificate in a file. Raises TlsError."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(_read(path))[0]
    except ValueError:
        raise TlsError(f"{path} holds no certificate in PEM form") from None


def _stamp(path: Path) -> Stamp:
    found = path.stat()
    return Stamp(found.st_mtime_ns, found.st_ino, found.st_size)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"cannot read {path}: {error.strerror}") from None


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
