"""The dozen people of cases/dozen.py: what the build says of them against what was worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from openphm.dataset import all_files, make_tables
from openphm.dataset.checks import run_checks
from openphm.definitions import load
from openphm.extracts import open_delivery
from openphm.store import DuckDBEngine
from tests.engines.cases.dozen import AS_AT, NEW, OLD, the_dozen
from tests.engines.cases.made_delivery import day


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    folder = tmp_path_factory.mktemp("dozen")
    definitions = load()
    delivery = open_delivery(the_dozen(definitions).write(folder / "extracts"))
    with DuckDBEngine(memory_limit="1GB", threads=2) as engine:
        make_tables(engine, delivery, definitions, as_at=AS_AT)
        yield engine


def rows(
    engine: DuckDBEngine, table: str, name: str, columns: str, more: str = "TRUE"
) -> list[tuple[Any, ...]]:
    """Rows of a table about one person, in the order of their columns."""
    found = engine.query(
        f"SELECT {columns} FROM {table} AS t JOIN person.person AS p ON p.person_key = t.person_key "
        f"WHERE SUBSTRING(p.person_id, 2, 3) = '{name}' AND {more} ORDER BY {columns}"
    )
    return [tuple(row.values()) for row in found.to_pylist()]


def test_people_are_numbered_by_practice_then_pseudonym_and_strangers_come_last(built: DuckDBEngine) -> None:
    found = built.query("SELECT SUBSTRING(person_id, 2, 3) AS name FROM person.person ORDER BY person_key")
    names = [row["name"] for row in found.to_pylist()]
    assert names == [
        "ann",
        "bob",
        "cat",
        "dan",
        "eve",
        "gus",
        "jon",
        "kay",
        "lee",
        "moe",
        "fay",
        "ivy",
        "hal",
    ]


def test_a_cancelled_death_is_no_death(built: DuckDBEngine) -> None:
    assert rows(built, "person.person", "eve", "t.death_date") == [(None,)]
    assert rows(built, "person.person", "dan", "t.death_date") == [(day("2026-01-20"),)]


def test_a_person_without_a_valid_number_is_not_linked(built: DuckDBEngine) -> None:
    assert rows(built, "person.person", "hal", "t.is_linked") == [(False,)]
    assert rows(built, "person.person", "ivy", "t.is_linked") == [(True,)]


# -- registration

SPELL = "t.practice_code, t.start_date, t.end_date"


def test_a_move_ends_the_spell_before_and_a_temporary_stay_is_none(built: DuckDBEngine) -> None:
    assert rows(built, "person.registration", "fay", SPELL) == [
        (OLD, day("2010-01-01"), day("2025-07-15")),
        (NEW, day("2025-07-15"), None),
    ]


def test_the_day_of_death_is_the_last_day_registered(built: DuckDBEngine) -> None:
    assert rows(built, "person.registration", "dan", SPELL) == [(OLD, day("2010-01-01"), day("2026-01-21"))]


# -- activity


def test_only_what_was_attended_is_activity(built: DuckDBEngine) -> None:
    found = rows(
        built, "activity.event", "ann", "t.point_of_delivery, COUNT(*)", "TRUE GROUP BY t.point_of_delivery"
    )
    assert dict(found) == {
        "gp_appointment": 10,
        "gp_encounter": 12,
        "outpatient_first": 1,
        "outpatient_follow_up": 1,
    }


def test_what_is_no_activity_is_counted_with_its_reason(built: DuckDBEngine) -> None:
    found = built.query(
        "SELECT record, reason, code, n_rows, tariff_gbp FROM quality.not_activity ORDER BY record"
    ).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("gp_appointment", "not attended", "DNA", 1, Decimal("0.00")),
        ("sus_ecds_attendance", "planned, or department without a meaning", "01", 1, Decimal("0.00")),
        ("sus_op_appointment", "not attended", "3", 2, Decimal("99.00")),
        ("talking_therapies_contact", "not attended", "3", 1, Decimal("0.00")),
    ]


def test_a_vaccination_that_was_taken_back_is_none(built: DuckDBEngine) -> None:
    found = rows(built, "activity.event", "cat", "t.event_date", "t.point_of_delivery = 'immunisation'")
    assert found == [(day("2025-10-01"),)]


def test_bed_days_are_nights_and_fall_in_the_month_they_are_spent(built: DuckDBEngine) -> None:
    assert rows(built, "activity.event", "dan", "t.bed_days") == [(5,)]
    found = rows(built, "person.month", "dan", "t.month_end, t.emergency_bed_days")
    assert found == [(day("2025-12-31"), 2), (day("2026-01-31"), 3)]


def test_a_stay_over_a_month_end_is_one_row_a_month_and_one_beginning(built: DuckDBEngine) -> None:
    found = rows(
        built, "activity.event", "lee", "t.event_date, t.end_date, t.quantity, t.is_start, t.bed_days"
    )
    assert found == [
        (day("2025-03-20"), day("2025-04-01"), 12.0, True, 16),
        (day("2025-04-01"), day("2025-04-05"), 4.0, False, None),
    ]


def test_an_open_service_has_a_row_for_each_month_up_to_the_as_at_date(built: DuckDBEngine) -> None:
    service = "t.point_of_delivery = 'social_care_nursing'"
    found = rows(built, "activity.event", "gus", "t.event_date, t.quantity, t.tariff_gbp", service)
    assert len(found) == 26
    assert found[0] == (day("2024-02-10"), 20.0, Decimal("4000.00"))
    assert found[-1] == (day("2026-03-01"), 31.0, Decimal("6200.00"))


# -- costs: 2024/25 to 2025/26 is 103.2388 / 100

DEFLATOR = Decimal("1.032388")


def costs(built: DuckDBEngine, name: str, pod: str) -> list[tuple[Any, ...]]:
    return rows(built, "costs.event_cost", name, "t.event_date, t.cost_gbp, t.cost_basis",
                f"t.point_of_delivery = '{pod}'")  # fmt: skip


def test_the_price_on_the_record_comes_first(built: DuckDBEngine) -> None:
    assert costs(built, "dan", "emergency_admission") == [(day("2025-12-30"), Decimal("3000.00"), "record")]
    assert costs(built, "ann", "outpatient_first") == [(day("2025-08-01"), Decimal("180.00"), "record")]


def test_a_price_of_an_earlier_year_is_moved_to_the_prices_of_the_build(built: DuckDBEngine) -> None:
    assert costs(built, "ann", "outpatient_follow_up") == [(day("2024-08-01"), Decimal("103.24"), "record")]


def test_without_a_price_on_the_record_the_price_list_by_hrg_answers(built: DuckDBEngine) -> None:
    wanted = (Decimal("269.19") * DEFLATOR).quantize(Decimal("0.01"))
    found = costs(built, "eve", "ed_attendance")
    assert [(cost, basis) for _, cost, basis in found] == [(wanted, "tariff")] * 5
    assert wanted == Decimal("277.91")


def test_an_appointment_is_priced_by_who_was_seen(built: DuckDBEngine) -> None:
    found = costs(built, "ann", "gp_appointment")
    nurse = [cost for on, cost, _ in found if on == day("2025-06-27")]
    doctor = [cost for on, cost, _ in found if on == day("2025-04-07")]
    assert nurse == [Decimal("11.18")]
    assert doctor == [Decimal("49.55")]


def test_a_stay_is_priced_by_the_night(built: DuckDBEngine) -> None:
    night = (Decimal("719.10") * DEFLATOR).quantize(Decimal("0.0001"))
    found = costs(built, "lee", "mental_health_admission")
    wanted = [(night * nights).quantize(Decimal("0.01")) for nights in (12, 4)]
    assert [(cost, basis) for _, cost, basis in found] == [(wanted[0], "mean"), (wanted[1], "mean")]


def test_what_has_no_price_costs_nothing_and_says_so(built: DuckDBEngine) -> None:
    assert {(cost, basis) for _, cost, basis in costs(built, "ann", "gp_encounter")} == {(Decimal(0), "none")}
    assert costs(built, "jon", "cancer_pathway") == [(day("2024-12-01"), Decimal(0), "none")]


def test_every_pound_of_the_window_is_in_a_subsegment_or_unattributed(built: DuckDBEngine) -> None:
    found = built.query("SELECT subsegment_code, cost_gbp FROM quality.attribution").to_pylist()
    by_code = {row["subsegment_code"]: row["cost_gbp"] for row in found}
    ambulance = (Decimal("489.39") * DEFLATOR).quantize(Decimal("0.01"))
    assert by_code["unattributed"] == Decimal("150.00") + ambulance
    assert by_code["2a"] == Decimal("3000.00")
    total = built.query(
        "SELECT SUM(cost_gbp) AS n FROM costs.event_cost "
        "WHERE event_date BETWEEN DATE '2025-04-01' AND DATE '2026-03-31'"
    )
    assert sum(by_code.values()) == total.column("n")[0].as_py()


# -- conditions

CONDITION = "t.condition_id, t.start_date, t.resolved_date, t.found_in"


def test_a_resolution_ends_a_condition(built: DuckDBEngine) -> None:
    assert rows(built, "conditions.person_condition", "cat", CONDITION) == [
        ("asthma", day("2020-01-10"), day("2025-11-05"), "gp")
    ]


def test_evidence_with_a_look_back_ends_by_itself(built: DuckDBEngine) -> None:
    assert rows(built, "conditions.person_condition", "jon", CONDITION) == [
        ("cancer", day("2025-01-10"), None, "other"),
        ("metastatic_cancer", day("2025-01-10"), day("2027-01-10"), "other"),
    ]


def test_a_hospital_diagnosis_counts_and_a_family_history_does_not(built: DuckDBEngine) -> None:
    found = rows(built, "conditions.person_condition", "moe", CONDITION)
    assert found == [
        ("diverticular", day("2024-06-01"), None, "hospital"),
        ("hypertension", day("2024-06-01"), None, "hospital"),
    ]


# -- attributes


def held(built: DuckDBEngine, name: str, attribute: str) -> list[tuple[Any, ...]]:
    columns = "t.from_date, t.to_date, t.value_text, t.value_number"
    return rows(built, "attributes.person_attribute", name, columns, f"t.attribute_id = '{attribute}'")


def test_frailty_follows_the_number_of_deficits(built: DuckDBEngine) -> None:
    assert held(built, "gus", "frailty") == [
        (day("1945-08-15"), day("2019-04-01"), "fit", None),
        (day("2019-04-01"), day("2023-04-01"), "mild", None),
        (day("2023-04-01"), None, "moderate", None),
    ]


def test_a_coded_level_outranks_the_index(built: DuckDBEngine) -> None:
    assert held(built, "ann", "frailty")[-1] == (day("2025-05-10"), None, "severe", None)
    assert held(built, "ann", "frailty_deficit_count")[-1][3] == 2.0


def test_a_medicine_holds_for_its_look_back_after_the_last_item(built: DuckDBEngine) -> None:
    assert held(built, "kay", "opioid_prescription") == [(day("2025-10-01"), day("2026-12-01"), "true", None)]


def test_five_substances_are_polypharmacy_and_an_antibiotic_is_not_counted(built: DuckDBEngine) -> None:
    assert held(built, "kay", "polypharmacy") == [(day("2025-10-01"), day("2026-06-01"), "true", None)]
    assert held(built, "kay", "polypharmacy_complex") == []


def test_the_latest_believable_measurement_counts(built: DuckDBEngine) -> None:
    assert held(built, "kay", "obesity") == [(day("2025-02-02"), day("2025-12-12"), "true", None)]
    assert [number for *_, number in held(built, "kay", "bmi")] == [32.5, 28.0]


def test_a_waiting_list_lasts_to_the_providers_next_return_or_until_it_is_too_old(
    built: DuckDBEngine,
) -> None:
    assert held(built, "lee", "on_waiting_list") == [(day("2026-01-04"), day("2026-01-25"), "true", None)]
    assert held(built, "moe", "on_waiting_list") == [(day("2026-01-25"), day("2026-03-01"), "true", None)]


def test_surgery_is_scheduled_while_a_return_says_so_and_the_day_is_near(built: DuckDBEngine) -> None:
    assert held(built, "kay", "surgery_scheduled") == [(day("2026-01-18"), day("2026-01-22"), "true", None)]
    assert held(built, "lee", "surgery_scheduled") == []


def test_a_referral_is_recent_from_its_appointment_to_six_months_after_it_was_made(
    built: DuckDBEngine,
) -> None:
    assert held(built, "kay", "physiotherapy_referral") == [
        (day("2026-01-14"), day("2026-05-20"), "true", None)
    ]
    assert held(built, "hal", "physiotherapy_referral") == []


def test_a_nursing_home_service_is_a_care_home(built: DuckDBEngine) -> None:
    assert held(built, "gus", "care_home") == [(day("2024-02-10"), None, "true", None)]
    assert held(built, "gus", "asc_long_term_disability") == [(day("2024-02-10"), None, "true", None)]


def test_conditions_are_counted_by_group(built: DuckDBEngine) -> None:
    assert [(start, number) for start, _, _, number in held(built, "jon", "multimorbidity_count")] == [
        (day("1957-03-15"), 0.0),
        (day("2025-01-10"), 1.0),
    ]


def test_places_give_deprivation_and_fuel_poverty(built: DuckDBEngine) -> None:
    assert [number for *_, number in held(built, "bob", "imd_decile")] == [1.0]
    assert [number for *_, number in held(built, "bob", "fuel_poverty_percentile")] == [100.0]
    found = built.query("SELECT imd2025_decile FROM reference.lsoa21 ORDER BY lsoa21_code").to_pylist()
    assert [row["imd2025_decile"] for row in found] == [1, 2]
    found = built.query("SELECT imd2019_decile FROM reference.lsoa11 ORDER BY lsoa11_code").to_pylist()
    assert [row["imd2019_decile"] for row in found] == [2, None]


# -- segments


def moves(built: DuckDBEngine, name: str) -> list[tuple[str, date]]:
    """The subsegments of a person in order, each with the month end at which it was first seen."""
    found: list[tuple[str, date]] = []
    for month_end, code in rows(built, "segments.history", name, "t.month_end, t.subsegment_code"):
        if not found or found[-1][0] != code:
            found.append((code, month_end))
    return found


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("ann", ["3b", "4a"]), ("bob", ["1c"]), ("cat", ["3f", "1b"]), ("dan", ["1c", "2a"]),
        ("eve", ["1c", "2b"]), ("fay", ["3d"]), ("lee", ["3c"]), ("moe", ["1c", "3f"]),
    ],
)  # fmt: skip
def test_people_move_between_subsegments_as_their_lives_do(
    built: DuckDBEngine, name: str, codes: list[str]
) -> None:
    assert [code for code, _ in moves(built, name)] == codes


def test_a_move_is_seen_at_the_month_end_after_it(built: DuckDBEngine) -> None:
    assert dict(moves(built, "ann"))["4a"] == day("2025-05-31")
    assert dict(moves(built, "cat"))["1b"] == day("2025-11-30")
    assert dict(moves(built, "eve"))["2b"] == day("2025-09-30")


def test_people_who_left_or_died_count_to_their_last_day(built: DuckDBEngine) -> None:
    columns = "t.subsegment_code, t.person_days, t.is_registered_as_at"
    assert rows(built, "segments.window", "bob", columns) == [("1c", 183, False)]
    assert rows(built, "segments.window", "dan", columns) == [("2a", 295, False)]
    assert rows(built, "segments.window", "fay", columns) == [("3d", 365, True)]
    assert rows(built, "segments.window", "ivy", columns) == []
    last = rows(built, "segments.history", "dan", "t.as_at, t.is_registered_at_month_end")[-1]
    assert last == (day("2026-01-20"), False)


def test_the_snapshot_has_a_row_for_each_year_end_and_says_what_held_then(built: DuckDBEngine) -> None:
    columns = "t.as_at, t.subsegment_code, t.frailty, t.has_diabetes, t.n_gp_appointment, t.gp_contacts"
    found = rows(built, "person.snapshot", "ann", columns)
    assert [row[0] for row in found] == [day(f"{year}-03-31") for year in (2023, 2024, 2025, 2026)]
    assert found[2][1:4] == ("3b", "fit", True)
    assert found[3][1:] == ("4a", "severe", True, 10, 12)


def test_every_promise_of_the_build_is_kept(built: DuckDBEngine) -> None:
    definitions = load()
    pods = [pod["point_of_delivery"] for pod in definitions.tables()["point_of_delivery"]]
    found = run_checks(built, all_files(definitions).values(), pods, None)
    assert len(found) > 15
    assert {name: n for name, n in found.items() if n} == {}


def test_no_table_but_person_holds_the_pseudonym(built: DuckDBEngine) -> None:
    kept = [table for table in built.tables() if not table.startswith("working.")]
    assert [table for table in kept if "person_id" in built.columns(table)] == ["person.person"]


def test_intervals_end_after_they_begin(built: DuckDBEngine) -> None:
    for table, start, end in (
        ("attributes.person_attribute", "from_date", "to_date"),
        ("person.registration", "start_date", "end_date"),
    ):
        found = built.query(f"SELECT COUNT(*) AS n FROM {table} WHERE {end} <= {start}")
        assert found.column("n")[0].as_py() == 0
    assert AS_AT + timedelta(days=1) == day("2026-04-01")
