"""Policies: what may be done by whom. Pure: a question goes in, a decision comes out.

    policy = parse(document, name="ReadMusic")
    ada = Principal("arn:aws:iam::111122223333:user/Ada", "111122223333")
    question = Question(ada, "dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/Music")
    decision = evaluate(question, Policies(identity=[policy]), resource=table_policy)
    if not decision.allowed:
        raise denial(question, decision)

A `Question` asks its two lookups for a key of the context only when a condition wants it. A decision that is
`cacheable` holds for the same principal, action and resource until a policy changes.
"""

from __future__ import annotations

from slipring.iam.policies.documents import Policy, Use, parse, parse_resource_policy
from slipring.iam.policies.evaluation import Decision, Kind, Outcome, Policies, evaluate
from slipring.iam.policies.explanation import denial, explained
from slipring.iam.policies.principals import Principal
from slipring.iam.policies.printing import printed
from slipring.iam.policies.questions import Question, environment

__all__ = [
    "Decision",
    "Kind",
    "Outcome",
    "Policies",
    "Policy",
    "Principal",
    "Question",
    "Use",
    "denial",
    "environment",
    "evaluate",
    "explained",
    "parse",
    "parse_resource_policy",
    "printed",
]
