"""Do the definitions hold what the segments, Figure 12 and the case studies need, and fit each other?"""

from __future__ import annotations

import pytest

from openphm.definitions import load
from openphm.definitions.attributes import Deficit
from openphm.definitions.conditions import Condition
from openphm.definitions.snomed import is_concept_id

DEFINITIONS = load()
CONTENTS = DEFINITIONS.contents
CONDITIONS = CONTENTS.conditions
ATTRIBUTES = CONTENTS.attributes
DEFICITS = ATTRIBUTES["frailty_deficit_count"].deficits
LIFE_COURSE = CONTENTS.segments["life_course"]


def concepts(condition: Condition) -> set[str]:
    """Distinct SNOMED concepts that begin a condition."""
    return {
        code.code
        for part in condition.evidence
        for code in part.codes
        if code.system == "snomed" and code.role == "onset"
    }


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=lambda one: one.id)
def test_each_condition_has_three_concepts_or_more(condition: Condition) -> None:
    assert len(concepts(condition)) >= 3


@pytest.mark.parametrize("deficit", DEFICITS, ids=lambda one: one.id)
def test_each_frailty_deficit_has_three_concepts_or_more(deficit: Deficit) -> None:
    if deficit.attribute is not None:
        assert deficit.attribute == "polypharmacy"
        return
    own = {code.code for code in deficit.codes if code.role == "onset"}
    assert len(own.union(*(concepts(CONDITIONS[id_]) for id_ in deficit.conditions))) >= 3


def test_the_frailty_index_has_its_36_deficits_once_each() -> None:
    assert [one.number for one in DEFICITS] == list(range(1, 37))
    assert len({one.id for one in DEFICITS}) == 36


def test_no_code_counts_for_two_deficits() -> None:
    owner: dict[str, str] = {}
    for deficit in DEFICITS:
        for code in deficit.codes:
            assert owner.setdefault(code.code, deficit.id) == deficit.id


def test_the_frailty_bands_meet_without_gap_and_name_every_value() -> None:
    frailty = ATTRIBUTES["frailty"]
    assert tuple(band.band for band in frailty.bands) == frailty.values
    for lower, upper in zip(frailty.bands, frailty.bands[1:], strict=False):
        assert lower.below == upper.from_
    counts = [round(band.from_ * 36 + 0.4999) for band in frailty.bands]
    assert counts == [0, 5, 9, 13], "the published numbers of deficits"


def test_every_snomed_code_is_a_concept_with_a_right_check_digit() -> None:
    for name, codelist in CONTENTS.codelists.items():
        for code in codelist.of("snomed"):
            assert is_concept_id(code.code), (name, code.code)


def test_there_are_the_conditions_that_figure_12_the_cohorts_the_score_and_the_segments_need() -> None:
    assert len(CONDITIONS) >= 40
    figure_12 = {
        "asthma",
        "diabetes",
        "hypertension",
        "stroke",
        "anxiety",
        "depression",
        "learning_disability",
    }
    cohorts = {"copd", "asthma", "bronchiectasis", "ild", "osteoarthritis", "back_neck_pain", "palliative"}
    cambridge = {
        "alcohol_misuse", "atrial_fibrillation", "cancer", "ckd", "dementia", "epilepsy", "heart_failure",
        "ibs", "learning_disability", "ms", "parkinsons", "pad", "prostate_disorder", "smi",
        "substance_misuse", "chronic_liver_disease", "painful_condition", "connective_tissue", "sensory_deaf",
    }  # fmt: skip
    assert figure_12 | cohorts | cambridge <= set(CONDITIONS)


def test_cancer_and_its_spread_count_as_one() -> None:
    assert CONDITIONS["metastatic_cancer"].count_group == CONDITIONS["cancer"].count_group == "cancer"
    assert CONDITIONS["metastatic_cancer"].lookback_months == 24


def test_musculoskeletal_conditions_pain_and_risk_factors_are_not_counted() -> None:
    musculoskeletal = DEFINITIONS.get("segments/life_course").body["parameters"]["musculoskeletal_conditions"]
    uncounted = (*musculoskeletal["value"], "painful_condition", "ndh", "palliative", "gestational_diabetes")
    assert not [id_ for id_ in uncounted if CONDITIONS[id_].is_counted]


def test_a_medicine_is_evidence_of_one_condition_only() -> None:
    owner: dict[str, str] = {}
    for id_, condition in CONDITIONS.items():
        for part in condition.evidence:
            for code in part.codes if part.found_in == "medicine" else ():
                assert owner.setdefault(code.code, id_) == id_


def test_the_attributes_of_the_house_are_there() -> None:
    wanted = {
        "multimorbidity_count", "frailty", "frailty_deficit_count", "history_of_falls",
        "social_vulnerability", "polypharmacy", "polypharmacy_complex", "opioid_prescription", "smoking",
        "obesity", "bmi", "not_fit_for_work", "on_waiting_list", "care_home", "end_of_life", "housebound",
        "carer", "imd_decile", "fuel_poverty_percentile", "rural_urban", "household_size", "tenure",
        "accommodation_status", "employment_status", "homeless", "mental_health_flag", "hazardous_alcohol",
        "hypercholesterolaemia", "asc_long_term_disability", "ethnicity",
    }  # fmt: skip
    assert wanted <= set(ATTRIBUTES)


def test_the_mental_health_flag_leaves_out_dementia_disability_autism_and_adhd() -> None:
    flag = ATTRIBUTES["mental_health_flag"]
    assert set(flag.conditions) == {"anxiety", "depression", "smi", "eating_disorder", "personality_disorder"}
    assert {one.code.code for one in flag.codes} == {"0401", "0402", "0403"}


def test_there_are_five_segments_and_sixteen_subsegments_in_the_order_of_the_rules() -> None:
    codes = [rule.code for rule in LIFE_COURSE.subsegments]
    assert codes == [
        "5a",
        "5b",
        "4a",
        "4b",
        "4c",
        "3a",
        "3b",
        "3c",
        "3d",
        "3e",
        "3f",
        "2a",
        "2b",
        "1a",
        "1b",
        "1c",
    ]
    assert list(LIFE_COURSE.segments) == ["1", "2", "3", "4", "5"]
    assert LIFE_COURSE.subsegments[-1].criteria == {"everyone": True}


def test_every_threshold_of_the_segments_is_a_parameter() -> None:
    text = DEFINITIONS.get("segments/life_course").path.read_text("utf-8")
    rules = text.split("subsegments:")[1]
    for word in ("at_least", "at_most", "within_months"):
        for line in rules.splitlines():
            assert f"{word}: $" in line or f"{word}:" not in line, line


def test_every_costed_point_of_delivery_has_a_price_or_says_that_it_has_none() -> None:
    costs = CONTENTS.costs
    priced = {one.point_of_delivery for one in costs.unit_costs if one.currency == "*"}
    unpriced = {pod for pod, order in costs.price_order if order == ("none",)}
    on_the_row = {"gp_prescription"}
    assert {pod.id for pod in costs.points_of_delivery} == priced | unpriced | on_the_row
    assert not priced & unpriced


def test_every_price_says_its_year_basis_and_source() -> None:
    for cost in CONTENTS.costs.unit_costs:
        assert cost.cost_gbp > 0
        assert cost.source
        assert cost.deflator == "gdp"


def _values(record: str, field: str) -> set[str]:
    values = DEFINITIONS.extracts[record].field(field).values
    assert values is not None
    return set(values)


def _mapped(map_id: str) -> set[str]:
    return {one.code for one in CONTENTS.reference.maps if one.map_id == map_id}


@pytest.mark.parametrize(
    ("map_id", "record", "field", "without"),
    [
        ("apc_point_of_delivery", "sus_apc_spell", "admission_method_code", set()),
        ("ecds_point_of_delivery", "sus_ecds_attendance", "department_type_code", set()),
        ("op_point_of_delivery", "sus_op_appointment", "first_attendance_code", {"5"}),
        ("social_care_units_per_week", "social_care_event", "cost_frequency", set()),
        ("social_care_point_of_delivery", "social_care_event", "event_type", set()),
        ("accommodation_status", "social_care_event", "accommodation_status", {"Unknown"}),
        ("employment_status", "social_care_event", "employment_status", {"Unknown"}),
    ],
)
def test_every_code_of_a_national_list_has_a_meaning(
    map_id: str, record: str, field: str, without: set[str]
) -> None:
    assert _mapped(map_id) == _values(record, field) - without


def test_every_service_type_has_a_point_of_delivery() -> None:
    mapped = {
        one.second_code for one in CONTENTS.reference.maps if one.map_id == "social_care_point_of_delivery"
    }
    assert mapped - {"*"} == _values("social_care_event", "service_type")


def test_points_of_delivery_in_maps_exist() -> None:
    known = {pod.id for pod in CONTENTS.costs.points_of_delivery}
    for one in CONTENTS.reference.maps:
        if one.map_id.endswith("point_of_delivery"):
            assert one.value in known


def test_staff_types_and_response_classes_have_their_price() -> None:
    priced = {(one.point_of_delivery, one.currency) for one in CONTENTS.costs.unit_costs}
    staff = _values("gp_appointment", "staff_type") - {"Unknown"}
    assert {("gp_appointment", one) for one in staff} <= priced
    responses = _values("ambulance_incident", "response_class")
    assert {("ambulance_incident", one) for one in responses} <= priced


def test_ethnic_categories_are_those_of_the_patient_record() -> None:
    codes = {one.code for one in CONTENTS.reference.ethnic_categories}
    assert codes == _values("gp_patient", "ethnicity_code") == set(ATTRIBUTES["ethnicity"].values)


def test_the_european_standard_population_sums_to_100000_in_both_forms() -> None:
    populations = {one.name: one for one in CONTENTS.reference.standard_populations}
    fine, coarse = populations["esp_2013_21_bands"], populations["esp_2013_19_bands"]
    assert (len(fine.ages), len(coarse.ages)) == (21, 19)
    assert sum(fine.weights) == sum(coarse.weights) == 100_000
    # Eurostat's two forms say the same where their bands meet.
    assert coarse.weights[0] == sum(fine.weights[:2])
    assert coarse.weights[-1] == sum(fine.weights[-2:])
    assert coarse.weights[1:-1] == fine.weights[2:-2]


def test_social_care_words_in_attributes_are_words_of_the_data_set() -> None:
    for attribute in ATTRIBUTES.values():
        for name, field in (
            ("service_types", "service_type"),
            ("primary_support_reasons", "primary_support_reason"),
            ("accommodation_statuses", "accommodation_status"),
            ("client_types", "client_type"),
        ):
            assert set(attribute.parameters.get(name, ())) <= _values("social_care_event", field)
