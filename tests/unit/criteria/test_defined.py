"""The shipped segmentation and the names it rests on, and parameters in general."""

from __future__ import annotations

import pytest

from openphm.core.errors import DefinitionError
from openphm.criteria import Activity, Condition, Everyone, known_names, parse, segment_rules
from openphm.definitions import load
from tests.support.made_up import KNOWN


def test_the_shipped_segments_are_sixteen_proved_rules() -> None:
    definitions = load()
    rules = segment_rules(definitions.get("segments/life_course"), known_names(definitions))
    codes = " ".join(code for code, _ in rules)
    assert codes == "5a 5b 4a 4b 4c 3a 3b 3c 3d 3e 3f 2a 2b 1a 1b 1c"
    by_code = dict(rules)
    assert by_code["3b"] == Condition(("diabetes", "chd", "stroke", "heart_failure", "copd", "cancer"))
    assert by_code["2b"] == Activity(("ed_attendance", "utc_attendance"), 12, count_at_least=5)
    assert by_code["1c"] == Everyone()


def test_every_shipped_definition_gives_names() -> None:
    known = known_names(load())
    assert known.attributes["frailty"].values == ("fit", "mild", "moderate", "severe")
    assert {"asthma", "copd"} <= known.conditions
    assert {"3", "3b"} <= known.segments


def test_a_setting_may_stand_for_a_parameter() -> None:
    parameters = {"names": ("copd", "asthma"), "many": 3}
    data = {"at_least": "$many", "of": [{"condition": "$names"}] * 3}
    assert str(parse(data, KNOWN, parameters=parameters)).count("copd") == 3
    with pytest.raises(DefinitionError, match=r"(?s)no parameter 'name'.*did you mean 'names'"):
        parse({"condition": "$name"}, KNOWN, parameters=parameters)
