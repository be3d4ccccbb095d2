"""Bad criteria: one teaching error that names every problem."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from openphm.core.errors import DefinitionError
from openphm.criteria import Attribute, Condition, Not, parse
from openphm.definitions.problems import Problems
from openphm.definitions.yaml_reader import read_yaml
from tests.support.made_up import KNOWN


def problems_of(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        parse(yaml.safe_load(text), KNOWN, "cohorts/example")
    assert caught.value.exit_code == 10
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("condition: coopd", "did you mean 'copd'?"),
        ("attribute: care_hom", "did you mean 'care_home'?"),
        ("{attribute: frailty, any_of: [sever]}", "did you mean 'severe'?"),
        ("{attribute: frailty, at_least: 3}", "'frailty' is not a number"),
        ("{attribute: care_home, any_of: [yes]}", "'any_of' holds something that is not text or a number"),
        ("{attribute: age, at_least: 200}", "It can be from 0 to 130."),
        ("{attribute: age, at_least: 70, at_most: 60}", "nobody can match"),
        ("{attribute: age}", "'age' needs a test."),
        ("{attribute: age, at_least: 70, within_months: 3}", "taken on the day itself"),
        ("{attribute: age, at_leest: 70}", "did you mean 'at_least'?"),
        ("{activity: ed_attendance}", "needs 'within_months'"),
        ("{activity: ed_attendance, within_months: 0}", "a whole number, 1 or more"),
        (
            "{activity: ed_attendance, within_months: 12, count_at_least: 3, count_at_most: 2}",
            "nobody can match",
        ),
        ("{condition: copd, ever: true, onset_within_months: 3}", "exclude each other"),
        ("{place: registered_pcn}", "'any_of' names nothing"),
        ("{place: pcn, any_of: [U1]}", "There is no place 'pcn'"),
        ("all: []", "'all' is empty"),
        ("any:", "'any' is empty"),
        ("{condition: copd, attribute: care_home}", "One part says 'attribute' and 'condition'."),
        ("[{condition: copd}]", "write 'all:' or 'any:' before a list of parts."),
        ("not: [{condition: copd}]", "it is a list"),
        ("{of: [{condition: copd}], at_least: 2}", "from 1 to the number of parts (1)"),
        ("{codelist: asthmaa, ever: true}", "did you mean 'asthma'?"),
        ("{codelist: asthma}", "needs one of 'ever: true' and 'within_months'"),
        ("{codelist: asthma, ever: true, within_months: 3}", "needs one of 'ever: true' and 'within_months'"),
        ("{codelist: asthma, ever: true, count_at_least: 3, count_at_most: 2}", "nobody can match"),
        ("{codelist: asthma, ever: true, cost_at_least_gbp: 3}", "is not a setting of 'codelist'"),
        ("sequence: [{activity: ed_attendance}]", "a list of 2 to 6 steps"),
        ("sequence: [{activity: ed_attendence}, {condition: copd}]", "did you mean 'ed_attendance'?"),
        ("sequence: [{attribute: care_home}, {condition: copd}]", "A step is one of 'activity: NAME'"),
        (
            "sequence: [{activity: ed_attendance, within_months: 3}, {condition: copd}]",
            "put 'within_months' and 'within_days' beside 'sequence'",
        ),
        ("sequence: [{not: {condition: copd}}, {condition: asthma}]", "Only the last step can be 'not'."),
        ("sequence: [{condition: copd}, {not: {condition: asthma}}]", "needs 'within_days'"),
        ("{sequence: [{condition: copd}, {condition: asthma}], within_days: 0}", "add 'same_day: true'"),
        ("{sequence: [{condition: copd}, {condition: asthma}], within_days: 9999}", "Up to 3660 days"),
        ("cohort: breathles", "did you mean 'cohorts/breathless'?"),
        ("cohort: [breathless, older_breathless]", "One id is needed."),
        ("{cohort: breathless, ever: true}", "'cohort' stands alone."),
        ("{place: registered_pcn, any_of: [u10001]}", "write 'U10001'"),
        ("{place: registered_practice, any_of: [E01000001]}", "a letter and five digits"),
        ("{place: resident_lsoa21, any_of: [E0100001]}", "E01 (W01 in Wales) and six digits"),
        ("{place: resident_ltla, any_of: [E05000001]}", "is not a code of resident_ltla"),
        ("{attribute: imd_decile, at_most: 11}", "It can be from 1 to 10."),
        ("{attribute: age, at_least: 131}", "It can be from 0 to 130."),
        ("everyone: false", "'everyone' can only be true."),
        ('{condition: "copd\'; drop table x"}', "a quote, a backslash or a control character"),
        ("{conditon: copd}", "did you mean 'condition'?"),
        ("7", "it is '7'"),
        ("", "it is empty"),
    ],
)
def test_a_mistake_is_said_where_it_is_and_how_to_mend_it(text: str, said: str) -> None:
    assert said in problems_of(text)


def test_all_problems_are_reported_at_once() -> None:
    said = problems_of("all: [{condition: coopd}, {attribute: nothing}, {not: {segment: 9z}}]")
    assert "3 problems" in said
    assert "cohorts/example.all[0].condition" in said
    assert "cohorts/example.all[2].not.segment" in said


def test_a_circular_cohort_is_told_with_its_chain() -> None:
    cohorts = {
        "cohorts/one": {"any": [{"cohort": "two"}, {"condition": "copd"}]},
        "cohorts/two": {"not": {"cohort": "cohorts/three"}},
        "cohorts/three": {"all": [{"cohort": "one"}]},
    }
    known = replace(KNOWN, cohorts=cohorts)
    with pytest.raises(DefinitionError) as caught:
        parse(cohorts["cohorts/one"], known, "cohorts/one", cohort="cohorts/one")
    assert "defined by itself: cohorts/one → cohorts/two → cohorts/three → cohorts/one." in str(caught.value)
    with pytest.raises(DefinitionError, match="cohorts/two → cohorts/three → cohorts/one → cohorts/two"):
        parse({"cohort": "two"}, known)


def test_what_is_wrong_in_a_cohort_is_told_where_it_is_asked_for() -> None:
    known = replace(KNOWN, cohorts={"cohorts/bad": {"condition": "coopd"}})
    with pytest.raises(DefinitionError, match=r"mine\.cohort \(cohorts/bad\)\.condition"):
        parse({"cohort": "bad"}, known, "mine")


def test_cohorts_that_double_each_other_are_stopped() -> None:
    cohorts: dict[str, object] = {"cohorts/c0": {"condition": "copd"}}
    for n in range(1, 5):
        cohorts[f"cohorts/c{n}"] = {"any": [{"cohort": f"c{n - 1}"}] * 6}
    with pytest.raises(DefinitionError, match="too large"):
        parse({"cohort": "c4"}, replace(KNOWN, cohorts=cohorts))


def test_a_cohort_prints_as_its_id() -> None:
    criterion = parse({"not": {"cohort": "older_breathless"}}, KNOWN)
    assert str(criterion) == "not:\n  cohort: cohorts/older_breathless"
    assert parse(yaml.safe_load(str(criterion)), KNOWN) == criterion


def test_a_yaml_bomb_in_a_definition_file_is_one_error() -> None:
    lines = ["id: cohorts/bomb", "a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    problems = Problems()
    assert read_yaml("\n".join(lines).encode(), "cohorts/bomb.yaml", problems) is None
    with pytest.raises(DefinitionError, match=r"an alias \(\*a0\) is used") as caught:
        problems.raise_if_any()
    assert caught.value.exit_code == 10
    assert len(caught.value.problems) == 1


def test_a_yaml_bomb_is_stopped_while_reading() -> None:
    lines = ["a0: &a0 {condition: copd}"]
    lines += [f"a{n}: &a{n} {{all: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 9)]
    data = yaml.safe_load("\n".join(lines))["a8"]
    with pytest.raises(DefinitionError, match="too large"):
        parse(data, KNOWN)


def test_nesting_is_limited() -> None:
    data: object = {"condition": "copd"}
    for _ in range(20):
        data = {"not": data}
    with pytest.raises(DefinitionError, match="nested too deep"):
        parse(data, KNOWN)


def test_very_long_lists_are_refused() -> None:
    with pytest.raises(DefinitionError, match="Up to 10000 are allowed"):
        parse({"condition": ["copd"] * 10_001}, KNOWN)


def test_python_objects_combine_and_print_as_the_yaml() -> None:
    criterion = Attribute("age", at_least=41) & Condition(("copd",)) & ~Attribute("care_home")
    assert str(criterion) == (
        "all:\n- attribute: age\n  at_least: 41\n- condition: copd\n- not:\n    attribute: care_home"
    )
    assert ~~criterion == criterion
    assert isinstance(~criterion, Not)
