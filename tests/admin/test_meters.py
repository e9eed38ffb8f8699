"""How errors are split as CloudWatch splits them.

Developer Guide, "DynamoDB metrics and dimensions": UserErrors are HTTP 400 errors without those that
ThrottledRequests and ConditionalCheckFailedRequests count; SystemErrors are HTTP 500 errors."""

from __future__ import annotations

import pytest

from slipring.admin.meters import Meters
from slipring.admin.metrics import METRICS
from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import (
    body_too_large,
    internal_failure,
    missing_authentication_token,
    request_timed_out,
    throttled,
    too_busy,
)
from slipring.model.errors.items import condition_failed, transaction_canceled
from slipring.model.errors.tables import table_not_found
from slipring.model.errors.tree import ProvisionedThroughputExceededException, RequestLimitExceeded

USER, SYSTEM, THROTTLED, CONDITION = SPLIT = (
    "slipring_user_errors_total",
    "slipring_system_errors_total",
    "slipring_throttled_requests_total",
    "slipring_conditional_check_failed_requests_total",
)


@pytest.mark.parametrize(
    ("error", "metric"),
    [
        (table_not_found(), USER),
        (missing_authentication_token(), USER),
        (body_too_large(1), USER),
        (request_timed_out(), USER),
        (transaction_canceled([{"Code": "ConditionalCheckFailed"}]), USER),
        (condition_failed(None), CONDITION),
        (throttled(), THROTTLED),
        (ProvisionedThroughputExceededException("m"), THROTTLED),
        (RequestLimitExceeded("m"), THROTTLED),
        (internal_failure(), SYSTEM),
        (too_busy(), SYSTEM),
    ],
    ids=lambda value: getattr(value, "code", value),
)
def test_an_error_is_counted_by_its_code_and_in_one_part_of_the_split(error: ApiError, metric: str) -> None:
    meters = Meters(["PutItem"])
    meters["PutItem"].failed(error)
    meters["PutItem"].failed(error)
    samples = meters.samples()
    assert samples.pop("slipring_errors_total") == {("PutItem", error.code): [2]}
    assert samples.pop("slipring_requests_total") == {("PutItem",): [2]}
    assert samples == {metric: {("PutItem",): [2]}}


def test_the_split_adds_up() -> None:
    """An alert on all four sees every error, once."""
    meters = Meters(["PutItem", "GetItem"])
    for kind in ApiError.registry.values():
        meters["PutItem"].failed(kind("m"))
        meters["GetItem"].failed(kind("m"))
    meters.none.failed(request_timed_out())
    samples = meters.samples()
    for operation in ("PutItem", "GetItem"):
        split = [samples[name][operation,][0] for name in SPLIT]
        assert all(split)
        assert sum(split) == len(ApiError.registry) == samples["slipring_requests_total"][operation,][0]
    assert samples[USER]["(none)",] == [1]


def test_an_operation_that_nobody_called_has_no_samples() -> None:
    """Or each of them would add a histogram of zeros to every page."""
    assert Meters(["PutItem", "GetItem"]).samples() == {}
    assert set(SPLIT) < set(METRICS)
