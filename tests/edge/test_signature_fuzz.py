"""Good requests, spoilt at random: each is let in as it was signed, or refused, and nothing else.

A failure prints the seed and the request. SLIPRING_TEST_FUZZED_SIGNATURES says how many; a million take a minute.
"""

from __future__ import annotations

import os
import random
import time

from httptools import HttpParserError

from slipring.iam.sts_parameters import read_assume_role
from slipring.model.errors.base import ApiError
from tests.edge.signed import ACCESS_KEY, USUAL, Verifying, read, signed

REQUESTS = int(os.environ.get("SLIPRING_TEST_FUZZED_SIGNATURES", "6000"))
BODY = b'{"TableName":"t"}'

PIECES = [
    b"", b" ", b",", b";", b"=", b"/", b"%", b"%2", b"%00", b"%b", b"&", b"?", b"+", b":", b"\r\n", b"\x00", b"\xff",
    b"A" * 300, b"/" * 50, b"-1", b"99999999999999999999", b"host", b"x-amz-date", b"X-Amz-Algorithm=AWS4-HMAC-SHA256",
    b"X-Amz-Target: DynamoDB_20120810.DeleteTable\r\n", b"x-amz-target: a\r\n",
    b"Host: evil\r\n", b"Authorization: a\r\n",
    b"X-Amz-Security-Token: t\r\n", b"X-Amz-Date: 20260101T000000Z\r\n", b"Date: x\r\n", b"UNSIGNED-PAYLOAD",
]  # fmt: skip


def spoilt(good: bytes, source: random.Random) -> bytes:
    """A few places cut out, doubled, or filled with something else. The body stays: its length is said in front."""
    head = good[: len(good) - len(BODY)] if good.endswith(BODY) else good
    for _ in range(source.randint(1, 3)):
        start = source.randrange(4, len(head) - 4)
        stop = min(len(head) - 4, start + source.choice([0, 0, 1, 1, 3, 20, 100]))
        piece = source.choice([*PIECES, head[start:stop] * 2, bytes([source.randrange(256)])])
        head = head[:start] + piece + head[stop:]
    return head + (BODY if good.endswith(BODY) else b"")


def test_whatever_stands_in_a_request_it_is_let_in_as_it_was_signed_or_refused() -> None:
    """No crash, which would be a 500, and no request let in that differs in what matters."""
    seed = random.randrange(1 << 32)
    source = random.Random(seed)
    verifying = Verifying(time.time)
    goods = [
        signed(BODY),
        signed(BODY, (*USUAL, ("X-Twice", "a"), ("X-Twice", "b"), ("X-Amz-Content-SHA256", "0" * 64))),
        signed(in_query=True),
        signed(BODY, token="token"),
    ]
    let_in = 0
    for number in range(REQUESTS):
        data = spoilt(source.choice(goods), source)
        try:
            request = read(data)
            if not request.complete_head:
                continue
            caller = verifying.caller_of(request)
        except (ApiError, HttpParserError):
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}, request {number}: {data!r}") from error
        let_in += 1
        target, host = request.header(b"x-amz-target"), request.header(b"host")
        assert caller.access_key == ACCESS_KEY, (seed, data)
        assert (target or b"").strip() == USUAL[1][1].encode(), (seed, data)
        assert (host or b"").strip() == b"localhost:8000", (seed, data)
        assert request.body() in (BODY, b""), (seed, data)
    # What is not signed, such as the length or a header of nobody's, may change.
    assert 0 < let_in < REQUESTS / 2, (seed, let_in)


def test_whatever_an_assume_role_asks_is_read_or_refused() -> None:
    seed = random.randrange(1 << 32)
    source = random.Random(seed)
    good = {"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "visit"}
    more = ["DurationSeconds", "Policy", "Tags.member.1.Key", "Tags.member.1.Value", "PolicyArns.member.1.arn",
            "ExternalId", "SourceIdentity"]  # fmt: skip
    texts = [
        "",
        "x",
        "900",
        "-900",
        "9" * 5000,
        "{",
        '{"Version":"2012-10-17","Statement":[]}',
        "[" * 3000,
        "\x00",
        "é",
    ]
    for _ in range(REQUESTS // 4):
        parameters = {**good, **{name: source.choice(texts) for name in source.sample([*more, *good], 3)}}
        try:
            read_assume_role(parameters)
        except ApiError:
            continue
        except Exception as error:
            raise AssertionError(f"seed {seed}: {parameters!r}") from error
