"""Whether all the policies that bear on a question allow it.

Sources: "Policy evaluation logic", "Policy evaluation for requests within a single account" and "Cross-account policy
evaluation logic" in the IAM User Guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from slipring.iam.policies.documents import Policy, Use
from slipring.iam.policies.principals import Grant
from slipring.iam.policies.questions import Question
from slipring.iam.policies.statements import Statement


class Outcome(Enum):
    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit deny"
    IMPLICIT_DENY = "implicit deny"


class Kind(Enum):
    """The kinds of policies, by the words that the service's messages have for them."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"
    TRUST = "role trust policy"


@dataclass(frozen=True, slots=True)
class Deciding:
    """The statement that decided."""

    policy: Policy
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    outcome: Outcome
    kind: Kind
    """Whose statement decided; of an implicit deny, which kind has no statement that allows."""
    deciding: Deciding | None
    """None for an implicit deny, and for an account's root user, who needs no statement."""
    cacheable: bool
    """Whether the same principal gets the same answer for the same action and resource whatever the context, as long
    as the policies stay."""

    @property
    def allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True)
class Policies:
    """All that bears on what one principal may do."""

    identity: Sequence[Policy] = ()
    """Of the user and its groups, or of the role."""
    boundary: Policy | None = None
    session: Sequence[Policy] = ()
    """Passed when the session began; with none its role's policies are not narrowed."""


def evaluate(question: Question, policies: Policies, resource: Policy | None = None) -> Decision:
    """`resource` is the policy of the table or stream that the question is about, an index's being its table's; of a
    role it is the trust policy, which must allow whatever else does."""
    kind = Kind.TRUST if resource is not None and resource.use is Use.TRUST else Kind.RESOURCE
    return _Evaluation(question, kind).decision(policies, resource)


class _Evaluation:
    """One question's way through the policies."""

    __slots__ = ("_cacheable", "_question", "_resource_kind")

    def __init__(self, question: Question, resource_kind: Kind) -> None:
        self._question = question
        self._resource_kind = resource_kind
        self._cacheable = True

    def decision(self, policies: Policies, resource: Policy | None) -> Decision:
        denied = self._explicit_deny(policies, resource)
        if denied is not None:
            return denied
        principal = self._question.principal
        granted, grant = self._grant(resource)
        if principal.is_service:
            return granted or self._implicit(self._resource_kind)
        if principal.account != self._question.resource_account:
            own = self._own(policies)
            return own if not own.allowed else granted or self._implicit(self._resource_kind)
        if granted is None and self._resource_kind is Kind.TRUST:
            return self._implicit(Kind.TRUST)
        if granted is not None and grant is Grant.DIRECT:
            return granted
        if granted is not None and grant is Grant.ISSUER:
            return self._limit(policies) or granted
        return self._own(policies)

    def _explicit_deny(self, policies: Policies, resource: Policy | None) -> Decision | None:
        groups = (
            (Kind.IDENTITY, policies.identity),
            (self._resource_kind, () if resource is None else (resource,)),
            (Kind.BOUNDARY, () if policies.boundary is None else (policies.boundary,)),
            (Kind.SESSION, policies.session),
        )
        for kind, group in groups:
            for policy in group:
                for statement in policy.denials:
                    if self._applies(statement):
                        return self._decided(Outcome.EXPLICIT_DENY, kind, policy, statement)
        return None

    def _own(self, policies: Policies) -> Decision:
        """What the principal's own policies come to."""
        if self._question.principal.is_root:
            allowed = Decision(Outcome.ALLOWED, Kind.IDENTITY, None, self._cacheable)
        else:
            found = self._allowance(policies.identity, Kind.IDENTITY)
            if found is None:
                return self._implicit(Kind.IDENTITY)
            allowed = found
        limited = self._limit(policies)
        return limited or allowed

    def _limit(self, policies: Policies) -> Decision | None:
        """The implicit deny of a boundary or of session policies, if they do not allow too."""
        if policies.boundary is not None and self._allowance((policies.boundary,), Kind.BOUNDARY) is None:
            return self._implicit(Kind.BOUNDARY)
        if policies.session and self._allowance(policies.session, Kind.SESSION) is None:
            return self._implicit(Kind.SESSION)
        return None

    def _allowance(self, policies: Iterable[Policy], kind: Kind) -> Decision | None:
        for policy in policies:
            for statement in policy.allowances:
                if self._applies(statement):
                    return self._decided(Outcome.ALLOWED, kind, policy, statement)
        return None

    def _grant(self, resource: Policy | None) -> tuple[Decision | None, Grant]:
        """The most direct allowance in the resource's policy."""
        best: Statement | None = None
        grant = Grant.NONE
        for statement in () if resource is None else resource.allowances:
            found = statement.grant(self._question)
            if found > grant and self._applies(statement):
                best, grant = statement, found
        if best is None or resource is None:
            return None, Grant.NONE
        return self._decided(Outcome.ALLOWED, self._resource_kind, resource, best), grant

    def _applies(self, statement: Statement) -> bool:
        if statement.conditional and self._cacheable and statement.concerns(self._question):
            self._cacheable = False
        return statement.applies(self._question)

    def _decided(self, outcome: Outcome, kind: Kind, policy: Policy, statement: Statement) -> Decision:
        return Decision(outcome, kind, Deciding(policy, statement), self._cacheable)

    def _implicit(self, kind: Kind) -> Decision:
        return Decision(Outcome.IMPLICIT_DENY, kind, None, self._cacheable)
