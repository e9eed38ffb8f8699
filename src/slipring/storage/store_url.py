"""Where a store is and how it is opened, as a user writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from slipring.storage.contract import StoreError

DEFAULT_SCHEME = "file"
"""What a bare path means: the embedded store."""


class StoreUrlInvalid(StoreError):
    """The store's address cannot be understood; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """`scheme:location?option=value&...`, or a bare path."""

    text: str
    scheme: str
    location: str
    """What follows the scheme, percent-decoded; for a file store, its path."""
    options: Mapping[str, str] = field(default_factory=dict)

    def refuse_location(self) -> None:
        """Raise `StoreUrlInvalid` unless the location is empty."""
        if self.location:
            raise StoreUrlInvalid(f"{shown(self.text)}: a {self.scheme} store has no location; write {self.scheme}:")

    def refuse_options(self, *known: str) -> None:
        """Raise `StoreUrlInvalid` if there is an option that is not among `known`."""
        for name in self.options:
            if name not in known:
                expected = f"it has {', '.join(known)}" if known else "it has none"
                raise StoreUrlInvalid(f"{shown(self.text)}: a {self.scheme} store has no option {name!r}; {expected}")

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """The value of an option that must be one of `choices`, of which the first is the default."""
        value = self.options.get(name, choices[0])
        if value not in choices:
            raise StoreUrlInvalid(f"{shown(self.text)}: {name} is one of {', '.join(choices)}, not {value!r}")
        return value

    def whole_number(self, name: str, default: int) -> int:
        """The value of an option that must be a positive whole number."""
        text = self.options.get(name, str(default))
        if not (text.isascii() and text.isdecimal() and int(text) > 0):
            raise StoreUrlInvalid(f"{shown(self.text)}: {name} is a positive whole number, not {text!r}")
        return int(text)


def parse(text: str) -> StoreUrl:
    """Read a store's address. Raises `StoreUrlInvalid`."""
    if not text:
        raise StoreUrlInvalid("A store needs an address, such as a path or memory:")
    scheme, colon, _ = text.partition(":")
    if not (colon and scheme.replace("+", "").isalnum()):
        return StoreUrl(text, DEFAULT_SCHEME, text)
    parts = urlsplit(text)
    try:
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise StoreUrlInvalid(f"{shown(text)}: its query is not of the form option=value&option=value") from None
    return StoreUrl(text, parts.scheme, unquote(parts.netloc + parts.path), options)


def shown(text: str) -> str:
    """An address as it may stand in a log: without passwords."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    user, at, hosts = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    options = "&".join(each for each in parts.query.split("&") if not each.startswith(("password=", "sslpassword=")))
    return urlunsplit(parts._replace(netloc=f"{name}{colon and ':***'}{at}{hosts}", query=options))
