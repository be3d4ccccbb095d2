"""SD-01: a linear programme over a table with its totals recovers no count of 1 to 7, and narrows none."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openphm.core.additivity import Additivity
from openphm.release.deciding import decide
from tests.privacy.disclosure.attack import Knowledge
from tests.privacy.disclosure.tables import ALL, Labels, few, published, read, with_totals
from tests.support.answers import ROUND_5, a_count

ONE = Additivity.along(["segment"])
TWO = Additivity.along(["segment", "area"])
THREE = Additivity.along(["segment", "area", "sex"])

one_way = st.lists(few, min_size=1, max_size=16)
two_way = st.tuples(st.integers(1, 4), st.integers(1, 5)).flatmap(
    lambda size: st.lists(
        st.lists(few, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0]
    )
)


def the_hidden(cells: dict[Labels, int]) -> list[Labels]:
    """The small counts an example asks about: the two smallest and the two largest, margins among them."""
    found = sorted((labels for labels, count in cells.items() if 0 < count < 8), key=cells.__getitem__)
    return found if len(found) <= 4 else found[:2] + found[-2:]


def is_part(one: Labels, whole: Labels) -> bool:
    """A whole has at least one person for each part that is not nought; a single count is its only part."""
    return all(b in (a, ALL) for a, b in zip(one, whole, strict=True))


def assert_any_small_count_is_possible(cells: dict[Labels, int], additivity: Additivity) -> None:
    shown = published(cells, additivity)
    bounds = read(shown).bounds_of(the_hidden(cells))
    for labels, (least, most) in bounds.items():
        parts = [one for one, n in cells.items() if n and ALL not in one and is_part(one, labels)]
        assert least <= len(parts), (labels, least, most, cells, shown)
        assert most >= 7, (labels, least, most, cells, shown)
        assert least < most, (labels, least, most, cells, shown)


@settings(max_examples=60, deadline=None)
@given(one_way)
def test_a_line_and_its_total_say_nothing_of_a_hidden_count(counts: list[int]) -> None:
    cells = with_totals({(f"s{n}",): count for n, count in enumerate(counts)})
    assert_any_small_count_is_possible(cells, ONE)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(two_way)
def test_a_table_with_both_margins_says_nothing_of_a_hidden_count(counts: list[list[int]]) -> None:
    cells = with_totals({(f"s{i}", f"a{j}"): c for i, row in enumerate(counts) for j, c in enumerate(row)})
    assert_any_small_count_is_possible(cells, TWO)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(few, min_size=12, max_size=12))
def test_three_dimensions_say_no_more(counts: list[int]) -> None:
    names = [(f"s{i}", f"a{j}", sex) for i in range(3) for j in range(2) for sex in "12"]
    assert_any_small_count_is_possible(with_totals(dict(zip(names, counts, strict=True))), THREE)


@pytest.mark.parametrize("counts", [[8, 8, 1], [7, 12], [12, 12, 7], [1] * 12, [7, 7, 7, 7]])
def test_rounding_alone_would_have_let_a_count_be_narrowed(counts: list[int]) -> None:
    """The attack is real: with the rule for single counts alone, these lines give a hidden count away."""
    cells = with_totals({(f"s{n}",): count for n, count in enumerate(counts)})
    alone = {labels: decide(a_count(count), ROUND_5).value for labels, count in cells.items()}
    known: Knowledge = read(alone)
    known.limits = {name: (low, min(high, 7) if alone[name] is None else high)  # type: ignore[index]
                    for name, (low, high) in known.limits.items()}  # fmt: skip
    assert any(least > 1 or most < 7 for least, most in known.bounds_of(the_hidden(cells)).values())
    assert_any_small_count_is_possible(cells, ONE)


def test_a_table_without_small_counts_hides_nothing() -> None:
    cells = with_totals({("s1", "a1"): 20, ("s1", "a2"): 0, ("s2", "a1"): 9, ("s2", "a2"): 300})
    assert None not in published(cells, TWO).values()


def test_as_few_others_as_can_be_are_hidden_and_no_total() -> None:
    cells = with_totals({("a",): 3, ("b",): 9, ("c",): 400})
    assert published(cells, ONE) == {("a",): None, ("b",): None, ("c",): 400, (ALL,): 410}
    cells = with_totals({("a",): 3, ("b",): 6, ("c",): 400})
    assert published(cells, ONE) == {("a",): None, ("b",): None, ("c",): 400, (ALL,): 410}
