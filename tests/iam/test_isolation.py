"""Namespaces: no two callers that are to be kept apart share one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipring.iam.isolation import Isolation
from slipring.settings import SETTINGS

accounts = st.text("0123456789", min_size=12, max_size=12)
regions = st.one_of(
    st.text(max_size=40),
    # What a region would have to hold to pass for something else.
    st.lists(st.sampled_from(["account=", "region=", "!", ",", "/", "\x00", "%2C", "%", "eu-west-1", "0" * 64])).map(
        "".join
    ),
    st.integers(120, 2000).map("é".__mul__),
)
isolations = st.sampled_from(["account", "region", "account,region"]).map(Isolation.named)


@given(isolations, accounts, regions, accounts, regions)
def test_namespaces_differ_where_whatever_isolates_differs(
    isolation: Isolation, account: str, region: str, other_account: str, other_region: str
) -> None:
    """A region is any text, so one might be chosen to reach into another's tables."""
    kept_apart = (isolation.by_account and account != other_account) or (isolation.by_region and region != other_region)
    same = isolation.namespace(account, region) == isolation.namespace(other_account, other_region)
    assert same is not kept_apart


@given(st.tuples(isolations, isolations), accounts, regions)
def test_namespaces_of_different_isolations_differ(
    pair: tuple[Isolation, Isolation], account: str, region: str
) -> None:
    """A server that is started with another setting must not mistake a region of old for an account."""
    first, second = pair
    assert (first.namespace(account, region) == second.namespace(account, account)) is (
        first == second and (not first.by_region or region == account)
    )


@given(isolations, accounts, regions)
def test_a_namespace_fits_into_a_key(isolation: Isolation, account: str, region: str) -> None:
    """Keys of the store separate their parts by a zero byte or a slash, and are bounded."""
    namespace = isolation.namespace(account, region)
    assert namespace.isascii() and namespace.isprintable()
    assert "/" not in namespace
    assert 0 < len(namespace) < 200


def test_without_isolation_all_callers_share_one_namespace() -> None:
    default = SETTINGS["isolate"].default
    assert isinstance(default, str)
    assert Isolation.named(default) == Isolation()
    assert Isolation().namespace("123456789012", "eu-west-1") == Isolation().namespace("000000000000", "local") == ""
