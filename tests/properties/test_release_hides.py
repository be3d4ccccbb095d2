"""Release never shows a count of 1 to 7, whatever the result."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from openphm.core.results import Cell
from openphm.release import as_text, secondary_use
from tests.support.answers import ROUND_5, a_count, a_result, a_share, an_amount

counts = st.integers(0, 60).map(a_count)
shares = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: a_share(min(p), max(p)))
amounts = st.builds(an_amount, st.floats(0, 1e6), st.integers(0, 20), st.floats(0, 1))
cells = st.one_of(counts, shares, amounts)


@given(st.lists(cells, min_size=1, max_size=20))
def test_no_small_count_can_be_read_from_what_is_released(drawn: list[Cell]) -> None:
    rows = [(str(n), "m", cell, "people") for n, cell in enumerate(drawn)]
    answer = json.loads(as_text(secondary_use(a_result(*rows), ROUND_5), "json", title="t"))
    for cell, row in zip(drawn, answer["rows"], strict=True):
        value, suppressed = row[2], row[4]
        small = any(n is not None and 0 < n < 8 for n in (cell.numerator, cell.denominator, cell.n_people))
        assert suppressed or not small or value == 0
        if isinstance(cell.value, int):
            assert value is None or value % 5 == 0
        if cell.numerator is not None and value:
            assert cell.numerator >= 8
