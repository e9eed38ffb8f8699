"""DescribeLimits and DescribeEndpoints, which need no table.

API Reference of the two; the numbers are the defaults of the Developer Guide's "Quotas in Amazon DynamoDB".
"""

from __future__ import annotations

from tests.conftest import Client
from tests.servers import ServerThread


def test_limits_are_the_defaults_of_the_service(ddb: Client) -> None:
    """Tools that size tables by them must not find zeros."""
    answer = ddb.describe_limits()
    del answer["ResponseMetadata"]
    assert answer == {
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }


def test_the_endpoint_is_the_one_that_was_asked(ddb: Client, server: ServerThread) -> None:
    """A client with endpoint discovery goes on with what it is told, so it must be led back here."""
    (endpoint,) = ddb.describe_endpoints()["Endpoints"]
    assert endpoint["Address"] == f"127.0.0.1:{server.port}"
    assert endpoint["CachePeriodInMinutes"] > 0
