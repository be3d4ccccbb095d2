"""What a disclosure rule does to one figure, and how a rule is read from its definition."""

from __future__ import annotations

import pytest

from openphm.core.errors import DefinitionError
from openphm.core.results import Cell
from openphm.definitions import load
from openphm.release import NONE, DisclosureRule, Released, secondary_use
from openphm.release.deciding import decide
from tests.support.answers import PROVENANCE, ROUND_5, a_count, a_result, a_share, an_amount


@pytest.mark.parametrize(
    ("people", "expected"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (93_306, 93_305)]
)
def test_counts_are_hidden_from_1_to_7_and_rounded_to_5(people: int, expected: int | None) -> None:
    figure = decide(a_count(people), ROUND_5)
    assert figure.value == expected
    assert figure.is_suppressed is (expected is None)


def test_events_of_few_people_are_hidden_even_when_there_are_many_events() -> None:
    assert decide(Cell(40, n_people=3), ROUND_5).is_suppressed
    assert decide(Cell(40, n_people=20, largest_share=0.8), ROUND_5).is_suppressed


def test_percentages_are_made_from_rounded_counts() -> None:
    assert decide(a_share(33, 102), ROUND_5).value == 35 / 100
    assert decide(a_share(3, 102), ROUND_5).is_suppressed
    assert decide(a_share(0, 102), ROUND_5).value == 0
    assert decide(a_share(0, 4), ROUND_5).is_suppressed
    assert decide(a_share(0, 0), ROUND_5).value is None


def test_a_group_is_hidden_when_all_but_a_few_are_in_it() -> None:
    assert decide(Cell(97, denominator=100, n_people=97), ROUND_5).is_suppressed
    assert decide(Cell(100, denominator=100, n_people=100), ROUND_5).value == 100
    assert decide(Cell(92, denominator=100, n_people=92), ROUND_5).value == 90
    assert decide(a_share(97, 100), ROUND_5).is_suppressed
    assert decide(a_share(100, 100), ROUND_5).value == 1


def test_amounts_need_eight_people_and_no_one_with_more_than_half() -> None:
    assert decide(an_amount(1571.28, 8), ROUND_5).value == 1570.0
    assert decide(an_amount(1571.28, 7), ROUND_5).is_suppressed
    assert decide(an_amount(1571.28, 80, 0.51), ROUND_5).is_suppressed
    assert decide(an_amount(0.0, 0), ROUND_5).value == 0
    assert not decide(Cell(None), ROUND_5).is_suppressed


def test_an_amount_that_does_not_say_how_many_people_is_hidden() -> None:
    assert decide(Cell(12.5), ROUND_5).is_suppressed


@pytest.mark.parametrize(
    "figure",
    [a_share(3, 102), a_share(97, 100), a_share(33, 102), an_amount(15.0, 7), an_amount(15.0, 80, 0.51),
     an_amount(15.0, 80)],
)  # fmt: skip
def test_what_is_said_of_a_figure_is_hidden_with_it(figure: Cell) -> None:
    said = decide(figure.saying("▲ improving"), ROUND_5)
    assert said.is_suppressed is decide(figure, ROUND_5).is_suppressed
    assert decide(figure.saying("▲ improving"), NONE).value == "▲ improving"


def test_the_rule_none_shows_everything() -> None:
    assert decide(a_count(3), NONE).value == 3
    assert decide(an_amount(1571.28, 1, 1.0), NONE).value == 1571.28


def test_only_release_can_make_a_released() -> None:
    with pytest.raises(TypeError, match="only openphm"):
        Released(object(), question="q", columns=(), rows=(), provenance=PROVENANCE, notes=())


def test_a_released_table_says_its_rule_and_which_rows_are_hidden() -> None:
    released = secondary_use(a_result(("1a", "population", a_count(3), "people")), ROUND_5)
    assert released.provenance.disclosure == "disclosure/default"
    assert list(released.records()) == [
        {
            "subsegment_code": "1a",
            "measure": "population",
            "value": None,
            "unit": "people",
            "suppressed": True,
        }
    ]
    assert "Counts from 1 to 7 are not shown" in released.notes[-1]


def test_the_shipped_rules_are_read_from_their_definitions() -> None:
    definitions = load()
    default = definitions.get("disclosure/default")
    assert DisclosureRule.from_definition(default.id, default.body) == ROUND_5
    none = definitions.get("disclosure/none")
    assert DisclosureRule.from_definition(none.id, none.body) == NONE


def test_a_rule_that_is_not_complete_is_refused() -> None:
    with pytest.raises(DefinitionError, match="round_to"):
        DisclosureRule.from_definition("disclosure/x", {"method": "round", "suppress_below": 8})
    with pytest.raises(DefinitionError, match="is not a method"):
        DisclosureRule.from_definition("disclosure/x", {"method": "blur"})
