"""Clients of the SDKs, pointed at a server. The SDKs are imported when they are asked for: Slipring needs none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

ACCESS_KEY = "slipring"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a client goes, and who it says it is."""

    url: str
    region: str
    access_key: str = ACCESS_KEY
    secret_key: str = "slipring"

    def parameters(self, given: dict[str, Any]) -> dict[str, Any]:
        """The parameters of an SDK's client, of which those `given` count first."""
        return {
            "endpoint_url": self.url,
            "region_name": self.region,
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret_key,
            **given,
        }

    def client(self, service: str, given: dict[str, Any]) -> Any:
        return _boto3_session().client(service, **self.parameters(given))

    def resource(self, given: dict[str, Any]) -> Any:
        return _boto3_session().resource("dynamodb", **self.parameters(given))

    def aioclient(self, service: str, given: dict[str, Any]) -> Any:
        from aiobotocore.session import get_session

        return get_session().create_client(service, **self.parameters(given))

    def aioresource(self, given: dict[str, Any]) -> Any:
        from aioboto3 import Session

        return Session().resource("dynamodb", **self.parameters(given))


@cache
def _boto3_session() -> Any:
    """One session for all clients of the process: it keeps the service model, which takes 0.1 s to load."""
    from boto3 import Session

    return Session()
