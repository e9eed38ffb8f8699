"""The environment variables by which AWS SDKs find a server."""

from __future__ import annotations

from socket import socket

import pytest

from slipring.edge.sockets import url_of
from slipring.settings import Settings
from slipring.testing.clients import Endpoint

UNWANTED = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
"""Those that would lead elsewhere."""


def lead_to(endpoint: Endpoint, patch: pytest.MonkeyPatch) -> None:
    """Have the environment lead every SDK there, until `patch` is undone."""
    for name, value in _variables(endpoint).items():
        patch.setenv(name, value)
    for name in UNWANTED:
        patch.delenv(name, raising=False)


def lead_to_reserved(bound: socket, patch: pytest.MonkeyPatch) -> None:
    """The same for a socket on which a server will listen that has no settings of its own."""
    lead_to(Endpoint(url_of(bound, secure=False), Settings().region), patch)


def _variables(endpoint: Endpoint) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint.url,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": endpoint.url,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
    }
