"""Release never shows a count of 1 to 7, whatever the result, whatever adds up in it, by either rule."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.core.additivity import Additivity
from openphm.core.results import Cell
from openphm.release import DisclosureRule, as_text, secondary_use
from tests.support.answers import ROUND_5, a_count, a_result, a_share, an_amount

MIDPOINT_6 = replace(ROUND_5, id="disclosure/midpoint_6", method="midpoint", round_to=6)
RULES = pytest.mark.parametrize("rule", [ROUND_5, MIDPOINT_6], ids=["round_5", "midpoint_6"])

counts = st.integers(0, 60).map(a_count)
shares = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: a_share(min(p), max(p)))
amounts = st.builds(an_amount, st.floats(0, 1e6), st.integers(0, 20), st.floats(0, 1))
cells = st.one_of(counts, shares, amounts)


@RULES
@given(drawn=st.lists(cells, min_size=1, max_size=20), adds_up=st.booleans())
def test_no_small_count_can_be_read_from_what_is_released(
    drawn: list[Cell], adds_up: bool, rule: DisclosureRule
) -> None:
    rows = [(str(n), "m", cell, "people") for n, cell in enumerate(drawn)]
    result = a_result(*rows)
    if adds_up:
        result = replace(result, additivity=Additivity.along(["subsegment_code"], total=None))
    answer = json.loads(as_text(secondary_use(result, rule), "json", title="t"))
    for cell, row in zip(drawn, answer["rows"], strict=True):
        value, suppressed = row[2], row[4]
        small = any(n is not None and 0 < n < 8 for n in (cell.numerator, cell.denominator, cell.n_people))
        assert suppressed or not small or value == 0
        if isinstance(cell.value, int):
            assert value is None or value % rule.round_to in (0, 3 if rule is MIDPOINT_6 else 0)
        if cell.numerator is not None and cell.denominator is not None and value:
            assert cell.numerator >= 8
            assert not 0 < cell.denominator - cell.numerator < 8


@RULES
@given(drawn=st.lists(cells, min_size=1, max_size=20))
def test_what_adds_up_hides_more_and_never_changes_a_figure(drawn: list[Cell], rule: DisclosureRule) -> None:
    result = a_result(*[(str(n), "m", cell, "people") for n, cell in enumerate(drawn)])
    structure = Additivity.along(["subsegment_code"], total=None)
    alone = [row[2] for row in secondary_use(result, rule).rows]
    together = [row[2] for row in secondary_use(replace(result, additivity=structure), rule).rows]
    for before, after in zip(alone, together, strict=True):
        assert after == before or (after.is_suppressed and not before.is_suppressed)  # type: ignore[union-attr]


@given(drawn=st.lists(cells, min_size=1, max_size=20))
def test_release_keeps_no_state(drawn: list[Cell]) -> None:
    result = a_result(*[(str(n), "m", cell, "people") for n, cell in enumerate(drawn)])
    result = replace(result, additivity=Additivity.along(["subsegment_code"], total=None))
    assert secondary_use(result, ROUND_5).rows == secondary_use(result, ROUND_5).rows
