"""Ordered rules: exclusive, exhaustive, and each of them reachable."""

from __future__ import annotations

import pytest

from openphm.core.errors import DefinitionError
from openphm.criteria import Activity, Attribute, Condition, Criterion, Everyone, Segment
from openphm.criteria.compile import compile_rules
from openphm.criteria.waterfall import check_waterfall

OLD = Attribute("age", at_least=65)


def problems_of(*rules: tuple[str, Criterion]) -> str:
    with pytest.raises(DefinitionError) as caught:
        check_waterfall(rules)
    return str(caught.value)


def test_the_last_rule_must_hold_for_everyone() -> None:
    said = problems_of(("1b", Attribute("age", below=18)), ("1c", Attribute("age", at_least=18)))
    assert "make it 'everyone: true'" in said


def test_no_rules_at_all_are_refused() -> None:
    assert "There is no rule." in problems_of()


def test_a_code_used_twice_is_refused() -> None:
    said = problems_of(("3b", OLD), ("3b", Condition(("copd",))), ("1c", Everyone()))
    assert "'3b' is used twice (also at rules[0])" in said


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (OLD, Attribute("age", at_least=75)),
        (OLD, Attribute("age", above=65)),
        (Condition(("copd", "asthma")), Condition(("asthma",))),
        (Condition(("copd",), ever=True), Condition(("copd",), onset_within_months=3)),
        (Activity(("ed_attendance",), 12), Activity(("ed_attendance",), 6, count_at_least=5)),
        (OLD | Condition(("copd",)), OLD & Attribute("care_home")),
        (Everyone(), OLD),
    ],
)
def test_a_rule_hidden_behind_an_earlier_one_is_refused(first: Criterion, second: Criterion) -> None:
    assert "Nobody can reach 'b': 'a'" in problems_of(("a", first), ("b", second), ("c", Everyone()))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Attribute("age", at_least=75), OLD),
        (Condition(("copd",)), Condition(("copd",), ever=True)),
        (Activity(("ed_attendance",), 6), Activity(("ed_attendance",), 12)),
        (OLD & Condition(("copd",)), OLD),
    ],
)
def test_a_wider_rule_may_follow_a_narrower_one(first: Criterion, second: Criterion) -> None:
    check_waterfall([("a", first), ("b", second), ("c", Everyone())])


def test_segment_rules_may_not_ask_about_segments() -> None:
    assert "asks about segments" in problems_of(("a", Segment(("3b",))), ("b", Everyone()))


def test_rules_that_are_no_waterfall_are_not_compiled() -> None:
    with pytest.raises(DefinitionError):
        compile_rules([("a", OLD)])
