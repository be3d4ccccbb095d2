"""A dozen people as at 31 March 2026, each made to show one rule of the build.

ann   severe frailty coded in May 2025 over diabetes            3b, then 4a
bob   nothing recorded; left on 30 September 2025               1c to his last day
cat   a child whose asthma resolved in November 2025            3f, then 1b
dan   one emergency stay over the new year, then died           1c, then 2a to his last day
eve   five unplanned ED attendances and a planned one           1c, then 2b
fay   depression; moved practice without being signed off       3d
gus   nine deficits at 80, in a nursing home paid by the week   3a
hal   unlinked: no valid NHS number                             nobody's pounds
ivy   linked, but registered nowhere here                       nobody's pounds
jon   metastatic cancer known from a cancer pathway             5a
kay   five medicines, an opioid, a body mass index that fell; an operation and physiotherapy to come    1a
lee   learning disability, on a waiting list, a mental health stay over a month end   3c
moe   hypertension known to a hospital alone; a family history of diabetes            3f
"""

from __future__ import annotations

from typing import Any

from openphm.definitions import Definitions
from tests.engines.cases.made_delivery import MadeDelivery, day

AS_AT = day("2026-03-31")
OLD, NEW = "A81001", "A81002"


def person_id(name: str) -> str:
    """A pseudonym that can be read in a failing test."""
    return ("u" if name == "hal" else "p") + name.ljust(26, "0")


def the_dozen(definitions: Definitions) -> MadeDelivery:
    """The whole delivery."""
    made = MadeDelivery(definitions)
    _reference(made)
    for name, born, sex in _PEOPLE:
        _register(made, name, born, sex)
    for part in (_ann, _bob, _cat, _dan, _eve, _fay, _gus, _strangers, _jon, _kay, _lee, _moe):
        part(made)
    return made


_PEOPLE = (
    ("ann", "1950-06-15", "2"),
    ("bob", "1985-02-15", "1"),
    ("cat", "2015-01-15", "2"),
    ("dan", "1990-09-15", "1"),
    ("eve", "1999-12-15", "2"),
    ("fay", "1980-04-15", "2"),
    ("gus", "1945-08-15", "1"),
    ("jon", "1957-03-15", "1"),
    ("kay", "1970-07-15", "2"),
    ("lee", "1988-05-15", "1"),
    ("moe", "1962-11-15", "1"),
)
_LEFT = {"bob": "2025-10-01"}


def _register(made: MadeDelivery, name: str, born: str, sex: str) -> None:
    made.add(
        "gp_patient", person_id(name), patient_key=f"k{name}", practice_code=OLD, birth_month=day(born),
        sex_code=sex, ethnicity_code="A", lsoa11_code="E01000001", lsoa21_code="E01000001",
        household_id=f"h{name}", household_size=2, is_care_home_address=name == "gus",
        received_date=day("2026-03-31"),
    )  # fmt: skip
    made.add(
        "gp_registration", person_id(name), registration_key=f"r{name}", practice_code=OLD,
        registration_type="Regular", start_date=day("2010-01-01"),
        end_date=day(_LEFT[name]) if name in _LEFT else None,
    )  # fmt: skip


def _code(made: MadeDelivery, name: str, on: str, code: str, value: float | None = None) -> None:
    made.add(
        "gp_event", person_id(name), event_key=f"e{name}{on}{code}", practice_code=OLD, event_date=day(on),
        code=code, value=value,
    )  # fmt: skip


def _see_gp(made: MadeDelivery, name: str, on: str, status: str = "Attended", staff: str = "GP") -> None:
    made.add(
        "gp_appointment", person_id(name), appointment_key=f"a{name}{on}", practice_code=OLD,
        appointment_date=day(on), status=status, staff_type=staff,
    )  # fmt: skip
    made.add(
        "gp_encounter", person_id(name), encounter_key=f"c{name}{on}", practice_code=OLD,
        encounter_date=day(on), encounter_type="Consultation", appointment_key=f"a{name}{on}",
    )  # fmt: skip


def _prescribe(made: MadeDelivery, name: str, on: str, bnf: str, cost: float = 2.5) -> None:
    made.add(
        "gp_medication", person_id(name), item_key=f"m{name}{on}{bnf}", practice_code=OLD,
        item_date=day(on), bnf_code=bnf, item_count=1, net_ingredient_cost_gbp=cost,
    )  # fmt: skip


def _admit(made: MadeDelivery, name: str, start: str, end: str, **values: Any) -> str:
    key = f"s{name}{start}"
    made.add(
        "sus_apc_spell", person_id(name), spell_key=key, provider_code="RWD", admission_date=day(start),
        discharge_date=day(end), **values,
    )  # fmt: skip
    return key


def _attend_ed(made: MadeDelivery, name: str, on: str, category: str = "1") -> None:
    made.add(
        "sus_ecds_attendance", person_id(name), attendance_key=f"d{name}{on}", provider_code="RWD",
        department_type_code="01", arrival_date=day(on), attendance_category_code=category, hrg_code="VB08Z",
    )  # fmt: skip


def _ann(made: MadeDelivery) -> None:
    _code(made, "ann", "2010-02-03", "44054006")
    _code(made, "ann", "2020-06-01", "161898004")
    _code(made, "ann", "2025-05-10", "925861000000102")
    for month in range(4, 13):
        _see_gp(made, "ann", f"2025-{month:02}-07")
    _see_gp(made, "ann", "2025-06-20", status="DNA")
    _see_gp(made, "ann", "2025-06-27", staff="Practice nurse")
    made.add(
        "gp_encounter", person_id("ann"), encounter_key="cann", practice_code=OLD,
        encounter_date=day("2025-06-28"), encounter_type="Letter",
    )  # fmt: skip
    made.add(
        "sus_op_appointment", person_id("ann"), appointment_key="oann1", provider_code="RWD",
        appointment_date=day("2025-08-01"), first_attendance_code="1", attended_code="5",
        treatment_function_code="300", tariff_gbp=180.0,
    )  # fmt: skip
    made.add(
        "sus_op_appointment", person_id("ann"), appointment_key="oann2", provider_code="RWD",
        appointment_date=day("2024-08-01"), first_attendance_code="2", attended_code="6",
        treatment_function_code="300", tariff_gbp=100.0,
    )  # fmt: skip
    made.add(
        "sus_op_appointment", person_id("ann"), appointment_key="oann3", provider_code="RWD",
        appointment_date=day("2025-09-01"), first_attendance_code="2", attended_code="3",
        treatment_function_code="300", tariff_gbp=99.0,
    )  # fmt: skip


def _bob(made: MadeDelivery) -> None:
    """A letter every month, so that the delivery has four years of history."""
    for position in range(42):
        month = f"{2022 + (position + 3) // 12}-{(position + 3) % 12 + 1:02}"
        made.add(
            "gp_encounter", person_id("bob"), encounter_key=f"cbob{month}", practice_code=OLD,
            encounter_date=day(f"{month}-05"), encounter_type="Letter",
        )  # fmt: skip


def _cat(made: MadeDelivery) -> None:
    _code(made, "cat", "2020-01-10", "195967001")
    _code(made, "cat", "2025-11-05", "162660004")
    made.add(
        "immunisation", person_id("cat"), vaccination_key="vcat1", vaccination_date=day("2025-10-01"),
        site_code=OLD, action_flag="new", procedure_code="86198006",
    )  # fmt: skip
    for flag in ("new", "delete"):
        made.add(
            "immunisation", person_id("cat"), vaccination_key="vcat2", vaccination_date=day("2025-10-02"),
            site_code=OLD, action_flag=flag, procedure_code="86198006",
        )  # fmt: skip


def _dan(made: MadeDelivery) -> None:
    _admit(made, "dan", "2025-12-30", "2026-01-04", admission_method_code="21",
           patient_classification_code="1", hrg_code="DZ11N", tariff_gbp=3000.0)  # fmt: skip
    made.add("death", person_id("dan"), registration_key="xdan", death_date=day("2026-01-20"), cancelled="N")
    made.add("death", person_id("eve"), registration_key="xeve", death_date=day("2025-06-01"), cancelled="Y")


def _eve(made: MadeDelivery) -> None:
    for on in ("2025-05-01", "2025-06-01", "2025-07-01", "2025-08-01", "2025-09-15"):
        _attend_ed(made, "eve", on)
    _attend_ed(made, "eve", "2025-09-20", category="4")


def _fay(made: MadeDelivery) -> None:
    _code(made, "fay", "2015-03-01", "35489007")
    made.add(
        "gp_registration", person_id("fay"), registration_key="rfay2", practice_code=NEW,
        registration_type="Regular", start_date=day("2025-07-15"),
    )  # fmt: skip
    made.add(
        "gp_registration", person_id("fay"), registration_key="rfay3", practice_code="A81003",
        registration_type="Temporary", start_date=day("2025-08-01"), end_date=day("2025-08-15"),
    )  # fmt: skip
    for on, status in (("2025-02-03", "5"), ("2025-02-10", "6"), ("2025-02-17", "3")):
        made.add(
            "talking_therapies_contact", person_id("fay"), contact_key=f"t{on}", person_local="tfay",
            provider_code="NHS01", contact_date=day(on), attendance_status_code=status,
        )  # fmt: skip


_DEFICITS = (
    "161898004", "404640003", "267036007", "105529008", "8510008", "271737000", "38341003", "160689007",
    "396275006",
)  # fmt: skip


def _gus(made: MadeDelivery) -> None:
    for position, code in enumerate(_DEFICITS):
        _code(made, "gus", f"20{15 + position}-04-01", code)
    made.add(
        "social_care_event", person_id("gus"), council_code="503", event_key="sgus1", event_type="Service",
        client_type="Service User", local_patient_id="lgus", start_date=day("2024-02-10"),
        report_period_end=day("2026-03-31"), service_type="Long Term Support: Nursing Care",
        primary_support_reason="Physical Support: Personal care support",
        accommodation_status="Registered nursing home", unit_cost_gbp=1400.0, cost_frequency="Per week",
    )  # fmt: skip
    made.add(
        "social_care_event", person_id("gus"), council_code="503", event_key="sgus2",
        event_type="Assessment", client_type="Service User", local_patient_id="lgus",
        start_date=day("2025-04-20"), end_date=day("2025-04-20"), report_period_end=day("2026-03-31"),
    )  # fmt: skip


def _strangers(made: MadeDelivery) -> None:
    made.add(
        "sus_op_appointment", person_id("hal"), appointment_key="ohal", provider_code="RWD",
        appointment_date=day("2025-10-10"), first_attendance_code="1", attended_code="5",
        treatment_function_code="110", tariff_gbp=150.0, birth_month=day("1975-01-15"), sex_code="1",
    )  # fmt: skip
    made.add(
        "ambulance_incident", person_id("ivy"), incident_key="iivy", provider_code="RX9",
        incident_date=day("2025-11-11"), response_class="See and convey",
    )  # fmt: skip


def _jon(made: MadeDelivery) -> None:
    made.add(
        "cancer_pathway", person_id("jon"), pathway_key="cjon", provider_code="RWD",
        referral_start_date=day("2024-12-01"), first_seen_date=day("2024-12-20"),
        faster_diagnosis_end_date=day("2025-01-10"), diagnosis_code="C780", metastatic_status_code="M1",
    )  # fmt: skip


def _kay(made: MadeDelivery) -> None:
    for month in ("2025-10-01", "2025-11-01", "2025-12-01"):
        for bnf in (
            "0205051F0AAAAAA",
            "0212000B0AAABAB",
            "0106040M0AAAAAA",
            "0103050P0AAAAAA",
            "0407020A0AAACAC",
        ):
            _prescribe(made, "kay", month, bnf)
        _prescribe(made, "kay", month, "0501013B0AAAJAJ")
    _code(made, "kay", "2025-02-02", "60621009", 32.5)
    _code(made, "kay", "2025-12-12", "60621009", 28.0)
    _code(made, "kay", "2025-12-20", "60621009", 250.0)
    _code(made, "kay", "2023-05-01", "77176002")
    _code(made, "kay", "2025-08-08", "1331000000103")


def _lee(made: MadeDelivery) -> None:
    _code(made, "lee", "2000-01-01", "110359009")
    for week in ("2026-01-04", "2026-01-11", "2026-01-18"):
        made.add(
            "waiting_list_pathway", person_id("lee"), pathway_key="wlee", week_ending_date=day(week),
            waiting_list_type="ORTT", provider_code="RWD", treatment_function_code="110",
            clock_start_date=day("2025-12-20"), period_status_code="20",
        )  # fmt: skip
    made.add(
        "waiting_list_pathway", person_id("moe"), pathway_key="wmoe", week_ending_date=day("2026-01-25"),
        waiting_list_type="ORTT", provider_code="RWD", treatment_function_code="110",
        clock_start_date=day("2025-12-20"), period_status_code="20",
    )  # fmt: skip
    for week, to_come_in in (("2026-01-11", "2026-06-30"), ("2026-01-18", "2026-01-21")):
        made.add(
            "waiting_list_pathway", person_id("kay"), pathway_key="wkay", week_ending_date=day(week),
            waiting_list_type="IRTT", provider_code="RWD", treatment_function_code="110",
            clock_start_date=day("2025-12-20"), period_status_code="20", to_come_in_date=day(to_come_in),
        )  # fmt: skip
    made.add(
        "mhsds_spell", person_id("lee"), spell_key="hlee", person_local="mlee", provider_code="RP7",
        admission_date=day("2025-03-20"), discharge_date=day("2025-04-05"),
    )  # fmt: skip
    made.add(
        "sus_op_appointment", person_id("kay"), appointment_key="okay", provider_code="RWD",
        appointment_date=day("2026-01-14"), first_attendance_code="1", attended_code="3",
        treatment_function_code="650", referral_received_date=day("2025-11-20"),
        birth_month=day("1975-01-15"), sex_code="2",
    )  # fmt: skip


def _moe(made: MadeDelivery) -> None:
    key = _admit(made, "moe", "2024-06-01", "2024-06-01", admission_method_code="11",
                 patient_classification_code="2", hrg_code="FZ61Z", tariff_gbp=500.0)  # fmt: skip
    made.add(
        "sus_apc_diagnosis", person_id("moe"), spell_key=key, episode_key="emoe", position=1, code="K573"
    )
    made.add("sus_apc_diagnosis", person_id("moe"), spell_key=key, episode_key="emoe", position=2, code="I10")
    _code(made, "moe", "2024-01-01", "160303001")


def _reference(made: MadeDelivery) -> None:
    for code, name in ((OLD, "Old Road"), (NEW, "New Street")):
        made.add("ref_practice", practice_code=code, name=name, status_code="A")
        made.add("ref_pcn_member", practice_code=code, pcn_code="U00001", pcn_name="North",
                 start_date=day("2020-01-01"))  # fmt: skip
    for code in ("E01000001", "E01000002"):
        made.add("ref_lsoa_lookup", lsoa11_code=code, lsoa21_code=code, change_code="U",
                 ltla_code="E07000001", ltla_name="Anywhere")  # fmt: skip
        made.add("ref_lsoa_geography", lsoa21_code=code, lsoa21_name=f"Anywhere {code[-1]}",
                 ward_code="E05000001", ward_name="Middle",
                 ltla_code="E07000001", ltla_name="Anywhere")  # fmt: skip
        made.add("ref_rural_urban", lsoa11_code=code, rural_urban_code="5")
    made.add("ref_imd2019", lsoa11_code="E01000001", imd_rank=3285)
    made.add("ref_iod2025", lsoa21_code="E01000001", imd_rank=3375)
    made.add("ref_iod2025", lsoa21_code="E01000002", imd_rank=3376)
    made.add("ref_fuel_poverty", lsoa11_code="E01000001", households=400.0, households_fuel_poor=40.0)
    made.add("ref_fuel_poverty", lsoa11_code="E01000002", households=400.0, households_fuel_poor=80.0)
