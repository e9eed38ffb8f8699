"""The arithmetic of signatures, held to what AWS publishes and to botocore's signer."""

from __future__ import annotations

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import example, given
from hypothesis import strategies as st

from slipring.edge.sigv4 import Mac, canonical_query, canonical_request, signing_key, string_to_sign, trimmed

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
MOMENT = "20150830T123600Z"
SCOPE = "20150830/us-east-1/service/aws4_request"
HOST = {"host": [b"example.amazonaws.com"], "x-amz-date": [MOMENT.encode()]}


def test_a_signing_key_is_that_of_the_documentation() -> None:
    """The example of the general reference, "Examples of how to derive a signing key"."""
    key = signing_key(SECRET, "20150830/us-east-1/iam/aws4_request")
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"


UNRESERVED = b"-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

SUITE: list[tuple[str, bytes, bytes, dict[str, list[bytes]], bytes, str]] = [
    (
        "get-header-key-duplicate",
        b"GET",
        b"/",
        {"my-header1": [b"value2", b"value2", b"value1"]},
        b"",
        "c9d5ea9f3f72853a",
    ),
    ("get-header-value-multiline", b"GET", b"/", {"my-header1": [b"value1 value2 value3"]}, b"", "cfd34249e4b1c8d6"),
    (
        "get-header-value-order",
        b"GET",
        b"/",
        {"my-header1": [b"value4", b"value1", b"value3", b"value2"]},
        b"",
        "08c7e5a9acfcfeb3",
    ),
    (
        "get-header-value-trim",
        b"GET",
        b"/",
        {"my-header1": [b" value1"], "my-header2": [b' "a   b   c"']},
        b"",
        "acc3ed3afb60bb29",
    ),
    ("get-unreserved", b"GET", b"/" + UNRESERVED, {}, b"", "07ef7494c76fa485"),
    ("get-utf8", b"GET", b"/\xe1\x88\xb4", {}, b"", "8318018e0b0f223a"),
    ("get-vanilla", b"GET", b"/", {}, b"", "5fa00fa31553b73e"),
    ("get-vanilla-empty-query-key", b"GET", b"/?Param1=value1", {}, b"", "a67d582fa61cc504"),
    ("get-vanilla-query", b"GET", b"/", {}, b"", "5fa00fa31553b73e"),
    (
        "get-vanilla-query-order-encoded",
        b"GET",
        b"/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        {},
        b"",
        "371d3713e185cc33",
    ),
    ("get-vanilla-query-order-key", b"GET", b"/?Param1=value2&Param1=Value1", {}, b"", "eedbc4e291e521cf"),
    ("get-vanilla-query-order-key-case", b"GET", b"/?Param2=value2&Param1=value1", {}, b"", "b97d918cfa904a5b"),
    ("get-vanilla-query-order-value", b"GET", b"/?Param1=value2&Param1=value1", {}, b"", "5772eed61e12b33f"),
    ("get-vanilla-query-unreserved", b"GET", b"/?" + UNRESERVED + b"=" + UNRESERVED, {}, b"", "9c3e54bfcdf0b197"),
    ("get-vanilla-utf8-query", b"GET", b"/?\xe1\x88\xb4=bar", {}, b"", "2cdec8eed098649f"),
    (
        "get-vanilla-with-session-token",
        b"GET",
        b"/",
        {"x-amz-security-token": [b"6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"]},
        b"",
        "07ec1639c89043aa",
    ),
    ("get-relative", b"GET", b"/example/..", {}, b"", "5fa00fa31553b73e"),
    ("get-relative-relative", b"GET", b"/example1/example2/../..", {}, b"", "5fa00fa31553b73e"),
    ("get-slash", b"GET", b"//", {}, b"", "5fa00fa31553b73e"),
    ("get-slash-dot-slash", b"GET", b"/./", {}, b"", "5fa00fa31553b73e"),
    ("get-slash-pointless-dot", b"GET", b"/./example", {}, b"", "ef75d96142cf21ed"),
    ("get-slashes", b"GET", b"//example//", {}, b"", "9a624bd73a37c9a3"),
    ("get-space", b"GET", b"/example space/", {}, b"", "6524875832003255"),
    ("get-special-character", b"GET", b"/example/$delete", {}, b"", "a853c9b21b528b19"),
    ("post-header-key-case", b"POST", b"/", {}, b"", "5da7c1a2acd57cee"),
    ("post-header-key-sort", b"POST", b"/", {"my-header1": [b"value1"]}, b"", "c5410059b04c1ee0"),
    ("post-header-value-case", b"POST", b"/", {"my-header1": [b"VALUE1"]}, b"", "cdbc9802e29d2942"),
    ("post-vanilla", b"POST", b"/", {}, b"", "5da7c1a2acd57cee"),
    ("post-vanilla-empty-query-value", b"POST", b"/?Param1=value1", {}, b"", "28038455d6de14ea"),
    ("post-vanilla-query", b"POST", b"/?Param1=value1", {}, b"", "28038455d6de14ea"),
    (
        "post-x-www-form-urlencoded",
        b"POST",
        b"/",
        {"content-type": [b"application/x-www-form-urlencoded"]},
        b"Param1=value1",
        "ff11897932ad3f4e",
    ),
    (
        "post-x-www-form-urlencoded-parameters",
        b"POST",
        b"/",
        {"content-type": [b"application/x-www-form-urlencoded; charset=utf8"]},
        b"Param1=value1",
        "1a72ec8f64bd914b",
    ),
]
"""Cases of the signature version 4 test suite, which AWS publishes with the values to expect: name, method, URL,
headers beside Host and X-Amz-Date, body, the first digits of the signature. All headers are signed."""


@pytest.mark.parametrize(
    ("method", "url", "headers", "body", "signature"), [case[1:] for case in SUITE], ids=[case[0] for case in SUITE]
)
def test_a_signature_is_that_of_the_test_suite(
    method: bytes, url: bytes, headers: dict[str, list[bytes]], body: bytes, signature: str
) -> None:
    """Paths and queries are put into their one form, headers in order, values without needless blanks."""
    values = {**HOST, **{name: list(map(trimmed, several)) for name, several in headers.items()}}
    canonical = canonical_request(method, url, values, sorted(values), body)
    to_sign = string_to_sign(MOMENT, SCOPE, canonical)
    assert Mac(signing_key(SECRET, SCOPE)).hex(to_sign).decode()[:16] == signature


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        (b"", b""),
        (b"b=2&a=1", b"a=1&b=2"),
        (b"a=2&a=1", b"a=1&a=2"),
        (b"a", b"a="),
        (b"a=%7e%2f&%41=x y", b"A=x%20y&a=~%2F"),
        (b"a=1+2", b"a=1%202"),
        (b"a==b", b"a=%3Db"),
        (b"a=1&X-Amz-Signature=00&b=2", b"a=1&b=2"),
    ],
)
def test_a_query_has_one_canonical_form(query: bytes, canonical: bytes) -> None:
    """However a client wrote it; else a request that a proxy rewrote would be refused."""
    assert canonical_query(query) == canonical


PATHS = st.lists(st.sampled_from(["", ".", "..", "a", "b c", "-._~", "%20", "ü"]), max_size=6).map("/".join)
QUERIES = st.dictionaries(
    st.sampled_from(["a", "A", "b", "Param-1", "ü", "-._~"]), st.sampled_from(["", "1", "b c", "=", "%"])
)
HEADERS = st.dictionaries(
    st.sampled_from(["My-Header1", "my-header2", "Zoo", "X-Amz-Security-Token"]),
    st.sampled_from(["", "value", "  led by blanks", "one   two", '"a   b   c"', "text, more"]),
)


@given(st.sampled_from(["GET", "POST"]), PATHS, QUERIES, HEADERS, st.sampled_from([b"", b"Param1=value1", b"\xff"]))
@example("GET", "../..//example1/./example2/..", {}, {}, b"")
@example("POST", "", {"Param-1": "value1", "b": "b c"}, {"My-Header1": " value4  value1 "}, b"Param1=value1")
def test_signatures_are_those_of_botocore(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    """The canonical request and the signature, for whatever a client may send to whatever service."""
    request = AWSRequest(method, f"https://example.amazonaws.com/{path}", headers, body, query)
    request.headers["X-Amz-Date"] = request.context["timestamp"] = MOMENT
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", SECRET), "service", "us-east-1")
    canonical = signer.canonical_request(request)
    url = f"/{path}?{request.prepare().url.partition('?')[2]}".encode()
    values = {name.lower(): [trimmed(value.encode())] for name, value in request.headers.items()}
    values["host"] = [b"example.amazonaws.com"]
    ours = canonical_request(method.encode(), url, values, sorted(values), body)
    assert ours.decode() == canonical
    to_sign = string_to_sign(MOMENT, SCOPE, ours)
    assert Mac(signing_key(SECRET, SCOPE)).hex(to_sign).decode() == signer.signature(to_sign.decode(), request)
