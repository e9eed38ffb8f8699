"""Where a PostgreSQL store is and how it is used: our options, and what is libpq's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit, urlunsplit

from slipring.storage.postgresql.profiles import PROFILES, Profile
from slipring.storage.store_url import StoreUrl, StoreUrlInvalid, shown

OURS = ("schema", "profile", "pool", "durability")
LIBPQ = (
    "dbname",
    "gsslib",
    "host",
    "krbsrvname",
    "passfile",
    "password",
    "port",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslpassword",
    "sslrootcert",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslnegotiation",
    "target_session_attrs",
    "user",
)
"""Options that the driver reads as libpq does. Everything else that an address may leave out (PGPASSWORD, PGPASSFILE,
PGSSLMODE ...) it takes from the environment, as libpq does too."""

SCHEMA_BYTES_MAX = 63
"""PostgreSQL cuts longer names."""
POOL = 16
WRITING = 4
"""Connections that commit, if there are enough: some groups wait for the disk while others are read for."""
READING = 2
"""Connections that read keys: while one batch is under way the next one gathers. More would make batches smaller, and
answers no sooner."""
POOL_MIN = 1 + READING + 1
"""One that commits, and one for scans and snapshots."""


@dataclass(frozen=True, slots=True)
class Address:
    """What a PostgreSQL store was asked for."""

    dsn: str
    """For the driver; may hold a password."""
    shown: str
    """For people; holds none."""
    schema: str
    profile: Profile
    pool: int
    relaxed: bool
    trusts_system: bool = False
    """Whether the server's certificate is to be of an authority that the system trusts, for the name in the address:
    libpq's `sslrootcert=system`, which the driver does not know."""
    certificate: tuple[str, str | None, str | None] | None = None
    """The files of the client's own certificate and key, and the key's password."""


def parse(url: StoreUrl) -> Address:
    """Read an address. Raises `StoreUrlInvalid`."""
    _refuse_unknown(url)
    schema = url.options.get("schema", "slipring")
    if not schema or len(schema.encode()) > SCHEMA_BYTES_MAX or "\x00" in schema:
        raise StoreUrlInvalid(f"{shown(url.text)}: schema is a name of 1 to {SCHEMA_BYTES_MAX} bytes, not {schema!r}")
    pool = url.whole_number("pool", POOL)
    if pool < POOL_MIN:
        raise StoreUrlInvalid(f"{shown(url.text)}: pool is at least {POOL_MIN}")
    trusts_system = url.options.get("sslrootcert", os.environ.get("PGSSLROOTCERT")) == "system"
    return Address(
        dsn=_with_options(url.text, {name: url.options[name] for name in LIBPQ if name in url.options}),
        shown=shown(url.text),
        schema=schema,
        profile=PROFILES[url.choice("profile", tuple(PROFILES))],
        pool=pool,
        relaxed=url.choice("durability", ("fsync", "relaxed")) == "relaxed",
        trusts_system=trusts_system,
        certificate=_certificate(url),
    )


def _refuse_unknown(url: StoreUrl) -> None:
    for name in url.options:
        if name not in OURS and name not in LIBPQ:
            known = ", ".join((*OURS, *LIBPQ))
            raise StoreUrlInvalid(f"{shown(url.text)}: a postgresql store has no option {name!r}; it has {known}")


def _certificate(url: StoreUrl) -> tuple[str, str | None, str | None] | None:
    file = url.options.get("sslcert", os.environ.get("PGSSLCERT"))
    key = url.options.get("sslkey", os.environ.get("PGSSLKEY"))
    return (file, key, url.options.get("sslpassword")) if file else None


def _with_options(text: str, options: dict[str, str]) -> str:
    return urlunsplit(urlsplit(text)._replace(query=urlencode(options)))
