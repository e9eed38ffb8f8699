"""Policies and questions at random, drawn from few enough parts that they often meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from slipring.iam.policies import Policy, Principal, Question
from tests.iam.policies.guide import (
    ACCOUNT,
    ADA,
    FEDERATED,
    INDEX,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    STRANGER,
    TABLE,
    policy,
    question,
    resource_policy,
)

NAMES = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
_ACTIONS = st.sampled_from(["*", "dynamodb:*", "dynamodb:Get*", "dynamodb:?utitem", *NAMES])
_OWN = TABLE.replace("Game", "${aws:username}")
_RESOURCES = st.sampled_from(["*", TABLE, INDEX, TABLE + "/*", "arn:aws:dynamodb", _OWN])
_KEYS = {
    "StringEquals": ["a", "b", "${aws:username}"],
    "StringNotLike": ["a*", "?"],
    "ForAllValues:StringEquals": ["a", "b"],
    "ForAnyValue:StringNotEquals": ["a", "b"],
    "NumericLessThanIfExists": ["5", "-1"],
    "Null": ["true", "false"],
    "ArnLike": ["arn:aws:*:*:*:*"],
}
_CONDITIONS = st.dictionaries(st.sampled_from(sorted(_KEYS)), st.none(), max_size=2).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {
            operator: st.dictionaries(
                st.sampled_from(["test:One", "test:Two"]),
                st.lists(st.sampled_from(_KEYS[operator]), min_size=1, max_size=2),
                min_size=1,
            )
            for operator in chosen
        }
    )
)
_PRINCIPALS = st.one_of(
    st.just("*"),
    st.fixed_dictionaries(
        {
            "AWS": st.lists(
                st.sampled_from([ACCOUNT, STRANGER.account, ADA.arn, STRANGER.arn, ROLE, SESSION.arn, "*"]), min_size=1
            )
        }
    ),
    st.just({"Service": SERVICE.arn}),
)


def _some(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=1, max_size=3)


@st.composite
def statements(draw: st.DrawFn, effect: str = "", *, principals: bool = False) -> dict[str, Any]:
    element: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    element[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(_some(_ACTIONS))
    element[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(_some(_RESOURCES))
    if draw(st.booleans()):
        element["Condition"] = draw(_CONDITIONS)
    if principals:
        element[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(_PRINCIPALS)
    return element


def policies() -> st.SearchStrategy[Policy]:
    return st.lists(statements(), min_size=1, max_size=4).map(lambda elements: policy(*elements))


def resource_policies() -> st.SearchStrategy[Policy]:
    return st.lists(statements(principals=True), min_size=1, max_size=4).map(lambda each: resource_policy(*each))


def principals() -> st.SearchStrategy[Principal]:
    return st.sampled_from([ADA, STRANGER, ROOT, SESSION, FEDERATED, SERVICE])


_VALUES: st.SearchStrategy[str | list[str]] = st.one_of(
    st.sampled_from(["a", "b", "7", "Ada", ""]), st.lists(st.sampled_from(["a", "b", ""]), max_size=3)
)


def questions() -> st.SearchStrategy[Question]:
    return st.builds(
        question,
        st.sampled_from(NAMES),
        st.sampled_from([TABLE, INDEX, "*", TABLE.replace("Game", "Ada")]),
        st.dictionaries(st.sampled_from(["test:One", "test:Two"]), _VALUES),
        principals(),
    )
