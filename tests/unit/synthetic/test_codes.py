"""What is written says what it should, by the definitions: no more and no less."""

import pytest

from openphm.definitions import Definitions, load
from openphm.synthetic.activity.medicines import formulary
from openphm.synthetic.conditions import model
from openphm.synthetic.records.practice import dmd_codes
from openphm.synthetic.tables import read_columns
from openphm.synthetic.truth import ORDER
from openphm.synthetic.vocabulary import Vocabulary


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load()


@pytest.fixture(scope="module")
def vocabulary(definitions: Definitions) -> Vocabulary:
    return Vocabulary(definitions)


def onset_codes(definitions: Definitions, system: str) -> dict[str, set[str]]:
    """Code -> the codelists in which it is evidence."""
    found: dict[str, set[str]] = {}
    for codelist in definitions.all("codelists"):
        for code in codelist.body["codes"].get(system, {}).get("onset", ()):
            found.setdefault(code, set()).add(codelist.id.removeprefix("codelists/"))
    return found


def test_every_condition_has_three_concepts_a_practice_can_write(vocabulary: Vocabulary) -> None:
    short = [one for one in model().ids if len(vocabulary.codes(one)) < 3]
    assert not short


def test_every_hospital_code_of_a_condition_is_evidence_of_it(vocabulary: Vocabulary) -> None:
    wrong = [
        condition
        for condition, code in zip(model().ids, model().icd10, strict=True)
        if code and not code.startswith(vocabulary.codes(condition, "icd10"))
    ]
    assert not wrong


def test_counted_conditions_are_those_of_the_definitions(definitions: Definitions) -> None:
    counted = {one for one, is_counted in zip(model().ids, model().counted, strict=True) if is_counted}
    defined = {one: definitions.get(f"conditions/{one}").body["is_counted"] for one in model().ids}
    # Spread counts as cancer, once, and the model gives cancer with it.
    assert counted == {one for one, is_counted in defined.items() if is_counted} - {"metastatic_cancer"}


def test_no_condition_starts_below_the_age_from_which_it_counts(definitions: Definitions) -> None:
    early = [
        condition
        for condition, youngest in zip(model().ids, model().youngest, strict=True)
        if youngest < (definitions.get(f"conditions/{condition}").body.get("min_age") or 0)
    ]
    assert not early


def test_other_hospital_codes_are_evidence_of_nothing(definitions: Definitions) -> None:
    columns = read_columns("hospital_codes")
    prefixes, concepts = tuple(onset_codes(definitions, "icd10")), onset_codes(definitions, "snomed")
    for use, code in zip(columns["use"], columns["code"], strict=True):
        if use in ("emergency", "planned", "birth", "other"):
            assert not str(code).startswith(prefixes), code
        if use == "ed":
            assert str(code) not in concepts, code


def test_routine_codes_are_evidence_of_nothing(definitions: Definitions, vocabulary: Vocabulary) -> None:
    assert not set(vocabulary.routine[0]) & set(onset_codes(definitions, "snomed"))


def test_codes_of_family_history_are_evidence_of_nothing(
    definitions: Definitions, vocabulary: Vocabulary
) -> None:
    assert not set(vocabulary.not_evidence.codes) & set(onset_codes(definitions, "snomed"))


def test_a_medicine_tells_only_of_what_it_is_given_for(definitions: Definitions) -> None:
    prefixes, f = onset_codes(definitions, "bnf"), formulary()
    for medicine, code in enumerate(f.bnf):
        tells = {c for prefix, lists in prefixes.items() if code.startswith(prefix) for c in lists}
        conditions = tells & set(model().ids)
        assert conditions <= set(str(f.reason[medicine]).split(";")), f.names[medicine]
        assert ("opioids" in tells) == (f.role[medicine] == "opioid")
        assert f.mental[medicine] == ("mental_health_medicines" in tells)


def test_the_truth_tries_the_rules_in_the_order_of_the_definitions(definitions: Definitions) -> None:
    listed = definitions.get("segments/life_course").body["subsegments"]
    assert tuple(one["code"] for one in listed) == ORDER


def test_made_up_dmd_ids_have_their_check_digit(definitions: Definitions) -> None:
    from openphm.extracts.codes import fits

    pattern = definitions.extracts["gp_medication"].field("dmd_code").pattern
    assert pattern is not None
    assert all(fits(pattern, code) for code in dmd_codes())
