"""One statement of a policy, as its document has it and as it is tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from slipring.iam.policies import conditions
from slipring.iam.policies.arns import ARN_COLONS, compiled_arn
from slipring.iam.policies.conditions import Condition, Test
from slipring.iam.policies.principals import Grant, PrincipalElement
from slipring.iam.policies.questions import Question
from slipring.iam.policies.templates import Lookup, Template, template
from slipring.iam.policies.wildcards import Matcher, compiled, could_match, marked, matches_everything

TestResource: TypeAlias = Callable[[str, Lookup], bool]


@dataclass(frozen=True, slots=True)
class Names:
    """Action or NotAction, Resource or NotResource."""

    texts: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Statement:
    """Compiled as it is made: raises MalformedCondition and MalformedVariable."""

    allow: bool
    actions: Names
    resources: Names | None
    """None in a role's trust policy, which is about the role itself."""
    conditions: tuple[Condition, ...] = ()
    principals: PrincipalElement | None = None
    """None in an identity's policy, which is about the identity it is attached to."""
    sid: str = ""
    variables: bool = True
    """Whether the version of the policy's language knows variables."""
    index: int = 0
    """Its place in the policy."""
    _action: Matcher = field(init=False, repr=False, compare=False)
    _resource: TestResource = field(init=False, repr=False, compare=False)
    _tests: tuple[Test, ...] = field(init=False, repr=False, compare=False)
    _wider: dict[tuple[int, ...], TestResource] = field(init=False, repr=False, compare=False, default_factory=dict)
    conditional: bool = field(init=False, repr=False, compare=False)
    """Whether more than principal, action and resource decide if the statement applies."""

    def __post_init__(self) -> None:
        tests = tuple(conditions.compiled(each, variables=self.variables) for each in self.conditions)
        resource, changing = _resource_test(self.resources, self.variables, ())
        object.__setattr__(self, "_action", _action_test(self.actions))
        object.__setattr__(self, "_resource", resource)
        object.__setattr__(self, "_tests", tests)
        object.__setattr__(self, "conditional", changing or bool(tests))

    def bound(self, ids: Mapping[str, str]) -> Statement:
        """The same, with the unique ids of the principals that it names by these ARNs."""
        return self if self.principals is None else replace(self, principals=self.principals.bound(ids))

    def concerns(self, question: Question) -> bool:
        """Whether the statement may apply, whatever the context says."""
        return self._action(question.action_lower) and self.grant(question) is not Grant.NONE

    def applies(self, question: Question) -> bool:
        """Whether the statement is about the question's principal, action and resource, and its conditions hold."""
        if not self._action(question.action_lower):
            return False
        tests_resource = self._under_any_name(question.untold) if question.untold else self._resource
        if not tests_resource(question.resource, question.lookup):
            return False
        if self.principals is not None and self.grant(question) is Grant.NONE:
            return False
        lookup = question.lookup
        for test in self._tests:  # noqa: SIM110 - twice as fast as all() over a generator
            if not test(lookup):
                return False
        return True

    def _under_any_name(self, untold: tuple[int, ...]) -> TestResource:
        """The test of a resource that has several ARNs: what is refused under one of them is refused under all."""
        test = self._wider.get(untold)
        if test is None:
            refuses = self.resources is not None and self.resources.negated is self.allow
            test = _resource_test(self.resources, self.variables, untold)[0] if refuses else self._resource
            self._wider[untold] = test
        return test

    def grant(self, question: Question) -> Grant:
        """How directly the statement names who asks."""
        if self.principals is None:
            return Grant.DIRECT
        if self.allow:
            return self.principals.grant(question.principal)
        return Grant.DIRECT if self.principals.denies(question.principal) else Grant.NONE


def _action_test(names: Names) -> Matcher:
    """Actions are matched whatever their case ("IAM JSON policy elements: Action")."""
    test = _any_of([compiled(marked(text.lower())) for text in names.texts])
    return _not(test) if names.negated else test


def _resource_test(names: Names | None, variables: bool, untold: tuple[int, ...]) -> tuple[TestResource, bool]:
    """The test, and whether it depends on the context. Of `untold` see `compiled_arn`."""
    if names is None:
        return (lambda resource, lookup: True), False
    templates = [template(text, variables=variables, wildcards=True) for text in names.texts]
    fixed = _any_of([compiled_arn(text, untold) for each in templates if (text := each.fixed) is not None])
    changing = [each for each in templates if each.fixed is None and _in_last_part(each)]
    if not changing:
        test = _not(fixed) if names.negated else fixed
        return (lambda resource, lookup: test(resource)), False
    return _changing_test(fixed, changing, names.negated, untold), True


def _in_last_part(each: Template) -> bool:
    """Variables stand for something only after the fifth colon; elsewhere their ARN matches nothing."""
    head = each.parts[0]
    return isinstance(head, str) and head.count(":") >= ARN_COLONS


def _changing_test(
    fixed: Matcher, changing: Sequence[Template], negated: bool, untold: tuple[int, ...]
) -> TestResource:
    """A variable without a value matches no resource ("Policy variables with no value")."""

    def matches(resource: str, lookup: Lookup) -> bool:
        if fixed(resource):
            return not negated
        for each in changing:
            text = each.resolved(lookup)
            if text is None or not (untold or could_match(text, resource)):
                continue
            if compiled_arn(text, untold)(resource):
                return not negated
        return negated

    return matches


def _any_of(tests: list[Matcher]) -> Matcher:
    if len(tests) == 1 or matches_everything in tests:
        return matches_everything if matches_everything in tests else tests[0]

    def any_matches(text: str) -> bool:
        for test in tests:  # noqa: SIM110 - twice as fast as any() over a generator
            if test(text):
                return True
        return False

    return any_matches


def _not(test: Matcher) -> Matcher:
    return lambda text: not test(text)
