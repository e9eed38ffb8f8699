"""Signatures are verified: good ones however odd, and every way of being wrong with its own words."""

from __future__ import annotations

import logging
import re
import time
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slipring.edge.request import Request
from slipring.iam.credentials import Credential, OneKeyPair
from slipring.iam.identities import root
from slipring.model.errors.base import ApiError
from tests.edge.signed import ACCESS_KEY, HOST, USUAL, Verifying, read, signed
from tests.hot_path.counting import counted

TOKEN = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~", min_size=1, max_size=20
)
VALUE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
HEADERS = st.lists(st.tuples(TOKEN.map(lambda name: f"X-{name}"), VALUE), max_size=6).map(tuple)
QUERY = st.lists(
    st.tuples(st.text("abAB-_.~19", min_size=1, max_size=5), st.text("abAB-_.~19", max_size=5)), max_size=4
)


def refusal(verifying: Verifying, data: bytes) -> ApiError:
    with pytest.raises(ApiError) as raised:
        verifying.caller(data)
    return raised.value


def at(moment: str) -> float:
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def moment_of(data: bytes) -> str:
    found = re.search(rb"X-Amz-Date[:=] ?(\w+)", data)
    assert found is not None
    return found[1].decode()


def rewritten(data: bytes, pattern: bytes, replacement: bytes) -> bytes:
    changed = re.sub(pattern, replacement, data, count=1)
    assert changed != data
    return changed


VERIFYING = Verifying(time.time)
"""One for many requests, so that what it keeps of one is there when the next comes."""


@given(st.binary(max_size=200), HEADERS, QUERY, st.booleans(), st.sampled_from(["us-east-1", "local", "eu/x", "ü"]))
@example(b"", (("X-%b", "%b"), ("X-%b", "%s")), [], False, "us-east-1")
@example(b"", (("X-a", ""), ("X-a", "")), [], False, "us-east-1")
@example(b"", (("x-A", "1"), ("X-a", "1"), ("X-A", "2")), [], False, "us-east-1")
@example(b"", (("X-a", " b  c "), ("X-Amz-b", "d \t e")), [("b", ""), ("a", "~")], True, "us-east-1")
def test_whatever_botocore_signs_is_accepted(
    body: bytes, headers: tuple[tuple[str, str], ...], pairs: list[tuple[str, str]], in_query: bool, region: str
) -> None:
    """Twice: the second time by what was kept of the first."""
    query = "&".join(f"{name}={value}" for name, value in pairs)
    region = region if region.isascii() and "/" not in region else "region"
    data = signed(body, (*USUAL, *headers), query=query, in_query=in_query, region=region)
    for _ in range(2):
        caller = VERIFYING.caller(data)
        assert (caller.access_key, caller.region, caller.host) == (ACCESS_KEY, region, HOST)


@given(st.data())
def test_a_change_anywhere_in_what_is_signed_is_noticed(data: st.DataObject) -> None:
    """With a warm cache: whatever is changed in a signed header, in the signature or in the body is refused."""
    body = b'{"TableName":"t"}'
    good = signed(body, USUAL)
    VERIFYING.caller(good)
    lines = good[: -len(body)].split(b"\r\n")
    spots = [n for n, line in enumerate(lines) if re.match(rb"(Content-Type|Host|X-Amz|Authorization)", line)]
    where = data.draw(st.sampled_from([*spots, -1]), "line")
    if where == -1:
        changed = good[: -len(body)] + data.draw(st.binary(min_size=len(body), max_size=len(body)), "body")
    else:
        line = lines[where]
        start = line.index(b":") + 2
        spot = data.draw(st.integers(start, len(line) - 1), "position")
        new = data.draw(st.sampled_from(b"abcXYZ019;,/=-"), "character")
        lines[where] = line[:spot] + bytes([new]) + line[spot + 1 :]
        changed = b"\r\n".join(lines) + body
    if _meaning(changed) != _meaning(good):
        refusal(VERIFYING, changed)


def test_a_change_of_case_alone_is_noticed() -> None:
    """Of any letter of a value that is signed, of the credential, the signature or the body. Only the names in
    SignedHeaders are names of headers, which mean the same in any case."""
    body = b'{"TableName":"t"}'
    good = signed(body, USUAL)
    VERIFYING.caller(good)
    tried = 0
    for position, character in enumerate(good):
        changed = good[:position] + bytes([character]).swapcase() + good[position + 1 :]
        begun = good.rfind(b"\r\n", 0, position) + 2
        in_head = position < len(good) - len(body)
        is_signed = re.match(rb"Content-Type|Host|X-Amz|Authorization", good[begun:]) is not None
        in_name = position <= good.find(b":", begun)
        if changed == good or (in_head and (not is_signed or in_name)):
            continue
        if _meaning(changed) == _meaning(good):
            assert VERIFYING.caller(changed).access_key == ACCESS_KEY
        else:
            refusal(VERIFYING, changed)
            tried += 1
    # How many of a signature's 64 digits are letters differs with the time it is of.
    assert tried > 110


def _meaning(request: bytes) -> bytes:
    """The names in SignedHeaders mean the same in any case, and the parts of Authorization however they are set
    apart."""
    apart = re.sub(rb"[, ]+", b",", request)
    return re.sub(rb"(?<=SignedHeaders=)[^,]*", lambda names: names[0].lower(), apart)


def test_a_wrong_secret_is_told_what_should_have_been_signed() -> None:
    """The words are the service's. Whoever writes a signer finds the mistake by comparing."""
    data = signed(secret_key="wrong")
    error = refusal(Verifying(time.time), data)
    moment = moment_of(data)
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access"
        " Key and signing method. Consult the service documentation for details.\n\n"
        "The Canonical String for this request should have been\n"
        f"'POST\n/\n\ncontent-type:application/x-amz-json-1.0\nhost:{HOST}\nx-amz-date:{moment}\n"
        "x-amz-target:DynamoDB_20120810.GetItem\n\ncontent-type;host;x-amz-date;x-amz-target\n"
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'\n\n"
        f"The String-to-Sign should have been\n'AWS4-HMAC-SHA256\n{moment}\n"
        f"{moment[:8]}/us-east-1/dynamodb/aws4_request\n"
    )


def test_a_wrong_secret_is_refused_after_the_right_one() -> None:
    """What was kept of a client must not let in another that claims to be it."""
    verifying = Verifying(time.time)
    verifying.caller(signed())
    assert refusal(verifying, signed(secret_key="wrong")).code == "InvalidSignatureException"
    verifying.caller(signed())
    assert verifying.failures == {"InvalidSignatureException": 1}


@pytest.mark.parametrize("data", [signed(access_key="AKIDOTHER"), signed(token="made-up")], ids=["key", "token"])
def test_an_unknown_key_is_not_recognized(data: bytes) -> None:
    """Nor is a known one with a session token that it does not have."""
    verifying = Verifying(time.time)
    verifying.caller(signed())
    error = refusal(verifying, data)
    assert (error.code, error.message) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


@pytest.mark.parametrize("warm", [False, True])
def test_a_signature_counts_for_fifteen_minutes_either_way(warm: bool) -> None:
    """A replayed request must not count for ever, and a clock that is a little off must not lock anybody out."""
    data = signed()
    moment = moment_of(data)
    now = [at(moment)]
    verifying = Verifying(lambda: now[0])
    if warm:
        verifying.caller(data)
    for offset in (-900, 0, 900):
        now[0] = at(moment) + offset
        verifying.caller(data)
    now[0] = at(moment) + 901
    error = refusal(verifying, data)
    text = re.sub(r"\d{8}T\d{6}Z", lambda found: f"<{at(found[0]) - at(moment):.0f}>", error.message)
    assert error.code == "InvalidSignatureException"
    assert text == "Signature expired: <0> is now earlier than <1> (<901> - 15 min.)"
    now[0] = at(moment) - 901
    error = refusal(verifying, data)
    text = re.sub(r"\d{8}T\d{6}Z", lambda found: f"<{at(found[0]) - at(moment):.0f}>", error.message)
    assert text == "Signature not yet current: <0> is still later than <-1> (<-901> + 15 min.)"


def test_a_signed_query_counts_for_as_long_as_it_says() -> None:
    data = signed(in_query=True)
    moment = moment_of(data)
    now = [at(moment) + 3600]
    verifying = Verifying(lambda: now[0])
    verifying.caller(data)
    now[0] += 1
    assert refusal(verifying, data).message.startswith("Signature expired: ")


@pytest.mark.parametrize("term", [b"0", b"604801", b"-1", b"x", b"", b"9" * 5000])
def test_the_term_of_a_signed_query_is_bounded(term: bytes) -> None:
    data = rewritten(signed(in_query=True), rb"X-Amz-Expires=\d+", b"X-Amz-Expires=" + term)
    assert refusal(VERIFYING, data).code == "IncompleteSignatureException"


@pytest.mark.parametrize(
    ("pattern", "replacement", "message"),
    [
        (rb"/dynamodb/", b"/s3/", "Credential should be scoped to correct service: 'dynamodb'. "),
        (
            rb"/aws4_request",
            b"/aws5_request",
            "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. ",
        ),
        (
            rb"/\d{8}/",
            b"/20010101/",
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:"
            " '20010101' != '<day>', from '<moment>'.",
        ),
        (
            rb"=content-type;host;",
            b"=content-type;",
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        ),
        (rb";x-amz-target,", b",", "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."),
    ],
    ids=["service", "terminator", "day", "host", "target"],
)
def test_what_a_signature_covers_is_checked(pattern: bytes, replacement: bytes, message: str) -> None:
    """A signature that leaves out the target could be put under another operation."""
    data = rewritten(signed(), pattern, replacement)
    error = refusal(VERIFYING, data)
    moment = moment_of(data)
    assert error.code == "InvalidSignatureException"
    assert error.message.replace(moment, "<moment>").replace(moment[:8], "<day>") == message


@pytest.mark.parametrize(
    "moment", [b"20260101", b"2026-01-01T00:00:00Z", b"20261301T000000Z", b"20260101T250000Z", b"x"]
)
def test_a_moment_that_is_none_is_incomplete(moment: bytes) -> None:
    error = refusal(VERIFYING, rewritten(signed(), rb"X-Amz-Date: \w+", b"X-Amz-Date: " + moment))
    assert error.code == "IncompleteSignatureException"
    assert error.message == (
        f"Date must be in ISO-8601 'basic format'. Got '{moment.decode()}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


@pytest.mark.parametrize("date", [b"x", b"Fri, 31 Dec 9999 23:59:59 -2359", b"", b"Thu, 99 Jan 2026 00:00:00 GMT"])
def test_a_date_that_is_none_is_incomplete(date: bytes) -> None:
    data = rewritten(signed(), rb"X-Amz-Date: \w+", b"Date: " + date)
    assert refusal(VERIFYING, data).code == "IncompleteSignatureException"


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64])
def test_a_body_that_is_not_signed_is_refused(payload: str) -> None:
    """botocore signs what this header says of the body. A body could be exchanged if it were believed."""
    data = signed(headers=(*USUAL, ("X-Amz-Content-SHA256", payload)))
    assert refusal(VERIFYING, data).code == "InvalidSignatureException"


def test_a_header_that_is_repeated_on_the_way_is_noticed() -> None:
    """Which of two targets counts must not be for a proxy, or a smuggler, to choose."""
    for added in (b"X-Amz-Target: DynamoDB_20120810.DeleteTable", b"x-amz-target: DynamoDB_20120810.DeleteTable"):
        good = signed()
        VERIFYING.caller(good)
        for changed in (
            good.replace(b"\r\nHost:", b"\r\n" + added + b"\r\nHost:", 1),
            good.replace(b"\r\nContent-Length:", b"\r\n" + added + b"\r\nContent-Length:", 1),
        ):
            assert refusal(VERIFYING, changed).code == "InvalidSignatureException"


def test_blanks_at_the_end_of_values_do_no_harm() -> None:
    """llhttp leaves them; SigV4 takes them away."""
    VERIFYING.caller(rewritten(signed(), rb"(X-Amz-Target: [\w.]+)", rb"\1  "))
    VERIFYING.caller(rewritten(signed(), rb"(Authorization: [^\r]*)", rb"\1 "))


def test_a_temporary_credential_ends() -> None:
    """Even for a client that was verified a moment before."""

    class Temporary(OneKeyPair):
        def find(self, access_key: str, session_token: str) -> Credential | None:
            return Credential(access_key, "secret", root("000000000000"), ends) if session_token == "token" else None

    data = signed(access_key="ASIA", secret_key="secret", token="token")
    ends = at(moment_of(data)) + 60
    now = [ends - 60]
    verifying = Verifying(lambda: now[0], credentials=Temporary("", ""))
    verifying.caller(data)
    verifying.caller(data)
    now[0] = ends + 0.1
    error = refusal(verifying, data)
    assert (error.code, error.message) == (
        "ExpiredTokenException",
        "The security token included in the request is expired",
    )


def test_a_credential_is_looked_up_again_when_it_is_due() -> None:
    """So that a key that was taken back does not live on in what is kept of its owner."""
    known = True

    class Fleeting(OneKeyPair):
        def find(self, access_key: str, session_token: str) -> Credential | None:
            return Credential(access_key, "secret", root("000000000000"), trusted_until=now[0] + 5) if known else None

    data = signed(secret_key="secret")
    now = [at(moment_of(data))]
    verifying = Verifying(lambda: now[0], credentials=Fleeting("", ""))
    verifying.caller(data)
    known = False
    verifying.caller(data)
    now[0] += 5.1
    assert refusal(verifying, data).code == "UnrecognizedClientException"


def test_a_warning_is_given_once_and_all_is_counted(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever is about to enforce wants to know who would be locked out, in a log that one can still read."""
    verifying = Verifying(time.time, "warn")
    with caplog.at_level(logging.WARNING, "slipring.edge"):
        assert verifying.caller(signed()).access_key == ACCESS_KEY
        for _ in range(3):
            assert verifying.caller(signed(secret_key="wrong")).access_key == ACCESS_KEY
            assert verifying.caller(signed(access_key="stranger")).access_key == "stranger"
    assert verifying.failures == {"InvalidSignatureException": 3, "UnrecognizedClientException": 3}
    assert [record.getMessage() for record in caplog.records] == [
        "--auth enforce would refuse access key 'AKIDEXAMPLE': InvalidSignatureException: The request signature we"
        " calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
        " Consult the service documentation for details.",
        "--auth enforce would refuse access key 'stranger': UnrecognizedClientException: The security token included"
        " in the request is invalid.",
    ]


@given(st.binary(max_size=300), st.sampled_from([b"Authorization", b"X-Amz-Date", b"Host", b"X-Amz-Security-Token"]))
def test_no_header_breaks_the_verifier(value: bytes, name: bytes) -> None:
    """Whatever stands there is refused with an error of the service's, never with a 500."""
    value = re.sub(rb"[\x00-\x08\x0a-\x1f\x7f]", b"?", value).strip()
    good = signed(headers=(*USUAL, ("X-Amz-Security-Token", "t")))
    data = re.sub(rb"%b: [^\r]*" % name, lambda _: name + b": " + value, good, count=1)
    refusal(VERIFYING, data)


def test_an_unknown_key_costs_what_a_wrong_signature_does() -> None:
    """Otherwise one could find out by the clock which keys there are. What is done is counted, for time is not the same
    twice: instructions, and calls into C, which are where the hashing is. Keys that were used before and keys that were
    not, after somebody was let in and before."""
    verifying = Verifying(time.time)
    counts = []
    for let_in in (None, signed(), None):
        if let_in is not None:
            verifying.caller(let_in)
        for data in (signed(secret_key="wrong"), signed(access_key="AKIDUNKNOWN", secret_key="wrong")):
            request = read(data)
            with pytest.raises(ApiError):
                verifying.caller_of(request)
            counts.append(counted(lambda request=request: refused(verifying, request)))  # type: ignore[misc]
    for wrong, unknown in zip(counts[::2], counts[1::2], strict=True):
        assert 0.98 < unknown / wrong < 1.02, counts


def refused(verifying: Verifying, request: Request) -> None:
    with suppress(ApiError):
        verifying.caller_of(request)
