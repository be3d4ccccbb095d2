"""SD-04: nobody's cost can be read from a sum, a mean or a rate in which they are most of it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from openphm.core.results import Cell
from openphm.release.deciding import decide
from tests.support.answers import ROUND_5

costs = st.lists(st.integers(1, 200_000), min_size=1, max_size=40)


def figure_of(pounds: list[int], *, mean: bool = False) -> Cell:
    total, top = sum(pounds), max(pounds)
    value = total / len(pounds) if mean else Decimal(total)
    return Cell(value, n_people=len(pounds), largest_share=top / total)


@given(costs)
def test_the_largest_cost_is_never_more_than_half_of_a_sum_that_is_shown(pounds: list[int]) -> None:
    for mean in (False, True):
        shown = decide(figure_of(pounds, mean=mean), ROUND_5)
        if shown.value is not None:
            assert 2 * max(pounds) <= sum(pounds)
            assert len(pounds) >= 8


@given(costs)
def test_knowing_all_others_but_one_does_not_tell_the_largest(pounds: list[int]) -> None:
    """The second largest takes their own cost away; what is left is not within a tenth of the largest."""
    shown = decide(figure_of(pounds), ROUND_5)
    if isinstance(shown.value, float):
        largest, second = sorted(pounds, reverse=True)[:2]
        left = sum(pounds) - second
        assert left >= largest + sum(sorted(pounds, reverse=True)[2:])
        if 2 * largest == sum(pounds):
            assert shown.value > largest


@given(st.integers(1, 7), st.integers(1, 10**6))
def test_a_sum_of_few_people_is_hidden_however_even(people: int, pounds: int) -> None:
    assert decide(Cell(Decimal(pounds), n_people=people, largest_share=1 / people), ROUND_5).is_suppressed


@given(st.floats(1, 1e9))
def test_a_sum_is_shown_to_three_figures(pounds: float) -> None:
    shown = decide(Cell(pounds, n_people=100, largest_share=0.1), ROUND_5).value
    assert isinstance(shown, float)
    assert float(f"{shown:.3g}") == shown
