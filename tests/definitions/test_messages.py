"""Do errors say where, what was found, what is allowed and how to mend it, all at once?"""

from __future__ import annotations

from pathlib import Path

import pytest

from openphm.core.errors import DefinitionError, Problem
from openphm.definitions import load
from tests.definitions.writing import HEADER, write_definition


def problems_of(folder: Path) -> list[Problem]:
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert caught.value.exit_code == 10
    assert str(folder) not in str(caught.value)
    return list(caught.value.problems)


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    write_definition(tmp_path, "codelists/mine", "codes: {snomed: {onset: ['195967002', 'J45']}, snomad: {}}")
    write_definition(tmp_path, "conditions/mine", "system: x\nis_counted: maybe\nevidence: []")
    found = [problem.found for problem in problems_of(tmp_path)]
    assert any("'195967002' is not a concept id" in one for one in found)
    assert any("'J45' is not a snomed code" in one for one in found)
    assert any("'snomad' is not a known coding system" in one for one in found)
    assert any("found 'maybe'" in one for one in found)
    assert any("no evidence is named" in one for one in found)


def test_a_misspelt_name_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    write_definition(tmp_path, "cohorts/mine", "all: [{condition: [copd, athsma]}, {attribute: carehome}]")
    condition, attribute = problems_of(tmp_path)
    assert condition.where == "cohorts/mine.yaml, all[0].condition"
    assert condition.found == "'athsma' is not a known condition."
    assert condition.remedy == "write 'asthma' if that is what you mean"
    assert "care_home" in attribute.remedy


def test_a_misspelt_key_is_not_silently_ignored(tmp_path: Path) -> None:
    evidence = "evidence: [{found_in: gp, codelist: asthma, system: snomed, look_back_months: 12}]"
    write_definition(
        tmp_path, "conditions/mine", f"system: x\nis_counted: true\ncount_group: asthma\n{evidence}"
    )
    (problem,) = problems_of(tmp_path)
    assert problem.where.endswith("evidence[0].look_back_months")
    assert "lookback_months" in problem.remedy


def test_a_header_with_holes_names_every_hole(tmp_path: Path) -> None:
    path = tmp_path / "cohorts" / "mine.yaml"
    path.parent.mkdir()
    path.write_text("id: cohort/mine\nversion: '1'\nstatus: live\ntitle: x\n", "utf-8")
    found = " ".join(f"{problem.where} {problem.found} {problem.remedy}" for problem in problems_of(tmp_path))
    for part in (
        "'cohort' is not a known kind",
        "'cohorts'",
        "'live'",
        "source",
        "licence",
        "owner",
        "date_reviewed",
    ):
        assert part in found


def test_a_review_before_the_last_one_is_found(tmp_path: Path) -> None:
    text = HEADER.format(id="cohorts/mine", status="active").replace("2027-11-22", "2025-11-22")
    (tmp_path / "mine.yaml").write_text(text, "utf-8")
    (problem,) = problems_of(tmp_path)
    assert "2025-11-22 is not after date_reviewed 2026-11-22" in problem.found


RULES = """\
segments: [{{code: '1', name: One}}]
subsegments:
  - {{code: 1a, segment: '1', name: A, criteria: {first}}}
  - {{code: {second_code}, segment: '{segment}', name: B, criteria: {last}}}
"""


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"second_code": "1a"}, "'1a' is used twice (also at subsegments[0])."),
        ({"last": "{attribute: age, at_most: 17}"}, "the last rule does not hold for everyone"),
        ({"first": "{everyone: true}"}, "'1a' holds for everyone, so no later rule can ever win."),
        ({"first": "{condition: big_6}"}, "'big_6' is not a known condition."),
        ({"first": "{condition: $big_six}"}, "'big_six' is not a known parameter of this file."),
        ({"segment": "7"}, "'7' is not a known segment."),
    ],
)
def test_segments_that_overlap_or_leave_people_out_are_refused(
    tmp_path: Path, changes: dict[str, str], found: str
) -> None:
    given = {"first": "{condition: asthma}", "second_code": "1b", "last": "{everyone: true}", "segment": "1"}
    write_definition(tmp_path, "segments/mine", "parameters: {x: 1}\n" + RULES.format(**{**given, **changes}))
    assert any(found in problem.found for problem in problems_of(tmp_path))


SPECIFICATION = """\
dataset: mine
records:
  mine:
    title: Mine
    files: [mine*]
    person: {{nhs_number: {person}}}
    key: [a_key]
    fields:
      - {{name: a_key, field: KEY, type: id, identity: local_id, domain: mine}}
      - {{name: nhs_number, field: NHS, type: id, identity: nhs_number}}
      - {field}
"""
GOOD_FIELD = "{name: code, field: CODE, type: code, pattern: snomed}"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"person": "nhs_numbr"}, "'nhs_numbr' is not a known field of this record."),
        ({"field": "{name: x, field: KEY, type: date}"}, "'key' means both 'a_key' and 'x'."),
        ({"field": "{name: x, field: X, type: code, pattern: snowmed}"}, "'snowmed' is not a known pattern."),
        ({"field": "{name: x, field: X, type: code}"}, "says neither `pattern` nor `list`"),
        ({"field": "{name: x, field: X, type: text}"}, "the free text 'x' of a person is not dropped."),
        ({"field": "{name: x, field: X, type: id, identity: local_id}"}, "names no `domain`"),
        ({"field": "{name: x, field: X, type: dat}"}, "'dat' is not a known type."),
        ({"field": "{name: x, field: X, type: date, requred: true}"}, "'requred' is not a known key."),
        ({"field": "{name: x, field: X, type: date, required: maybe}"}, "found 'maybe'."),
    ],
)
def test_a_specification_that_does_not_fit_itself_is_refused(
    tmp_path: Path, changes: dict[str, str], found: str
) -> None:
    given = {"person": "nhs_number", "field": GOOD_FIELD}
    write_definition(tmp_path, "extracts/mine", SPECIFICATION.format(**{**given, **changes}))
    assert any(found in problem.found for problem in problems_of(tmp_path))


def test_a_right_specification_is_taken(tmp_path: Path) -> None:
    write_definition(tmp_path, "extracts/mine", SPECIFICATION.format(person="nhs_number", field=GOOD_FIELD))
    spec = load(tmp_path).extracts["mine"]
    assert spec.matches_file("MINE_2026-01")
    assert not spec.matches_file("yours_2026-01")
    assert spec.field("code").pattern is not None
    assert spec.find_field("pseudo nhs") is spec.field("nhs_number")


def test_an_unknown_id_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(DefinitionError, match="write 'conditions/asthma'"):
        load().get("conditions/astma")


def test_a_price_without_a_deflator_or_a_place_is_found(tmp_path: Path) -> None:
    write_definition(
        tmp_path,
        "costs/mine",
        """\
        unit_costs:
          - {point_of_delivery: gp_apointment, currency: Nurse, unit: event, cost_gbp: ten,
             price_year: 1999/00, basis: mean, deflator: gdp, source: a test}
        """,
    )
    found = " ".join(f"{problem.found} {problem.remedy}" for problem in problems_of(tmp_path))
    assert "'ten' is not a sum of money" in found
    assert "'gp_appointment'" in found
    assert "'1999/00' is not a known price year" in found
