"""Temporary credentials: boto3's client of the Security Token Service, and what its credential providers make of it."""

from __future__ import annotations

import json
import urllib.request
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from slipring.clock import ManualClock, SystemClock
from tests.conftest import error_of, unique
from tests.iam.running import ACCOUNT, ROOT, Keys, Place, temporary
from tests.servers import ServerThread

ALL = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def trust(principal: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": ["sts:AssumeRole", "sts:TagSession"]}
    return json.dumps({"Version": "2012-10-17", "Statement": {**statement, **condition}})


def role(place: Place, document: str, *options: str) -> tuple[str, str]:
    """A new role's name and ARN."""
    name = unique("role")
    path = place.file(name, document)
    arn = place.iam(f"role create {name} --trust {path} {' '.join(options)}").strip()
    return name, arn


@pytest.fixture(scope="module")
def ada(place: Place) -> Keys:
    """A user who may do everything that policies can allow."""
    keys = place.user("ada")
    place.iam("inline put user ada all -", stdin=ALL)
    return keys


def assume(place: Place, keys: Keys, arn: str, **more: Any) -> dict[str, Any]:
    with closing(place.client(keys, "sts")) as client:
        answer: dict[str, Any] = client.assume_role(**{"RoleArn": arn, "RoleSessionName": "visit", **more})
    return answer


def identity(place: Place, keys: Keys) -> dict[str, Any]:
    with closing(place.client(keys, "sts")) as client:
        told: dict[str, Any] = client.get_caller_identity()
    return told


def test_a_role_is_assumed(place: Place, ada: Keys) -> None:
    name, arn = role(place, trust(f"arn:aws:iam::{ACCOUNT}:user/ada"))
    answer = assume(place, ada, arn, DurationSeconds=900)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/visit"
    assert answer["AssumedRoleUser"]["Arn"] == session
    assert answer["Credentials"]["AccessKeyId"].startswith("ASIA")
    ends = answer["Credentials"]["Expiration"] - datetime.now(UTC)
    assert timedelta(seconds=800) < ends <= timedelta(seconds=900)
    told = identity(place, temporary(answer["Credentials"]))
    assert (told["Arn"], told["UserId"]) == (session, answer["AssumedRoleUser"]["AssumedRoleId"])


def test_a_profile_that_assumes_a_role_works_unchanged(
    place: Place, ada: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As users configure it: the SDK's own provider gets the credentials, with nothing but the endpoint set."""
    name, arn = role(place, trust(ACCOUNT))
    place.iam(f"inline put role {name} all -", stdin=ALL)
    (tmp_path / "config").write_text(
        f"[profile visit]\nrole_arn = {arn}\nsource_profile = ada\nregion = eu-west-1\n"
        "[profile ada]\nregion = eu-west-1\n"
        f"aws_access_key_id = {ada['aws_access_key_id']}\naws_secret_access_key = {ada['aws_secret_access_key']}\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", place.url)
    session = botocore.session.Session(profile="visit")
    with closing(session.create_client("dynamodb")) as client:
        assert client.list_tables()["TableNames"] == []
    assert session.get_credentials().method == "assume-role"


@pytest.mark.parametrize("change", ["token", "secret", "none", "key"])
def test_a_session_is_its_key_secret_and_token_together(place: Place, ada: Keys, change: str) -> None:
    _, arn = role(place, trust(ACCOUNT))
    keys = temporary(assume(place, ada, arn)["Credentials"])
    other = temporary(assume(place, ada, arn)["Credentials"])
    if change == "token":
        keys["aws_session_token"] = keys["aws_session_token"][:-8] + "AAAAAAA="
    elif change == "secret":
        keys["aws_secret_access_key"] = other["aws_secret_access_key"]
    elif change == "none":
        del keys["aws_session_token"]
    else:
        keys["aws_access_key_id"] = other["aws_access_key_id"]
    with closing(place.client(keys)) as client:
        expected = "InvalidSignatureException" if change == "secret" else "UnrecognizedClientException"
        assert error_of(client.list_tables)[0] == expected
    with closing(place.client(keys, "sts")) as client:
        expected = "SignatureDoesNotMatch" if change == "secret" else "InvalidClientTokenId"
        assert error_of(client.get_caller_identity)[0] == expected


def test_a_session_ends_with_its_time(tmp_path: Path) -> None:
    """SDKs know this error, and get new credentials."""
    place = Place(tmp_path)
    keys = place.user("ada")
    place.iam("inline put user ada all -", stdin=ALL)
    # Clients sign by the machine's time. Late by less than 15 minutes even when the session has ended.
    clock = ManualClock(SystemClock.now() - 100)
    _, arn = role(place, trust(ACCOUNT))
    with place.served(clock=clock):
        session = temporary(assume(place, keys, arn, DurationSeconds=900)["Credentials"])
        assert identity(place, session)["Account"] == ACCOUNT
        clock.advance(899)
        assert identity(place, session)["Account"] == ACCOUNT
        clock.advance(1)
        with closing(place.client(session)) as client:
            code, message = error_of(client.list_tables)
        assert (code, message) == ("ExpiredTokenException", "The security token included in the request is expired")
        with closing(place.client(session, "sts")) as client:
            assert error_of(client.get_caller_identity)[0] == "ExpiredToken"


def test_a_session_ends_with_its_role(place: Place, ada: Keys) -> None:
    """Though its token is good for longer; and a role of the same name that is made later is another."""
    name, arn = role(place, trust(ACCOUNT))
    session = temporary(assume(place, ada, arn)["Credentials"])
    assert identity(place, session)["Account"] == ACCOUNT
    place.iam(f"role delete {name}")
    place.iam(f"role create {name} --trust {place.path / name}")
    with closing(place.client(session, "sts")) as client:
        assert error_of(client.get_caller_identity)[0] == "InvalidClientTokenId"


@pytest.mark.parametrize(
    ("document", "more", "allowed"),
    [
        (trust(ACCOUNT), {}, True),
        (trust("444455556666"), {}, False),
        (trust(f"arn:aws:iam::{ACCOUNT}:user/bob"), {}, False),
        (trust(ACCOUNT, Condition={"StringEquals": {"sts:ExternalId": "x1"}}), {}, False),
        (trust(ACCOUNT, Condition={"StringEquals": {"sts:ExternalId": "x1"}}), {"ExternalId": "x1"}, True),
        (trust(ACCOUNT, Condition={"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}), {}, False),
        (
            trust(ACCOUNT, Condition={"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}),
            {"RoleSessionName": "ada"},
            True,
        ),
        (
            trust(ACCOUNT, Condition={"StringEquals": {"aws:RequestTag/team": "x"}}),
            {"Tags": [{"Key": "team", "Value": "x"}]},
            True,
        ),
        (trust(ACCOUNT), {"SourceIdentity": "somebody"}, False),
    ],
)
def test_who_may_assume_a_role_is_for_its_trust_policy(
    place: Place, ada: Keys, document: str, more: dict[str, Any], allowed: bool
) -> None:
    _, arn = role(place, document)
    with closing(place.client(ada, "sts")) as client:
        parameters = {"RoleArn": arn, "RoleSessionName": "visit", **more}
        if allowed:
            assert client.assume_role(**parameters)["Credentials"]
            return
        code, message = error_of(client.assume_role, **parameters)
        assert code == "AccessDenied"
        assert message.startswith(f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: sts:")


def test_a_user_without_a_policy_assumes_no_role_that_trusts_the_account(place: Place) -> None:
    """Trust in an account leaves it to the account's policies."""
    keys = place.user(unique("poor"))
    _, arn = role(place, trust(ACCOUNT))
    with closing(place.client(keys, "sts")) as client:
        assert error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit")[0] == "AccessDenied"


def test_a_role_that_is_not_there_is_refused_like_one_that_is_not_for_the_caller(place: Place, ada: Keys) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/nowhere"
    with closing(place.client(ada, "sts")) as client:
        assert error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit") == (
            "AccessDenied",
            f"User: arn:aws:iam::{ACCOUNT}:user/ada is not authorized to perform: sts:AssumeRole on resource: {arn}",
        )


def test_root_assumes_no_role(place: Place) -> None:
    _, arn = role(place, trust(ACCOUNT))
    with closing(place.client(ROOT, "sts")) as client:
        assert error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit") == (
            "AccessDenied",
            "Roles may not be assumed by root accounts.",
        )


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"DurationSeconds": 899}, "greater than or equal to 900"),
        ({"DurationSeconds": 43_201}, "less than or equal to 43200"),
        ({"DurationSeconds": 3601}, "exceeds the MaxSessionDuration set for this role"),
        ({"RoleSessionName": "a b"}, "must satisfy regular expression pattern"),
        ({"RoleArn": "arn:aws:iam::1:role/x-short"}, "Member must be the ARN of a role"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}]}, "must be the ARN of a policy"),
    ],
)
def test_what_does_not_fit_is_a_validation_error(
    place: Place, ada: Keys, parameters: dict[str, Any], told: str
) -> None:
    _, arn = role(place, trust(ACCOUNT))
    with closing(place.client(ada, "sts")) as client:
        code, message = error_of(client.assume_role, **{"RoleArn": arn, "RoleSessionName": "visit", **parameters})
    assert code == "ValidationError"
    assert told in message


def test_a_session_policy_that_is_none_is_refused(place: Place, ada: Keys) -> None:
    _, arn = role(place, trust(ACCOUNT))
    with closing(place.client(ada, "sts")) as client:
        code, _ = error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit", Policy="{}")
    assert code == "MalformedPolicyDocument"


def test_a_role_lets_its_sessions_last_longer(place: Place, ada: Keys) -> None:
    """An hour is usual; the sessions of a session last no longer than that."""
    _, arn = role(place, trust(ACCOUNT), "--session-max-s 43200")
    session = temporary(assume(place, ada, arn, DurationSeconds=43_200)["Credentials"])
    with closing(place.client(session, "sts")) as client:
        _, message = error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit", DurationSeconds=3601)
        assert "role chaining" in message or "not authorized" in message


def test_a_user_gets_a_token(place: Place, ada: Keys) -> None:
    with closing(place.client(ada, "sts")) as client:
        session = temporary(client.get_session_token(DurationSeconds=900)["Credentials"])
    assert identity(place, session)["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    with closing(place.client(session, "sts")) as client:
        assert error_of(client.get_session_token)[0] == "AccessDenied"


def test_root_gets_a_token(place: Place) -> None:
    with closing(place.client(ROOT, "sts")) as client:
        session = temporary(client.get_session_token()["Credentials"])
    with closing(place.client(session)) as client:
        client.list_tables()


def test_a_call_by_url_is_answered(place: Place, ada: Keys) -> None:
    """Tools hand such a URL to each other to prove who they are."""
    with closing(place.client(ada, "sts")) as client:
        url = client.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    with urllib.request.urlopen(url) as response:
        assert b"<Arn>arn:aws:iam::111122223333:user/ada</Arn>" in response.read()


def test_an_action_that_is_not_there_is_told(place: Place, ada: Keys) -> None:
    with closing(place.client(ada, "sts")) as client:
        code, message = error_of(client.get_access_key_info, AccessKeyId="A" * 20)
    assert code == "InvalidAction"
    assert message == "Could not find operation GetAccessKeyInfo for version 2011-06-15"


def test_a_signature_for_another_service_is_none_here(place: Place, ada: Keys) -> None:
    """And what is kept of a verified client of the one is not let in to the other."""
    import boto3
    from botocore.config import Config

    for service, signed_for in (("sts", "dynamodb"), ("dynamodb", "sts")):
        with closing(place.client(ada, service)) as good:
            good.get_caller_identity() if service == "sts" else good.list_tables()
        client = boto3.client(
            service, endpoint_url=place.url, region_name="eu-west-1",
            config=Config(retries={"total_max_attempts": 1}), **ada,
        )  # fmt: skip
        client.meta.events.register("choose-signer", lambda **_: "v4")
        client._request_signer._signing_name = signed_for
        with closing(client):
            _, message = error_of(client.get_caller_identity if service == "sts" else client.list_tables)
        assert message == f"Credential should be scoped to correct service: '{service}'. "


def test_where_anybody_is_welcome_any_role_is() -> None:
    """With auth off, tools that assume a role get credentials that are as good as any."""
    with ServerThread() as server:
        place = Place(Path())
        place.url = server.url
        keys = {"aws_access_key_id": "any", "aws_secret_access_key": "thing"}
        assert identity(place, keys)["Arn"] == "arn:aws:iam::000000000000:root"
        answer = assume(place, keys, "arn:aws:iam::444455556666:role/whatever")
        assert answer["AssumedRoleUser"]["Arn"] == "arn:aws:sts::444455556666:assumed-role/whatever/visit"
        with closing(place.client(temporary(answer["Credentials"]))) as client:
            client.list_tables()


def test_a_tag_is_given_once_whatever_its_case(place: Place, ada: Keys) -> None:
    """Policies know no case of a tag's name: a trust policy could be shown one value and the session have another."""
    _, arn = role(place, trust(ACCOUNT, Condition={"StringEquals": {"aws:RequestTag/team": "x"}}))
    tags = [{"Key": "team", "Value": "x"}, {"Key": "Team", "Value": "admins"}]
    with closing(place.client(ada, "sts")) as client:
        code, message = error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit", Tags=tags)
    assert code == "InvalidParameterValue"
    assert "case insensitive" in message


def test_a_source_identity_goes_on_from_role_to_role(place: Place, ada: Keys) -> None:
    """It says who is behind a session, so no session may shed or change it by assuming another role."""
    actions = {"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}
    first, first_arn = role(place, trust(ACCOUNT, **actions))
    place.iam(f"inline put role {first} all -", stdin=ALL)
    _, second_arn = role(place, trust(ACCOUNT, **actions))
    _, unaware_arn = role(place, trust(ACCOUNT))
    session = temporary(assume(place, ada, first_arn, SourceIdentity="ada")["Credentials"])
    assert assume(place, session, second_arn)["SourceIdentity"] == "ada"
    with closing(place.client(session, "sts")) as client:
        for more in ({"RoleArn": second_arn, "SourceIdentity": "bob"}, {"RoleArn": unaware_arn}):
            assert error_of(client.assume_role, RoleSessionName="visit", **more)[0] == "AccessDenied"


def test_sessions_are_revoked_by_the_time_they_began_at(place: Place, ada: Keys) -> None:
    """As the console does it: a policy of the role denies everything to sessions that are older than this moment."""
    name, arn = role(place, trust(ACCOUNT))
    place.iam(f"inline put role {name} all -", stdin=ALL)
    session = temporary(assume(place, ada, arn)["Credentials"])
    with closing(place.client(ada, "sts")) as client:
        token = temporary(client.get_session_token()["Credentials"])

    def revoked(before: datetime) -> str:
        condition = {"DateLessThan": {"aws:TokenIssueTime": before.strftime("%Y-%m-%dT%H:%M:%SZ")}}
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        return json.dumps({"Version": "2012-10-17", "Statement": statement})

    now = datetime.now(UTC)
    with closing(place.client(session)) as client, closing(place.client(token)) as users:
        for kind, holder, asked in (("role", name, client), ("user", "ada", users)):
            place.iam(f"inline put {kind} {holder} revoke -", stdin=revoked(now - timedelta(hours=1)))
            asked.list_tables()
            place.iam(f"inline put {kind} {holder} revoke -", stdin=revoked(now + timedelta(hours=1)))
            assert error_of(asked.list_tables)[0] == "AccessDeniedException"
    with closing(place.client(ada)) as client:
        # A lasting key has begun at no time.
        client.list_tables()
    place.iam("inline delete user ada revoke")


def tags(**values: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in values.items()]


def test_transitive_tags_go_on_from_role_to_role(place: Place, ada: Keys) -> None:
    """The guide's chain of three roles ("Chaining roles with session tags" in the IAM User Guide): what was set as
    transitive stays so with its value, over tags that a role has itself; other session tags end with their session."""
    chain = []
    for each in range(3):
        name, arn = role(place, trust(ACCOUNT), *(["--tag Star=3"] if each == 2 else []))
        place.iam(f"inline put role {name} all -", stdin=ALL)
        chain.append(arn)
    shown = "${aws:PrincipalTag/Star}:${aws:PrincipalTag/Sun, 'no'}"
    name, last = role(place, trust(ACCOUNT, Condition={"StringEquals": {"sts:ExternalId": shown}}))
    session = temporary(
        assume(place, ada, chain[0], Tags=tags(Star="1", Sun="1"), TransitiveTagKeys=["star"])["Credentials"]
    )
    assert assume(place, session, last, ExternalId="1:1")
    second = temporary(assume(place, session, chain[1], Tags=tags(Sun="2"))["Credentials"])
    assert assume(place, second, last, ExternalId="1:2")
    third = temporary(assume(place, second, chain[2])["Credentials"])
    with closing(place.client(third, "sts")) as client:
        client.assume_role(RoleArn=last, RoleSessionName="visit", ExternalId="1:no")
        code, _ = error_of(
            client.assume_role, RoleArn=last, RoleSessionName="visit", ExternalId="1:no", Tags=tags(STAR="2")
        )
    assert code == "InvalidParameterValue"


def test_who_inherits_tags_must_be_allowed_to_tag(place: Place, ada: Keys) -> None:
    """Whatever a chain hands on is given to the session that begins (aws/eks-pod-identity-agent issue 80)."""
    first, first_arn = role(place, trust(ACCOUNT))
    place.iam(f"inline put role {first} all -", stdin=ALL)
    _, unaware = role(place, trust(ACCOUNT, Action="sts:AssumeRole"))
    for keys, code in ((["team"], "AccessDenied"), ([], None)):
        answer = assume(place, ada, first_arn, Tags=tags(team="x"), TransitiveTagKeys=keys)
        with closing(place.client(temporary(answer["Credentials"]), "sts")) as client:
            asked = {"RoleArn": unaware, "RoleSessionName": "visit"}
            if code is None:
                client.assume_role(**asked)
            else:
                assert error_of(client.assume_role, **asked)[0] == code


@pytest.mark.parametrize(
    ("keys", "code"),
    [(["Project"], None), ([], None), (["Project", "Star"], "AccessDenied"), (["Moon"], "ValidationError")],
)
def test_which_tags_may_be_transitive_is_for_policies(
    place: Place, ada: Keys, keys: list[str], code: str | None
) -> None:
    """By `sts:TransitiveTagKeys`; a key of no tag that is passed cannot be."""
    condition = {"ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["Project"]}}
    _, arn = role(place, trust(ACCOUNT, Condition=condition))
    asked = {"RoleArn": arn, "RoleSessionName": "visit", "Tags": tags(Project="x", Star="1"), "TransitiveTagKeys": keys}
    with closing(place.client(ada, "sts")) as client:
        if code is None:
            client.assume_role(**asked)
        else:
            assert error_of(client.assume_role, **asked)[0] == code


def test_a_role_can_be_chosen_by_its_tags(place: Place, ada: Keys) -> None:
    """`aws:ResourceTag` is of the role that is to be assumed."""
    name = unique("picky")
    keys = place.user(name)
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    condition = {"StringEquals": {"aws:ResourceTag/team": "x"}}
    document = json.dumps({"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}})
    place.iam(f"inline put user {name} picky -", stdin=document)
    _, right = role(place, trust(ACCOUNT), "--tag Team=x")
    _, wrong = role(place, trust(ACCOUNT), "--tag Team=y")
    with closing(place.client(keys, "sts")) as client:
        client.assume_role(RoleArn=right, RoleSessionName="visit")
        assert error_of(client.assume_role, RoleArn=wrong, RoleSessionName="visit")[0] == "AccessDenied"


def test_a_trust_policy_means_the_user_that_there_was(place: Place) -> None:
    """Somebody of the same name who comes later is somebody else ("AWS JSON policy elements: Principal" in the IAM User
    Guide); a policy that is written again means whom it names then."""
    name = unique("eve")
    keys = place.user(name)
    name_of_role, arn = role(place, trust(f"arn:aws:iam::{ACCOUNT}:user/{name}"))
    assert assume(place, keys, arn)
    place.iam(f"user delete {name}")
    keys = place.user(name)
    place.iam(f"inline put user {name} all -", stdin=ALL)
    with closing(place.client(keys, "sts")) as client:
        assert error_of(client.assume_role, RoleArn=arn, RoleSessionName="visit")[0] == "AccessDenied"
        place.iam(f"role trust {name_of_role} {place.path / name_of_role}")
        assert client.assume_role(RoleArn=arn, RoleSessionName="visit")["Credentials"]
