"""Do measures and outcomes load, cross-refer, and say all that is wrong with them at once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.core.errors import DefinitionError
from openphm.criteria import known_names
from openphm.definitions import load
from openphm.definitions.measures import MeasureFile
from openphm.population import MEASURES
from openphm.population.measuring.needed import check_measures
from tests.definitions.writing import write_definition

CONTENTS = load().contents
PROPOSED = {
    *(f"H{n}" for n in range(1, 11)), *(f"A{n}" for n in range(1, 8)), *(f"L{n}" for n in range(1, 19)),
    *(f"N{n}" for n in range(1, 12)), *(f"E{n}" for n in range(1, 8)), *(f"X{n}" for n in range(1, 6)),
}  # fmt: skip
RECORDED = {"H8", "L2", "L3", "L4", "L7", "L8", "L11", "N2", "N6", "N8", "N10", "E4", "E6", "X5"}


def codes(measure: MeasureFile) -> set[str]:
    return {one.strip() for one in measure.code.split(",") if one.strip()}


def test_every_proposed_measure_is_a_file_and_44_of_58_are_computed() -> None:
    computed = set().union(*(codes(m) for m in CONTENTS.measures.values() if not m.is_recorded))
    recorded = set().union(*(codes(m) for m in CONTENTS.measures.values() if m.is_recorded))
    assert computed | recorded == PROPOSED
    assert len(PROPOSED) == 58
    assert recorded == RECORDED
    assert not computed & recorded


def test_every_criterion_of_every_measure_is_sound() -> None:
    points = {point.id: point.cost_category for point in CONTENTS.costs.points_of_delivery}
    check_measures(list(CONTENTS.measures.values()), known_names(load()), points, {})


def test_the_rows_of_the_segment_matrix_are_measures() -> None:
    assert len(MEASURES) == 30
    assert set(MEASURES) <= set(CONTENTS.measures)


def test_ethnic_minority_is_as_the_ethnic_categories_say() -> None:
    measure = CONTENTS.measures["ethnic_minority_share"]
    assert measure.numerator is not None
    assert measure.denominator is not None
    categories = CONTENTS.reference.ethnic_categories
    assert set(measure.numerator.of["any_of"]) == {one.code for one in categories if one.is_minority}
    assert set(measure.denominator.of["any_of"]) == {one.code for one in categories if one.is_recorded}


def test_every_segment_and_subsegment_has_a_key_result() -> None:
    model = next(iter(CONTENTS.segments.values()))
    about: set[str] = set()
    for file in CONTENTS.outcomes.values():
        for objective in file.objectives:
            for result in objective.key_results:
                assert result.measure in CONTENTS.measures
                about |= set(result.population)
    assert {rule.code for rule in model.subsegments} <= about
    assert set(model.segments) == {one.segment for one in CONTENTS.outcomes.values()} - {"all"}


def test_a_recorded_measure_says_why_it_is_not_computed() -> None:
    assert [m.id for m in CONTENTS.measures.values() if m.is_recorded and not m.reason] == []


def test_all_problems_of_a_measure_are_said_at_once(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "measures/wrong",
        """
        unit: share
        direction: sideways
        kind: rate
        per: 7
        interval: wilson
        numerator: {events: admision, where: [{column: diagnosis, starts_with: [I]}]}
        denominator: {people: everyone}
        """,
    )
    with pytest.raises(DefinitionError) as raised:
        load(tmp_path)
    said = str(raised.value)
    for part in (
        "'sideways'", "found '7'", "write 'admission'", "'people' does not suit a rate",
        "'wilson' does not suit a rate",
    ):  # fmt: skip
        assert part in said


def test_a_test_of_an_unknown_column_is_refused_with_the_nearest(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "measures/waits",
        """
        unit: share
        direction: down
        kind: proportion
        numerator: {events: waiting, where: [{column: weeks_waitd, above: 18}]}
        denominator: {events: waiting, where: [{column: weeks_waited}]}
        """,
    )
    with pytest.raises(DefinitionError) as raised:
        load(tmp_path)
    assert "write 'weeks_waited'" in str(raised.value)
    assert "there is no test" in str(raised.value)


def test_an_outcome_of_an_unknown_measure_is_refused_with_the_nearest(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "outcomes/local",
        """
        segment: '3'
        objectives:
          - id: one
            title: One
            key_results:
              - {measure: smoking_prevalance, population: [3z]}
              - {measure: stayed_healthy}
        """,
    )
    with pytest.raises(DefinitionError) as raised:
        load(tmp_path)
    said = str(raised.value)
    assert "write 'smoking_prevalence'" in said
    assert "'3z'" in said


def test_a_key_result_stands_once_in_the_framework(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "outcomes/local",
        """
        segment: '1'
        objectives: [{id: one, title: One, key_results: [{measure: stayed_healthy}]}]
        """,
    )
    with pytest.raises(DefinitionError, match="stands twice"):
        load(tmp_path)
