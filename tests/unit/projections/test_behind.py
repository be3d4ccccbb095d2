"""How many people are stated behind a part of a known whole, at every threshold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from openphm.projections.behind import fewest, together


@given(people=st.lists(st.integers(0, 40), min_size=1, max_size=8), threshold=st.integers(1, 30))
def test_no_hidden_part_is_had_by_taking_the_others_from_the_whole(people: list[int], threshold: int) -> None:
    stated = together(people)
    hidden = [n for n, held in enumerate(stated) if 0 < held < threshold]
    assert {n for n, count in enumerate(people) if 0 < count < threshold} <= set(hidden)
    shown = [n for n, held in enumerate(stated) if held >= threshold]
    if hidden and shown:
        assert len(hidden) > 1
        assert sum(people[n] for n in hidden) >= threshold


def test_a_part_states_at_most_the_sum_of_the_smaller_ones() -> None:
    assert together([50, 9, 0, 12]) == (21, 9, 0, 9)
    assert together([3, 100, 200, 300]) == (3, 3, 103, 300)


def test_what_nobody_used_hides_nothing() -> None:
    assert fewest(45, np.array([0.0, 16.0]), [20]) == 16
    assert fewest(45, np.zeros(3)) == 45
