"""The signature that a request presents, in its Authorization header or in its query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qsl

from slipring.edge.request import Request
from slipring.edge.sigv4 import ALGORITHM
from slipring.model.errors.edge import (
    authorization_lacks,
    malformed_credential,
    missing_authentication_token,
    not_a_key_value_pair,
    query_lacks,
    two_signatures,
)

_HEADER_PARAMETERS = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARAMETERS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
_BETWEEN_TOKENS = re.compile(r"[,\s]+")

Query: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Presented:
    """What stands in a signature's parameters. Texts hold one character for each byte that was sent."""

    access_key: str
    day: str
    region: str
    service: str
    terminator: str
    signed_names: tuple[str, ...]
    """Of the headers that are signed, in lower case, sorted."""
    signature: str
    query: Query | None
    """The query's parameters, if the signature stands there."""

    @property
    def scope(self) -> str:
        return f"{self.day}/{self.region}/{self.service}/{self.terminator}"


def presented(request: Request) -> Presented:
    """Raises MissingAuthenticationToken-, IncompleteSignature- and InvalidSignatureException."""
    # llhttp leaves blanks at the end of a value.
    authorization = request.headers.get(request.shape.authorization, b"").decode("latin-1").strip()
    text = request.url.partition(b"?")[2].decode("latin-1")
    query = dict(parse_qsl(text, keep_blank_values=True, encoding="latin-1"))
    if "X-Amz-Algorithm" in query:
        if authorization:
            raise two_signatures()
        _require_query(query)
        return _parsed({name: query[f"X-Amz-{name}"] for name in _HEADER_PARAMETERS}, query)
    if not authorization:
        raise missing_authentication_token()
    return _parsed(_header_parameters(authorization, request.shape.dated), None)


def _parsed(parameters: dict[str, str], query: Query | None) -> Presented:
    credential = parameters["Credential"]
    # From the right: an access key may be any text, even one with slashes.
    elements = credential.rsplit("/", 4)
    if len(elements) != 5:
        raise malformed_credential(credential)
    access_key, day, region, service, terminator = elements
    signed_names = tuple(sorted(name.lower() for name in parameters["SignedHeaders"].split(";")))
    return Presented(access_key, day, region, service, terminator, signed_names, parameters["Signature"], query)


def _header_parameters(authorization: str, dated: bool) -> dict[str, str]:
    scheme, _, rest = authorization.partition(" ")
    parameters: dict[str, str] = {}
    if scheme == ALGORITHM:
        for token in _BETWEEN_TOKENS.split(rest.strip(", \t")):
            name, equal_sign, value = token.partition("=")
            if token and not equal_sign:
                raise not_a_key_value_pair(token, authorization)
            parameters[name] = value
    lacks = [name for name in _HEADER_PARAMETERS if not parameters.get(name)]
    if lacks or not dated:
        raise authorization_lacks(lacks, dated, authorization)
    return parameters


def _require_query(query: Query) -> None:
    lacks = [name for name in _QUERY_PARAMETERS if not query.get(name)]
    if query["X-Amz-Algorithm"] != ALGORITHM and "X-Amz-Algorithm" not in lacks:
        lacks.insert(0, "X-Amz-Algorithm")
    if lacks:
        raise query_lacks(lacks)
