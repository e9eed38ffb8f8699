"""What holds of all policies: denials only take away, limits never give, and order does not matter."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipring.iam.policies import Policies, Policy, Question, evaluate, parse, parse_resource_policy, printed
from slipring.iam.policies.runs import finder, piece
from slipring.iam.policies.wildcards import compiled, marked
from tests.iam.policies.guide import policy, resource_policy
from tests.iam.policies.strategies import policies, questions, resource_policies, statements

own_policies = st.builds(
    Policies,
    st.lists(policies(), max_size=3),
    st.none() | policies(),
    st.lists(policies(), max_size=2),
)
tables = st.none() | resource_policies()


@given(questions(), own_policies, tables, statements("Deny"))
def test_another_denial_never_allows(asked: Question, own: Policies, table: Policy | None, denial: Any) -> None:
    """Whoever adds a Deny can only take away."""
    before = evaluate(asked, own, table).allowed
    more = dataclasses.replace(own, identity=[*own.identity, policy(denial)])
    assert before or not evaluate(asked, more, table).allowed


@given(questions(), own_policies, resource_policies(), statements("Deny", principals=True))
def test_another_denial_by_the_table_never_allows(
    asked: Question, own: Policies, table: Policy, denial: dict[str, Any]
) -> None:
    before = evaluate(asked, own, table).allowed
    more = resource_policy(*json.loads(printed(table))["Statement"], denial)
    assert before or not evaluate(asked, own, more).allowed


@given(questions(), own_policies, tables, policies())
def test_a_boundary_never_widens(asked: Question, own: Policies, table: Policy | None, boundary: Policy) -> None:
    """With a boundary a principal may do nothing that it may not do without."""
    free = evaluate(asked, dataclasses.replace(own, boundary=None), table).allowed
    assert free or not evaluate(asked, dataclasses.replace(own, boundary=boundary), table).allowed


@given(questions(), own_policies, tables, st.lists(policies(), min_size=1, max_size=2))
def test_a_session_policy_never_widens(
    asked: Question, own: Policies, table: Policy | None, session: list[Policy]
) -> None:
    """A session may do nothing that its role may not."""
    free = evaluate(asked, dataclasses.replace(own, session=()), table).allowed
    assert free or not evaluate(asked, dataclasses.replace(own, session=session), table).allowed


@given(questions(), own_policies, tables, st.randoms(use_true_random=False))
def test_order_does_not_matter(asked: Question, own: Policies, table: Policy | None, random: Any) -> None:
    """Neither of the policies nor of the statements in them."""
    first = evaluate(asked, own, table)
    shuffled = dataclasses.replace(own, identity=random.sample(own.identity, len(own.identity)))
    turned = None if table is None else dataclasses.replace(table, statements=table.statements[::-1])
    second = evaluate(asked, shuffled, turned)
    assert (first.outcome, first.kind) == (second.outcome, second.kind)


@given(questions(), questions(), own_policies, tables)
def test_what_may_be_kept_stays_true(asked: Question, later: Question, own: Policies, table: Policy | None) -> None:
    """A cacheable decision is the decision on every question with its principal, action and resource."""
    decision = evaluate(asked, own, table)
    if decision.cacheable:
        again = Question(asked.principal, asked.action, asked.resource, later.lookup)
        assert evaluate(again, own, table).outcome is decision.outcome


@given(policies() | resource_policies())
def test_a_policy_survives_being_written_down(first: Policy) -> None:
    read = parse_resource_policy if first.statements[0].principals else parse
    assert read(printed(first), first.name) == first


@given(
    st.text("ab\x02", min_size=1, max_size=6), st.text("abc\n", max_size=12), st.text("abc\n", min_size=1, max_size=4)
)
def test_a_run_is_found_in_a_long_text_as_in_a_short_one(run: str, text: str, filling: str) -> None:
    """Where a regular expression might take too long, all places are tried at once; the answer is the same."""
    long = filling * 15_000 + text + filling * 5_000
    for start in (1, 15_000 * len(filling) - 3):
        expected = piece(run).search(long, start, len(long) - 1)
        assert finder(run)(long, start, len(long) - 1) == (-1 if expected is None else expected.start())


@given(st.text("ab*?", max_size=12), st.text("abc\n", max_size=12))
def test_wildcards_match_as_a_regular_expression_would(pattern: str, text: str) -> None:
    """The matcher that never backtracks agrees with the one that may."""
    regex = "".join({"*": "(?s:.*)", "?": "(?s:.)"}.get(character, re.escape(character)) for character in pattern)
    assert compiled(marked(pattern))(text) is (re.fullmatch(regex, text) is not None)
