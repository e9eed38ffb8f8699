"""What a failure says to the client, and what it leaves in the log."""

from __future__ import annotations

import logging

from slipring.model.errors.base import ApiError
from slipring.model.errors.edge import internal_failure, throttled, too_busy
from slipring.storage.contract import StoreBusy, StoreError, StoreUnavailable

logger = logging.getLogger("slipring.edge")


def api_error(error: BaseException, request_id: bytes) -> ApiError:
    """The error a client is sent for `error`. What it could not have caused is logged under the request's id."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, StoreBusy):
        return throttled()
    identity = request_id.decode()
    if isinstance(error, StoreError):
        logger.error("request %s failed: %s: %s", identity, type(error).__name__, error)
        return too_busy() if isinstance(error, StoreUnavailable) else internal_failure()
    logger.error("request %s failed", identity, exc_info=error)
    return internal_failure()
