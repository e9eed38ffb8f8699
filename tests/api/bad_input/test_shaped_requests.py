"""Requests made at random from the service model: every operation there is answers with what the model says.

A failure prints the seed, the operation and the request; the same seed makes the same requests."""

from __future__ import annotations

import os
import random

import pytest

from slipring.model.service import operations
from slipring.operations.registry import HANDLERS
from tests.api.bad_input.good_requests import prepare
from tests.api.bad_input.raw import RawClient
from tests.api.bad_input.shapes import Requests

REQUESTS_PER_OPERATION = int(os.environ.get("SLIPRING_TEST_FUZZED_REQUESTS", "150"))
COMMON_ERRORS = {"AccessDeniedException", "SerializationException", "ValidationException"}
"""API Reference, "Common Error Types": of any operation, and so not in the model's list of each."""


@pytest.mark.parametrize("operation", sorted(HANDLERS))
def test_answers_are_what_the_model_says(client: RawClient, operation: str) -> None:
    """A success has the output's members, a failure is one of the operation's errors; never a server error."""
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    requests, modelled = Requests(seed), operations()[operation]
    prepare(client)
    for _ in range(REQUESTS_PER_OPERATION):
        request = requests.request(modelled)
        answer = client.call(operation, request)
        if answer.status == 200:
            told = modelled.output.members.keys() if modelled.output is not None else set()
            assert answer.body.keys() <= told, (answer, request)
        else:
            assert answer.status == 400, (answer, request)
            assert answer.code in COMMON_ERRORS | set(modelled.errors) - {"InternalServerError"}, (answer, request)
        if operation in ("CreateTable", "DeleteTable", "UpdateTable"):
            prepare(client)
