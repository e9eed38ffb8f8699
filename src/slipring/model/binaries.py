"""Binary values: base64 on the wire, as strict as the service reads it."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64

from slipring.model.errors import serialization as errors
from slipring.model.errors.tree import SerializationException

_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")

# The last character before padding carries bits beyond the last byte; they must be zero, so that every binary has
# one text only.
_LAST_BEFORE_ONE_PAD = frozenset("AEIMQUYcgkosw048")
_LAST_BEFORE_TWO_PADS = frozenset("AQgw")


def decode(text: object) -> bytes:
    """The raw bytes of a binary's wire form.

    Raises SerializationException for anything but base64 with padding and without unused bits.
    """
    if type(text) is not str:
        raise errors.blob_expected(text)
    if len(text) & 3:
        raise errors.base64_length(len(text))
    try:
        raw = a2b_base64(text, strict_mode=True)
    except (Base64Error, ValueError):
        raise _malformed(text) from None
    if text[-1:] == "=":
        two_pads = text[-2] == "="
        if text[-3 if two_pads else -2] not in (_LAST_BEFORE_TWO_PADS if two_pads else _LAST_BEFORE_ONE_PAD):
            raise errors.base64_last_character()
    return raw


def _malformed(text: str) -> SerializationException:
    body = text[:-2] + text[-2:].rstrip("=")
    for character in body:
        if character not in _ALPHABET:
            return errors.base64_character(character)
    return errors.base64_last_character()
