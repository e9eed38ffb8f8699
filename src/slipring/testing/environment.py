"""The environment variables by which AWS SDKs find a server."""

from __future__ import annotations

from slipring.testing.clients import Endpoint

UNWANTED = ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "AWS_PROFILE", "AWS_SECURITY_TOKEN", "AWS_SESSION_TOKEN")
"""Those that would lead elsewhere."""


def variables(endpoint: Endpoint) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint.url,
        "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": endpoint.url,
        "AWS_REGION": endpoint.region,
        "AWS_DEFAULT_REGION": endpoint.region,
        "AWS_ACCESS_KEY_ID": endpoint.access_key,
        "AWS_SECRET_ACCESS_KEY": endpoint.secret_key,
    }
