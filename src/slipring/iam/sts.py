"""The Security Token Service, as far as SDKs need it to get credentials.

Source: the STS API reference, AssumeRole, GetCallerIdentity and GetSessionToken.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeAlias

from slipring.clock import Clock, Ids
from slipring.iam.caller import Caller
from slipring.iam.changes import new_id
from slipring.iam.directory import Directory, DirectoryError
from slipring.iam.identities import Identity, parsed, root
from slipring.iam.policies import Question, Use, denial, environment, evaluate
from slipring.iam.policies.templates import Values
from slipring.iam.records import SESSION_KEY_PREFIX, Entity
from slipring.iam.sessions import Sessions
from slipring.iam.sts_parameters import AssumeRole, Parameters, read_assume_role, read_seconds, tag_named
from slipring.model.errors import sts as errors
from slipring.model.errors.tree import AccessDeniedException

Result: TypeAlias = dict[str, Any]
"""What an action answers, to be written as XML."""

Perform: TypeAlias = Callable[[Caller, Parameters], Awaitable[Result]]

_ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role(?:/[^/]+)*/([^/]+)", re.ASCII)
_RESOURCE_TAG = "aws:resourcetag/"
_CHAINED_MAX_S = 3600
_USER_S = (900, 129_600, 43_200)
_ROOT_MAX_S = 3600
"""Least, most and usual; the most of a root user is less."""
_MADE_UP_BYTES = 96


class TokenService:
    """Answers the actions."""

    def __init__(
        self, directory: Directory, sessions: Sessions | None, clock: Clock, ids: Ids, *, secure: bool = False
    ) -> None:
        """Without `sessions` none can begin. Requests come over TLS if they are `secure`."""
        self._directory = directory
        self._sessions = sessions
        self._clock = clock
        self._ids = ids
        self._secure = secure
        self.denied: dict[str, int] = {}
        """How many requests were not allowed, by action."""
        actions: dict[str, Perform] = {
            "AssumeRole": self._assume_role,
            "GetCallerIdentity": self._caller_identity,
            "GetSessionToken": self._session_token,
        }
        self.actions: Mapping[str, Perform] = {
            name: partial(self._counted, name, perform) for name, perform in actions.items()
        }

    async def _counted(self, name: str, perform: Perform, caller: Caller, parameters: Parameters) -> Result:
        try:
            return await perform(caller, parameters)
        except AccessDeniedException:
            self.denied[name] = self.denied.get(name, 0) + 1
            raise

    async def _caller_identity(self, caller: Caller, parameters: Parameters) -> Result:
        principal = _identity(caller).principal
        return {"Arn": principal.arn, "UserId": principal.user_id, "Account": principal.account}

    async def _session_token(self, caller: Caller, parameters: Parameters) -> Result:
        principal = _identity(caller).principal
        least_s, most_s, usual_s = _USER_S
        seconds = read_seconds(parameters, least_s, most_s, usual_s)
        if caller.access_key.startswith(SESSION_KEY_PREFIX) and caller.identity is not None:
            raise errors.session_gets_no_token()
        if principal.is_root:
            seconds = min(seconds, _ROOT_MAX_S)
        name = "" if principal.is_root else principal.arn.rpartition("/")[2]
        return {
            "Credentials": self._begin(
                caller,
                seconds,
                account=principal.account,
                kind="user",
                name=name,
                id="" if principal.is_root else principal.user_id,
            )
        }

    async def _assume_role(self, caller: Caller, parameters: Parameters) -> Result:
        identity = _identity(caller)
        asked = _inheriting(_keeping_source(read_assume_role(parameters), identity), identity)
        found = _ROLE_ARN.fullmatch(asked.role_arn)
        if found is None:
            raise errors.unfit(asked.role_arn, "roleArn", "Member must be the ARN of a role")
        account, name = found.groups()
        if caller.identity is None:
            role_id, session_max_s = "AROA" + "0" * 17, _USER_S[1]
        else:
            role = await self._assumable(identity, asked, account, name, caller)
            role_id, session_max_s, name = role.id, role.session_max_s, role.name
        if asked.seconds > session_max_s:
            raise errors.session_too_long()
        if caller.access_key.startswith(SESSION_KEY_PREFIX) and asked.seconds > _CHAINED_MAX_S:
            raise errors.chained_session_too_long()
        credentials = self._begin(
            caller,
            asked.seconds,
            account=account,
            kind="role",
            name=name,
            id=role_id,
            session_name=asked.session_name,
            documents=[asked.document] if asked.document else [],
            policies=asked.policies,
            tags={**asked.inherited, **asked.tags},
            transitive=[*asked.inherited, *asked.transitive],
            source_identity=asked.source_identity,
        )
        user = {
            "AssumedRoleId": f"{role_id}:{asked.session_name}",
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{asked.session_name}",
        }
        answer: Result = {"Credentials": credentials, "AssumedRoleUser": user}
        if asked.source_identity:
            answer["SourceIdentity"] = asked.source_identity
        return answer

    async def _assumable(
        self, identity: Identity, asked: AssumeRole, account: str, name: str, caller: Caller
    ) -> Entity:
        """The role, if the caller may assume it as it asks to."""
        principal = identity.principal
        if principal.is_root:
            raise errors.root_assumes_no_role()
        try:
            role = await self._directory.entity("role", account, name)
            await self._directory.policies_named(account, asked.policies)
        except DirectoryError:
            raise errors.role_not_assumable(principal.arn, asked.role_arn) from None
        if role.arn != asked.role_arn:
            raise errors.role_not_assumable(principal.arn, asked.role_arn)
        trust = parsed(role.trust, "", Use.TRUST).bound(role.trust_ids)
        now = environment(
            epoch_s=int(self._clock.machine_now()),
            source_ip=caller.origin.source_ip,
            secure=self._secure,
            region=caller.region,
            user_agent=caller.origin.agent,
        )
        for action in asked.actions:
            question = Question(principal, action, role.arn, partial(_look_up, asked, role), now)
            decision = evaluate(question, identity.policies, trust)
            if not decision.allowed:
                raise denial(question, decision)
        return role

    def _begin(self, caller: Caller, seconds: int, **members: Any) -> Result:
        now = self._clock.machine_now()
        if caller.identity is None:
            # Anybody is welcome with any credential, so these need not be remembered.
            access_key = SESSION_KEY_PREFIX + new_id(self._ids, 16)
            secret, token = (b64encode(self._ids.secret_bytes(length)).decode() for length in (30, _MADE_UP_BYTES))
            return _credentials(access_key, secret, token, now + seconds)
        if self._sessions is None:
            raise errors.no_master_key()
        session, token = self._sessions.begin(issued_at=now, expires_at=now + seconds, **members)
        return _credentials(session.access_key, session.secret, token, session.expires_at)


def _keeping_source(asked: AssumeRole, identity: Identity) -> AssumeRole:
    """A session's source identity goes on to every role that is assumed with it, and never changes ("Monitor and
    control actions taken with assumed roles" in the IAM User Guide)."""
    held = identity.principal.more.get("aws:sourceidentity", "")
    if held and asked.source_identity not in ("", held):
        raise errors.source_identity_kept()
    return replace(asked, source_identity=held or asked.source_identity)


def _inheriting(asked: AssumeRole, identity: Identity) -> AssumeRole:
    """A session's transitive tags go on to every role that is assumed with it, and keep their values ("Chaining roles
    with session tags" in the IAM User Guide)."""
    principal = identity.principal
    inherited = {key: principal.tags[key] for key in sorted(principal.transitive)}
    if {key.lower() for key in inherited} & {key.lower() for key in asked.tags}:
        raise errors.inherited_tag()
    return replace(asked, inherited=inherited)


def _look_up(asked: AssumeRole, role: Entity, key: str) -> Values | None:
    """The value of a condition key: what was asked for, or one of the role's own tags."""
    return tag_named(role.tags, key) if key.startswith(_RESOURCE_TAG) else asked.context(key)


def _identity(caller: Caller) -> Identity:
    return caller.identity or root(caller.account)


def _credentials(access_key: str, secret: str, token: str, expires_at: float) -> Result:
    return {
        "AccessKeyId": access_key,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": datetime.fromtimestamp(int(expires_at), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
