"""Decisions in words: AWS's own for who was denied, and ours for who asks why."""

from __future__ import annotations

from slipring.iam.policies.evaluation import Decision, Kind, Outcome
from slipring.iam.policies.questions import Question
from slipring.model.errors import policies as errors
from slipring.model.errors.tree import AccessDeniedException


def denial(question: Question, decision: Decision) -> AccessDeniedException:
    """What a denied caller hears ("Troubleshoot access denied error messages" in the IAM User Guide)."""
    if decision.outcome is Outcome.EXPLICIT_DENY:
        article = {Kind.IDENTITY: "an", Kind.TRUST: "the"}.get(decision.kind, "a")
        because = f"with an explicit deny in {article} {decision.kind.value}"
    else:
        because = f"because no {decision.kind.value} allows the {question.action} action"
    return errors.not_authorized(question.principal.arn, question.action, question.resource, because)


def explained(question: Question, decision: Decision) -> str:
    """One line that names the statement that decided, or the kind of policy in which one is missing."""
    asked = f"{question.principal.arn} {question.action} on {question.resource}"
    return f"{decision.outcome.value}: {asked}: {_reason(question, decision)}"


def _reason(question: Question, decision: Decision) -> str:
    if decision.outcome is Outcome.IMPLICIT_DENY:
        return f"no {decision.kind.value} allows it"
    if decision.deciding is None:
        return f"the root user of account {question.principal.account} needs no policy"
    policy, statement = decision.deciding.policy, decision.deciding.statement
    sid = f" ({statement.sid})" if statement.sid else ""
    name = f" {policy.name}" if policy.name else ""
    return f"statement {statement.index + 1}{sid} of {decision.kind.value}{name}"
