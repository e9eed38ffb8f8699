"""Who asks, and how a signature that cannot be one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edge.scripted import Server
from tests.edge.wire import AUTHORIZATION, Client, request

QUERY = (
    "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=key%2F20260101%2Flocal%2Fdynamodb%2Faws4_request"
    "&X-Amz-Date=20260101T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
)


def signed_as(credential: str) -> dict[str, str | None]:
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={'0' * 64}"}


@pytest.mark.parametrize(
    ("credential", "access_key", "region", "account"),
    [
        ("AKIDEXAMPLE/20260101/eu-west-1/dynamodb/aws4_request", "AKIDEXAMPLE", "eu-west-1", "000000000000"),
        ("123456789012/20260101/us-east-1/dynamodb/aws4_request", "123456789012", "us-east-1", "123456789012"),
        ("12345678901/20260101/us-east-1/dynamodb/aws4_request", "12345678901", "us-east-1", "000000000000"),
        ("key/20260101/localhost/dynamodb/aws4_request", "key", "localhost", "000000000000"),
        ("my/own/key/20260101/local/dynamodb/aws4_request", "my/own/key", "local", "000000000000"),
    ],
)
def test_a_credential_names_the_caller(
    server: Server, client: Client, credential: str, access_key: str, region: str, account: str
) -> None:
    """Any key and any region is welcome; only a key of twelve digits is an account."""
    assert client.ask(request(headers=signed_as(credential))).status == 200
    caller = server.api.calls[-1].caller
    assert (caller.access_key, caller.region, caller.account) == (access_key, region, account)
    assert caller.host == "localhost:8000"


def test_callers_are_told_apart_when_they_take_turns(server: Server, client: Client) -> None:
    """What is cached of one caller must not be another's: here only key, region or host differ."""
    seen = []
    for key, region, host in [("a", "r1", "h1"), ("b", "r1", "h1"), ("a", "r2", "h1"), ("a", "r1", "h2")] * 2:
        credential = f"{key}/20260101/{region}/dynamodb/aws4_request"
        client.ask(request(headers={**signed_as(credential), "Host": host}))
        caller = server.api.calls[-1].caller
        seen.append((caller.access_key, caller.region, caller.host) == (key, region, host))
    assert all(seen)


def test_a_signature_in_the_query_will_do(server: Server, client: Client) -> None:
    assert client.ask(request(url=QUERY, headers={"Authorization": None, "X-Amz-Date": None})).status == 200
    assert (server.api.calls[-1].caller.access_key, server.api.calls[-1].caller.region) == ("key", "local")


def test_no_signature_is_missing_authentication(client: Client) -> None:
    response = client.ask(request(headers={"Authorization": None}))
    assert (response.status, response.code) == (400, "MissingAuthenticationTokenException")
    assert response.message == "Request is missing Authentication Token"
    assert b"com.amazon.coral.service#" in response.body


def test_two_signatures_are_refused(client: Client) -> None:
    response = client.ask(request(url=QUERY))
    assert (response.status, response.code) == (400, "InvalidSignatureException")
    assert response.message == (
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
    )


def test_a_blank_in_a_credential_is_pointed_out(client: Client) -> None:
    """The service's own words for a common slip (awslabs/fhir-works-on-aws-deployment issue 379)."""
    authorization = "AWS4-HMAC-SHA256 Credential=key /20260101/us-east-2/dynamodb/aws4_request, Signature=00"
    response = client.ask(request(headers={"Authorization": authorization}))
    assert (response.status, response.code) == (400, "IncompleteSignatureException")
    assert response.message == (
        "'/20260101/us-east-2/dynamodb/aws4_request' not a valid key=value pair (missing equal-sign)"
        f" in Authorization header: '{authorization}'."
    )


@pytest.mark.parametrize(
    "authorization", ["Bearer abc", "Basic a2V5OnNlY3JldA==", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 "]
)
def test_another_scheme_lacks_everything(client: Client, authorization: str) -> None:
    response = client.ask(request(headers={"Authorization": authorization, "X-Amz-Date": None}))
    assert response.code == "IncompleteSignatureException"
    assert response.message == (
        "Authorization header requires 'Credential' parameter."
        " Authorization header requires 'Signature' parameter."
        " Authorization header requires 'SignedHeaders' parameter."
        " Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
        f" Authorization={authorization.strip()}"
    )


@pytest.mark.parametrize("lacking", ["Credential", "Signature", "SignedHeaders"])
def test_each_parameter_of_the_header_is_required(client: Client, lacking: str) -> None:
    parameters = ["Credential=k/20260101/r/dynamodb/aws4_request", "SignedHeaders=host", "Signature=00"]
    kept = ", ".join(parameter for parameter in parameters if not parameter.startswith(f"{lacking}="))
    response = client.ask(request(headers={"Authorization": f"AWS4-HMAC-SHA256 {kept}"}))
    assert response.message == (
        f"Authorization header requires '{lacking}' parameter. Authorization=AWS4-HMAC-SHA256 {kept}"
    )


def test_a_date_is_required_even_of_a_caller_that_is_known(client: Client) -> None:
    """A cached caller must not make a malformed request good."""
    assert client.ask(request()).status == 200
    response = client.ask(request(headers={"X-Amz-Date": None}))
    assert response.message.startswith("Authorization header requires existence of either a 'X-Amz-Date'")
    assert client.ask(request(headers={"X-Amz-Date": None, "Date": "Thu, 01 Jan 2026 00:00:00 GMT"})).status == 200


@pytest.mark.parametrize("lacking", ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"])
def test_each_parameter_of_the_query_is_required(client: Client, lacking: str) -> None:
    url = "&".join(part for part in QUERY.split("&") if not part.startswith(f"{lacking}="))
    response = client.ask(request(url=url, headers={"Authorization": None}))
    assert response.code == "IncompleteSignatureException"
    assert response.message == (
        f"AWS query-string parameters must include '{lacking}'. Re-examine the query-string parameters."
    )


def test_a_credential_without_its_scope_is_refused(client: Client) -> None:
    response = client.ask(request(headers=signed_as("key")))
    assert response.code == "IncompleteSignatureException"
    assert response.message == (
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'key'"
    )


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=200))
def test_no_authorization_header_breaks_the_server(server: Server, text: str) -> None:
    """Whatever stands there, the client is told it is wrong; a stray 500 would be retried ten times by boto3."""
    with server.client() as client:
        response = client.ask(request(headers={"Authorization": text}))
    assert response.status == 400
    expected = {"MissingAuthenticationTokenException", "IncompleteSignatureException"}
    assert response.code in expected


def test_the_usual_header_is_really_the_usual_one() -> None:
    """The cache takes the last 64 characters for the signature."""
    assert AUTHORIZATION[:-64].endswith("Signature=")
