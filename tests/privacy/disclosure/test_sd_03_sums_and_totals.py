"""SD-03: cells and totals are rounded apart; their difference says nothing of a hidden cell."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from openphm.core.additivity import Additivity, Dimension
from openphm.core.results import Cell, Result
from openphm.definitions import load
from openphm.release import NONE, DisclosureRule, secondary_use
from tests.privacy.disclosure.tables import ALL, a_table, few, figures, published, with_totals
from tests.support.answers import PROVENANCE, ROUND_5, a_count, a_share

ONE = Additivity.along(["segment"])
counts = st.lists(few, min_size=1, max_size=16)


def a_line(drawn: list[int]) -> dict[tuple[str, ...], int]:
    return with_totals({(f"s{n}",): count for n, count in enumerate(drawn)})


@given(counts)
def test_a_total_is_rounded_from_the_true_total_or_hidden(drawn: list[int]) -> None:
    total = published(a_line(drawn), ONE)[(ALL,)]
    assert total is None or total == 5 * int(sum(drawn) / 5 + 0.5)


@given(counts)
def test_a_line_never_hides_exactly_one_figure(drawn: list[int]) -> None:
    """One hidden figure beside a shown total is the total less the others."""
    shown = published(a_line(drawn), ONE)
    assert sum(value is None for value in shown.values()) != 1


@given(counts)
def test_without_a_rule_parts_add_up_to_their_whole(drawn: list[int]) -> None:
    shown = figures(secondary_use(a_table(a_line(drawn), ONE), NONE), 1)
    assert sum(int(str(value)) for labels, value in shown.items() if labels != (ALL,)) == shown[(ALL,)]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=8))
def test_a_hidden_percentage_cannot_be_had_from_that_of_all(pairs: list[tuple[int, int]]) -> None:
    parts = [(min(pair), max(pair)) for pair in pairs]
    parts.append((sum(n for n, _ in parts), sum(d for _, d in parts)))
    labels = [*(f"s{n}" for n in range(len(pairs))), ALL]
    rows = tuple((label, a_share(*part)) for label, part in zip(labels, parts, strict=True))
    result = Result("attack", ("segment", "share"), rows, PROVENANCE, additivity=ONE)
    hidden = [r["suppressed"] for r in secondary_use(result, ROUND_5).records()]
    asked = [part for part, is_hidden in zip(parts, hidden, strict=True) if is_hidden and part[1] > 1]
    assert len(asked) != 1 or sum(1 for _, d in parts if d) <= 2


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 90_000)), min_size=2, max_size=8))
def test_a_hidden_sum_of_pounds_cannot_be_had_from_that_of_all(pairs: list[tuple[int, int]]) -> None:
    """At least one other sum as large is hidden, so that it can be anything from nought to twice itself."""
    cells = [Cell(Decimal(gbp), n_people=people, largest_share=0.3) for people, gbp in pairs]
    whole = Cell(sum((Decimal(gbp) for _, gbp in pairs), Decimal(0)), n_people=500, largest_share=0.3)
    rows = (*((f"s{n}", cell) for n, cell in enumerate(cells)), (ALL, whole))
    result = Result("attack", ("segment", "cost_gbp"), rows, PROVENANCE, additivity=ONE)
    hidden = [r["suppressed"] for r in secondary_use(result, ROUND_5).records()]
    sums = [gbp for _, gbp in pairs] + [sum(gbp for _, gbp in pairs)]
    for place, (people, gbp) in enumerate(pairs):
        if people < 8 and gbp:
            assert any(h and sums[k] >= gbp for k, h in enumerate(hidden) if k != place)


def test_everything_about_people_whose_number_is_hidden_is_hidden() -> None:
    """A percentage gives away what it was divided by."""
    base = {"a": 3, "b": 9, "c": 400, "d": 300, ALL: 712}
    asthma = {"a": 0, "b": 0, "c": 130, "d": 100, ALL: 230}
    rows = tuple((s, "population", a_count(n), "people") for s, n in base.items())
    rows += tuple((s, "asthma", a_share(asthma[s], n), "share") for s, n in base.items())
    structure = Additivity.along(["segment"], base=("measure", "population"))
    result = Result("q", ("segment", "measure", "value", "unit"), rows, PROVENANCE, additivity=structure)
    shown = {(r["segment"], r["measure"]): r["value"] for r in secondary_use(result, ROUND_5).records()}
    assert shown["a", "population"] is shown["b", "population"] is None
    assert shown["a", "asthma"] is shown["b", "asthma"] is None
    assert shown["c", "asthma"] is not None


def test_the_limits_of_a_hidden_percentage_are_hidden_too() -> None:
    row = ("a", a_share(97, 100), Cell(0.92, numerator=97.0, denominator=100.0, n_people=97))
    released = secondary_use(Result("q", ("s", "value", "lower"), (row,), PROVENANCE), ROUND_5)
    assert next(iter(released.records()))["lower"] is None


def test_what_stands_apart_is_no_part_of_the_whole() -> None:
    cells = {("a",): 3, ("b",): 40, (ALL,): 43, ("unattributed",): 12}
    structure = Additivity((Dimension("segment", ALL, apart=frozenset({"unattributed"})),))
    assert published(cells, structure)["unattributed",] == 10


def test_midpoints_are_of_six_and_hide_as_much() -> None:
    found = load().get("disclosure/midpoint_6")
    rule = DisclosureRule.from_definition(found.id, found.body)
    shown = figures(secondary_use(a_table({(str(n),): n for n in (0, 3, 8, 12, 13, 300)}, ONE), rule), 1)
    assert next(iter(shown.values())) == 0
    assert shown["3",] is None
    assert [shown[one,] for one in ("12", "13", "300")] == [9, 15, 297]
