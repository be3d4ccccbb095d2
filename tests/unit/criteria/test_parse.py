"""Bad criteria: one teaching error that names every problem."""

from __future__ import annotations

import pytest
import yaml

from openphm.core.errors import DefinitionError
from openphm.criteria import Attribute, Condition, Not, parse
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
