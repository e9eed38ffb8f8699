"""The settings of a server: one place for their names, defaults, bounds and meaning.

A setting comes from, in this order: a flag, the environment, a TOML file, its default. All four are named alike:
`idle_timeout_s` is `--idle-timeout-s`, `SLIPRING_IDLE_TIMEOUT_S` and `idle_timeout_s = ...`. The command line's help
and the documentation are made from this class.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from slipring.edge.limits import Limits
from slipring.engine.time_to_live import Pace
from slipring.storage import sealing, store_url
from slipring.triggers.specification import Trigger, read_triggers

ENVIRONMENT_PREFIX = "SLIPRING_"
DEFAULT_CONFIG = Path("slipring.toml")

_LIMITS = Limits()
_PACE = Pace()


class SettingsError(Exception):
    """A setting is wrong; the message is one line that says which, and where it came from."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one setting."""

    name: str
    default: object
    help: str
    metavar: str
    read: Callable[[object], object]
    """Turns a text or a TOML value into the setting's value; raises ValueError with what it should be."""
    alias: str | None = None
    """A variable of the environment that counts where the setting's own is absent."""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def _text(value: object) -> object:
    if not isinstance(value, str) or not value:
        raise ValueError("is not a text")
    return value


def _choice(*choices: str) -> Callable[[object], object]:
    def read(value: object) -> object:
        if type(value) is int:
            value = str(value)
        if value not in choices:
            raise ValueError(f"is not one of {', '.join(choices)}")
        return value

    return read


def _whole(least: int, most: int) -> Callable[[object], object]:
    def read(value: object) -> object:
        if isinstance(value, str) and value.isascii() and value.isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError(f"is not a whole number from {least} to {most}")
        return value

    return read


def _yes(value: object) -> object:
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value.lower())
    if not isinstance(value, bool):
        raise ValueError("is not one of true, false")
    return value


def _share(value: object) -> object:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError("is not a number from 0 to 1")
    return float(value)


def _seconds(value: object) -> object:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            value = None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 1e9:
        raise ValueError("is not a number of seconds above zero")
    return float(value)


def _setting(
    default: object,
    read: Callable[[object], object],
    metavar: str,
    help: str,
    *,
    secret: bool = False,
    alias: str | None = None,
) -> Any:
    metadata = {"read": read, "metavar": metavar, "help": help, "alias": alias}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may choose."""

    host: str = _setting("127.0.0.1", _text, "ADDRESS", "Where to listen: a name or an address; 0.0.0.0 for all.")
    port: int = _setting(8000, _whole(0, 65535), "N", "The port to listen on; 0 takes a free one.")
    url_file: str | None = _setting(
        None,
        _text,
        "FILE",
        "A file that holds the server's URL while requests are accepted: for `slipring healthcheck` and `slipring env`,"
        " and for whoever had the system choose the port.",
    )
    store: str = _setting("./slipring-data", _text, "STORE", "Where the data is: a path, or an address like memory:.")
    durability: str | None = _setting(
        None,
        _choice("fsync", "relaxed"),
        "fsync|relaxed",
        "When a write is acknowledged: once it would survive a power cut (fsync, a file's default),"
        " or once it survives the death of the process (relaxed).",
    )
    workers: int = _setting(1, _whole(1, 256), "N", "How many processes serve the port and the store together.")
    auth: str = _setting(
        "off",
        _choice("off", "warn", "enforce"),
        "off|warn|enforce",
        "What signatures are good for: off reads them and verifies none; warn verifies them, counts and logs what does"
        " not verify, and serves it; enforce refuses it.",
    )
    access_key_id: str | None = _setting(
        None, _text, "ID", "An access key of the account's root, beside those of the users in the store."
    )
    secret_access_key: str | None = _setting(
        None,
        _text,
        "SECRET",
        "Its secret. Others can see flags in the list of processes: better put it in the environment or the file.",
        secret=True,
    )
    master_key: str | None = _setting(
        None,
        _text,
        "KEY",
        "What secrets in the store are sealed with: 32 bytes as 64 digits of hex, or in base64. Better in the"
        " environment than in a flag.",
        secret=True,
    )
    master_key_file: str | None = _setting(None, _text, "FILE", "A file that holds the master key.")
    master_key_command: str | None = _setting(None, _text, "COMMAND", "A command that prints the master key.")
    encryption: str = _setting(
        "off",
        _choice("off", "on"),
        "off|on",
        "Whether a new store is encrypted with the master key: on makes an empty one so, and refuses one that is in use"
        " without. A store that is encrypted is always opened as such.",
    )
    open_access: str = _setting(
        "no",
        _choice("no", "yes"),
        "no|yes",
        "Whether to serve other machines although auth is off, so that whoever reaches the port may do everything.",
    )
    tls_certificate: str | None = _setting(
        None,
        _text,
        "FILE",
        "Serve over TLS with this certificate and the chain behind it, in PEM form; taken up again when it changes.",
    )
    tls_key: str | None = _setting(None, _text, "FILE", "The certificate's private key, in PEM form, not encrypted.")
    tls_development: str | None = _setting(
        None,
        _text,
        "NAMES",
        "Serve over TLS with a certificate for these names, with commas between them, that a development CA is made"
        " for; localhost, 127.0.0.1 and ::1 are always among them.",
    )
    tls_folder: str | None = _setting(
        None,
        _text,
        "FOLDER",
        "Where that CA and its certificate are kept. Unless given, beside the store: its path and -tls, or"
        " ./slipring-tls if it has none.",
    )
    tls_client_ca: str | None = _setting(
        None,
        _text,
        "FILE",
        "Let in only clients with a certificate signed by one of these; whom it names, an unsigned request is from.",
    )
    admin_token: str | None = _setting(
        None,
        _text,
        "TOKEN",
        "What admin calls and the page of metrics must carry, as in Authorization: Bearer TOKEN. Without one both are"
        " open, admin calls only where auth is not enforced.",
        secret=True,
    )
    audit_log: str | None = _setting(
        None,
        _text,
        "FILE",
        "Where to add a line of JSON for each request: who, what, on which resources, with what outcome; - for stderr.",
    )
    credentials_trusted_s: float = _setting(
        5.0,
        _seconds,
        "SECONDS",
        "How long a deleted or disabled access key may still count in a process that has not heard of it.",
    )
    region: str = _setting("us-east-1", _text, "REGION", "The region to speak of where a request does not name one.")
    isolate: str = _setting(
        "none",
        _choice("none", "account", "region", "account,region"),
        "none|account|region|account,region",
        "Whose tables a caller sees: everybody's (none), or those of its own account (the access key, if it has twelve"
        " digits), of the region it signs for, or of both.",
    )
    wording: str = _setting(
        "2025",
        _choice("2025", "2026"),
        "2025|2026",
        "Which of the service's wordings PutItem, UpdateItem and BatchGetItem refuse a request in: that of most regions"
        " up to 2025, or the one that the regions moved to in 2026.",
    )
    tables_max: int | None = _setting(
        None,
        _whole(1, 1_000_000),
        "N",
        "How many tables a caller may have, as the service has a quota; by default as many as fit.",
    )
    log_level: str = _setting(
        "info", _choice("debug", "info", "warning", "error"), "LEVEL", "The least severe messages to log, on stderr."
    )
    archive: str | None = _setting(
        None,
        _text,
        "ARCHIVE",
        "Where bases and journals of all tables are kept outside the store, for `slipring restore`: a directory, or"
        " s3://bucket/prefix?endpoint_url=URL&region=REGION.",
    )
    archive_interval_s: float = _setting(10.0, _seconds, "SECONDS", "How often what is new is archived.")
    archive_days: int = _setting(
        1, _whole(0, 3650), "N", "How many days back `slipring restore --at` can go; 0 keeps the newest state alone."
    )
    scrub_interval_s: float = _setting(
        7 * 86400.0,
        _seconds,
        "SECONDS",
        "How often the whole store is verified in the background, a little at a time; see `slipring scrub`.",
    )
    connections_max: int = _setting(
        _LIMITS.connections_max, _whole(1, 1_000_000), "N", "How many connections a process holds at once."
    )
    address_connections_max: int | None = _setting(
        None,
        _whole(1, 1_000_000),
        "N",
        "How many of them may come from one address; an IPv6 network of 64 bits counts as one.",
    )
    address_requests_per_s: int | None = _setting(
        None,
        _whole(1, 1_000_000),
        "N",
        "How many requests a process takes from one address in a second; beyond, they are throttled. Health is free.",
    )
    caller_requests_per_s: int | None = _setting(
        None,
        _whole(1, 1_000_000),
        "N",
        "The same for a user or for the sessions of a role; with auth off for an access key.",
    )
    bytes_in_flight_max: int = _setting(
        _LIMITS.bytes_in_flight_max,
        _whole(16 * 1024 * 1024, 1 << 40),
        "BYTES",
        "How many bytes of request bodies a process holds at once; beyond, requests are refused with 503.",
    )
    head_timeout_s: float = _setting(
        _LIMITS.head_timeout_s, _seconds, "SECONDS", "How long a client may take to send a request's headers."
    )
    body_timeout_s: float = _setting(
        _LIMITS.body_timeout_s, _seconds, "SECONDS", "How long a client may take to send a request's body."
    )
    idle_timeout_s: float = _setting(
        _LIMITS.idle_timeout_s, _seconds, "SECONDS", "How long a connection may stay open without a request."
    )
    write_timeout_s: float = _setting(
        _LIMITS.write_timeout_s, _seconds, "SECONDS", "How long a client may leave its answer unread."
    )
    drain_s: float = _setting(_LIMITS.drain_s, _seconds, "SECONDS", "How long a shutdown waits for requests in flight.")
    ttl_period_s: float = _setting(
        _PACE.period_s, _seconds, "SECONDS", "How often items are looked for that have expired by time to live."
    )
    ttl_deletions_per_s: int = _setting(
        int(_PACE.deletions_per_s),
        _whole(1, 1_000_000),
        "N",
        "How many expired items are deleted in a second at the most.",
    )
    trigger: tuple[Trigger, ...] = _setting(
        (),
        read_triggers,
        "TABLE=TARGET",
        "What to call for each change of a table: a command, a URL or python:module.function, with options;"
        " may be given many times. docs/triggers.md tells more.",
    )
    seed: str | None = _setting(
        None,
        _text,
        "DIRECTORY",
        "Files of tables and items to begin with, each content once; docs/seeds.md tells more.",
    )
    test_mode: bool = _setting(False, _yes, "", "Whether the clock may be moved over HTTP, and all that goes by it.")

    faults: str | None = _setting(
        None, _text, "FILE", "Rules by which calls fail on purpose, in JSON or YAML; docs/faults.md tells how."
    )
    error_probability: float = _setting(
        0.0,
        _share,
        "P",
        "How large a share of the calls that consume capacity is throttled at random; DYNAMODB_ERROR_PROBABILITY"
        " says the same.",
        alias="DYNAMODB_ERROR_PROBABILITY",
    )

    def pace(self) -> Pace:
        """How eagerly expired items are deleted."""
        return Pace(self.ttl_period_s, self.ttl_deletions_per_s)

    @property
    def secure(self) -> bool:
        """Whether to serve over TLS."""
        return self.tls_certificate is not None or self.tls_development is not None

    def development_folder(self) -> Path:
        """Where a development CA is kept. Raises StoreUrlInvalid."""
        if self.tls_folder is not None:
            return Path(self.tls_folder)
        url = store_url.parse(self.store)
        if url.scheme != store_url.DEFAULT_SCHEME:
            return Path("slipring-tls")
        path = Path(url.location)
        return path.with_name(f"{path.name}-tls")

    def master_key_bytes(self) -> bytes | None:
        """The master key, if there is one. Raises MasterKeyError."""
        return sealing.master_key(self.master_key, self.master_key_file, self.master_key_command)

    def limits(self) -> Limits:
        """The bounds the edge keeps."""
        return Limits(
            connections_max=self.connections_max,
            address_connections_max=self.address_connections_max,
            address_requests_per_s=self.address_requests_per_s,
            caller_requests_per_s=self.caller_requests_per_s,
            bytes_in_flight_max=self.bytes_in_flight_max,
            head_timeout_s=self.head_timeout_s,
            body_timeout_s=self.body_timeout_s,
            idle_timeout_s=self.idle_timeout_s,
            write_timeout_s=self.write_timeout_s,
            drain_s=self.drain_s,
        )


SETTINGS: Mapping[str, Setting] = {
    each.name: Setting(each.name, each.default, **each.metadata) for each in fields(Settings)
}
"""Every setting by name, in the order of the class."""


def load(flags: Mapping[str, object], environment: Mapping[str, str], config: Path | None) -> Settings:
    """The settings in force. `flags` are by name, None where not given; `config` is the file named by a flag, if any.

    Raises SettingsError.
    """
    chosen: dict[str, Any] = {}
    for name, value, source in _given(flags, environment, config):
        if name not in chosen:
            try:
                chosen[name] = SETTINGS[name].read(value)
            except ValueError as error:
                raise SettingsError(f"{source}: {value!r} {error}") from None
    return Settings(**chosen)


def _given(
    flags: Mapping[str, object], environment: Mapping[str, str], config: Path | None
) -> Iterator[tuple[str, object, str]]:
    """Name, value and source of everything that is set, the first to count first."""
    for name, value in flags.items():
        if value is not None:
            yield name, value, SETTINGS[name].flag
    for setting in SETTINGS.values():
        text = environment.get(setting.variable, environment.get(setting.alias or ""))
        # Kubernetes sets SLIPRING_PORT=tcp://address:port in every pod beside a service named slipring.
        if text is not None and not text.startswith("tcp://"):
            yield setting.name, text, setting.variable
    named = environment.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    path = config or (Path(named) if named else None)
    if path is not None or DEFAULT_CONFIG.is_file():
        yield from _from_file(path or DEFAULT_CONFIG)


def _from_file(path: Path) -> Iterator[tuple[str, object, str]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None
    for name, value in table.items():
        if name not in SETTINGS:
            close = difflib.get_close_matches(name, SETTINGS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise SettingsError(f"{path}: there is no setting {name!r}{hint}")
        yield name, value, f"{path}: {name}"
