"""A plain table gives the panel that its months say; what is wrong with it is told at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from openphm.core.errors import PlanError
from openphm.evaluation import End, Evaluation
from openphm.evaluation.person_months import Rule
from openphm.evaluation.plain_table import Layout, panel_of_table

RULE = Rule(at_least=3, within=3, look_back=6, follow_up=4)


def a_table(**changes: Any) -> dict[str, list[Any]]:
    """Six people over twelve months; two are offered the service, in months 6 and 7."""
    table: dict[str, list[Any]] = {
        "person_id": ["a", "b", "c", "d", "e", "f"],
        "start_month": [6, 7, None, "", None, None],
        "exit_month": ["", 9, "", 8, "", ""],
        "died": [0, 1, 0, 0, 0, 0],
        "control": [0, 0, 1, 1, 1, 1],
        "area": ["north", "north", "south", "south", "south", "south"],
        "age": [40, 50, 45, 55, 60, 30],
    }
    counts = np.ones((6, 12), dtype=int)
    counts[5] = 0  # f never meets the rule
    counts[:, 9] = 2
    table |= {f"ed_m{month}": counts[:, month].tolist() for month in range(12)}
    return table | changes


def test_the_risk_set_holds_who_met_the_rule_in_each_index_month() -> None:
    found = panel_of_table(a_table(), Layout(rule=RULE))
    panel = found.panel
    assert panel.n_treated == 2
    assert sorted(zip(panel.index_month.tolist(), panel.person.tolist(), strict=True)) == [
        (6, 0), (6, 2), (6, 3), (6, 4), (7, 1), (7, 2), (7, 3), (7, 4),
    ]  # fmt: skip
    assert found.not_eligible == 0


def test_people_are_followed_to_the_first_of_four_ends() -> None:
    panel = panel_of_table(a_table(), Layout(rule=RULE)).panel
    end = {
        (int(person), int(month)): (float(months), End(int(why)))
        for person, month, months, why in zip(
            panel.person, panel.index_month, panel.exposure, panel.ended_by, strict=True
        )
    }
    assert end[0, 6] == (4.0, End.COMPLETE)
    assert end[1, 7] == (2.0, End.DIED)
    assert end[3, 6] == (2.0, End.LEFT)
    # Month 9 has two visits: d left before it, c and e had them within the four months.
    after = dict(
        zip(zip(panel.person, panel.index_month, strict=True), panel.count_after(panel.primary), strict=True)
    )
    assert after[2, 6] == 5
    assert after[3, 6] == 2


def test_without_a_control_column_who_is_not_yet_treated_is_a_control_until_their_offer() -> None:
    table = a_table()
    del table["control"]
    panel = panel_of_table(table, Layout(rule=RULE)).panel
    later = (panel.person == 1) & (panel.index_month == 6)
    assert later.sum() == 1
    assert not panel.treated[later][0]
    assert panel.exposure[later][0] == 1
    assert panel.ended_by[later][0] == End.TREATED


def test_an_offer_to_somebody_who_does_not_meet_the_rule_is_counted_and_left_out() -> None:
    table = a_table(start_month=[6, 7, None, None, None, 6])
    found = panel_of_table(table, Layout(rule=RULE))
    assert found.not_eligible == 1
    assert found.panel.n_treated == 2
    late = panel_of_table(a_table(start_month=[6, 2, None, None, None, None]), Layout(rule=RULE))
    assert late.outside_data == 1


def test_starts_outside_the_data_are_refused_with_what_is_needed() -> None:
    with pytest.raises(PlanError, match="all 1 start months fall before month 6") as error:
        panel_of_table(a_table(start_month=[2, None, None, None, None, None]), Layout(rule=RULE))
    assert error.value.exit_code == 15
    with pytest.raises(PlanError, match="nobody has a start month"):
        panel_of_table(a_table(start_month=[None] * 6), Layout(rule=RULE))


def test_all_problems_of_a_table_are_told_and_no_value_is() -> None:
    table = a_table(age=[40, "fifty", 45, None, 60, 30], died=[0, 2, 0, 0, 0, 0])
    del table["ed_m4"]
    with pytest.raises(PlanError) as error:
        panel_of_table(table, Layout(primary="edd", rule=RULE))
    told = str(error.value)
    assert [one.where for one in error.value.problems] == ["table.ed", "table.age", "table.died", "table"]
    assert "fifty" not in told
    assert "2 rows are empty or not numbers" in told
    assert "month 4 is missing" in told
    assert "did you mean 'ed'" in told


def test_two_outcomes_need_a_primary_one() -> None:
    table = a_table() | {f"falls_m{month}": [0] * 6 for month in range(12)}
    with pytest.raises(PlanError, match="One outcome decides"):
        panel_of_table(table, Layout(rule=RULE))
    panel = panel_of_table(table, Layout(primary="ed", negative_controls=("falls",), rule=RULE)).panel
    assert [one.role for one in panel.outcomes] == ["primary", "negative_control"]


def test_a_table_with_treatment_and_outcome_is_taken_too() -> None:
    rng = np.random.default_rng(1)
    table = {
        "treated": [1] * 40 + [0] * 160,
        "outcome": rng.poisson(3, 200).tolist(),
        "age": rng.normal(50, 5, 200).tolist(),
        "months": [12] * 200,
    }
    found = panel_of_table(table)
    assert found.panel.covariate_names == ("age",)
    assert Evaluation().fit(found.panel).effect().rate_ratio.is_known


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "there are no rows"),
        ({"age": [1], "sex": [1, 2]}, "differ in length"),
        ({"age": [1]}, "start_month"),
        ({"treated": [1, 0], "age": [1, 2]}, "no column is named as the outcome"),
    ],
)
def test_what_is_no_table_of_ours_says_what_would_be(table: dict[str, list[Any]], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        panel_of_table(table)
