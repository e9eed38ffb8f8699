"""Items are chosen as the distributions' names say."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipring.bench.draws import DISTRIBUTIONS, UNIFORM, ZIPFIAN, ZIPFIAN_EXPONENT, Draws

COUNT = 1000
DRAWN = 200_000


def seen(distribution: str) -> list[int]:
    """How often each item was drawn, the most popular first."""
    draws = Draws(COUNT, distribution, "seed")
    return [count for _, count in Counter(draws.item() for _ in range(DRAWN)).most_common()]


def test_zipfian_draws_fall_with_the_rank_as_they_should() -> None:
    """The k-th item is drawn in proportion to 1 / k^0.99: YCSB's skew, by which its results are comparable."""
    weights = [rank**-ZIPFIAN_EXPONENT for rank in range(1, COUNT + 1)]
    for rank, count in enumerate(seen(ZIPFIAN)[:20]):
        expected = DRAWN * weights[rank] / sum(weights)
        # Six standard deviations, and then some for ranks that change places.
        assert abs(count - expected) < 6 * expected**0.5 + 0.05 * expected


def test_uniform_draws_favour_nobody() -> None:
    counts = seen(UNIFORM)
    expected = DRAWN / COUNT
    assert len(counts) == COUNT
    assert abs(counts[0] - expected) < 6 * expected**0.5
    assert abs(counts[-1] - expected) < 6 * expected**0.5


def test_popular_items_are_not_neighbours() -> None:
    """Otherwise one range of the keys, or one partition, would take all the load."""
    draws = Draws(10_000, ZIPFIAN, "seed")
    popular = [item for item, _ in Counter(draws.item() for _ in range(50_000)).most_common(10)]
    gaps = [abs(a - b) for a in popular for b in popular if a < b]
    assert min(gaps) > 10


@given(count=st.integers(1, 3000), distribution=st.sampled_from(DISTRIBUTIONS))
def test_every_draw_is_an_item(count: int, distribution: str) -> None:
    draws = Draws(count, distribution, "seed")
    assert all(0 <= draws.item() < count for _ in range(50))
    assert all(0 <= draws.rank() < count for _ in range(50))


@given(count=st.integers(1, 400))
def test_every_item_can_be_drawn(count: int) -> None:
    """Ranks are spread over the items one to one."""
    draws = Draws(count, ZIPFIAN, "seed")
    assert len({rank * draws.stride % count for rank in range(count)}) == count


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_a_seed_repeats_a_load(distribution: str) -> None:
    """Two servers are asked for the same items, in the same order."""
    first, again = (Draws(COUNT, distribution, "seed") for _ in range(2))
    other = Draws(COUNT, distribution, "another seed")
    items = [first.item() for _ in range(50)]
    assert items == [again.item() for _ in range(50)]
    assert items != [other.item() for _ in range(50)]
