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


@pytest.mark.parametrize(
    ("method", "url", "headers", "signature"),
    [
        (b"GET", b"/", HOST, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (b"POST", b"/", HOST, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            b"GET",
            b"/?Param2=value2&Param1=value1",
            HOST,
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            b"GET",
            b"/",
            {**HOST, "my-header1": [b"value1"], "my-header2": [b'"a b c"']},
            "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
        ),
        (
            b"GET",
            b"/",
            {**HOST, "my-header1": [b"value2", b"value2", b"value1"]},
            "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case", "header-value-trim", "header-duplicate"],
)
def test_a_signature_is_that_of_the_test_suite(
    method: bytes, url: bytes, headers: dict[str, list[bytes]], signature: str
) -> None:
    """Cases of the signature version 4 test suite, which AWS publishes with the values to expect."""
    canonical = canonical_request(method, url, headers, sorted(headers), b"")
    to_sign = string_to_sign(MOMENT, SCOPE, canonical)
    assert Mac(signing_key(SECRET, SCOPE)).hex(to_sign).decode() == signature


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
