"""Do records without a number find their person, and nobody else?"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from openphm.custodian import Home
from openphm.custodian.linkage import LinkageSettings, read_report
from openphm.custodian.linkage.comparable import soundex_sql
from openphm.definitions import load
from openphm.store import DuckDBEngine
from tests.faults.deliveries import Outcome, Raw, Row, a_patient, nhs_number
from tests.linkage.labelled import measure
from tests.linkage.made_up import make
from tests.linkage.measuring import link, qualities

NAMES = ("Ottoline", "Bertrand", "Cressida", "Dunstan", "Elowen", "Florian", "Gisela", "Hadrian")


def test_shipped_settings_are_sound() -> None:
    settings = LinkageSettings.of(load())
    assert settings.accept > settings.review and settings.nicknames["BILL"] == "WILLIAM"


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("ROBERT", "R163"), ("RUPERT", "R163"), ("RUBIN", "R150"), ("ASHCRAFT", "A261"), ("TYMCZAK", "T522"),
        ("PFISTER", "P236"), ("HONEYMAN", "H555"), ("LEE", "L000"),
    ],
)  # fmt: skip
def test_soundex_is_that_of_the_national_archives(name: str, sound: str) -> None:
    with DuckDBEngine(threads=1) as engine:
        assert engine.query(f"SELECT {soundex_sql(chr(39) + name + chr(39))} AS s")["s"][0].as_py() == sound


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    made = make(40_000, 8_000, seed=3)
    with DuckDBEngine(memory_limit="1GB", threads=2) as engine:
        link(engine, made, tmp_path_factory.mktemp("spill"), "1GB")
        return {one.group: one for one in qualities(engine)}


def test_precision_and_recall_on_made_up_people(found: dict) -> None:
    everybody, no_key = found["all all"], found["no exact key links no exact key"]
    assert everybody.precision >= 0.999 and everybody.recall >= 0.97
    assert no_key.precision >= 0.999 and no_key.recall >= 0.90


def test_no_group_is_linked_much_worse(found: dict) -> None:
    for name, one in found.items():
        if name.startswith(("ethnicity", "deprivation")) and one.people >= 100:
            assert one.recall >= 0.97, str(one)


# One delivery: a register, and a council that knows some of its people.


def someone(place: int, **other: str) -> Row:
    return a_patient(
        place, forename=NAMES[place % 8], surname=f"Quill{chr(97 + place // 8)}ford",
        birth_date=f"19{40 + place}-03-{place % 27 + 1:02d}",
        postcode=f"ZZ{place // 10 + 1} {place % 10}AA", **other,
    )  # fmt: skip


def a_service(place: int, number: str = "", **other: str) -> Row:
    person = someone(place)
    row = {
        "council_code": "X99", "report_period_end": "2026-03-31", "nhs_number": number,
        "local_patient_id": f"C{place}", "client_type": "Service User", "event_type": "Service",
        "event_key": f"S{place}-{len(other)}", "start_date": "2025-05-05", "sex_code": "Female",
    }  # fmt: skip
    return row | {name: person[name] for name in ("forename", "surname", "birth_date", "postcode")} | other


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    made = Raw(tmp_path / "raw", Home.make(tmp_path / "home", environment={}), tmp_path / "out")
    made.write("gp_patient", [someone(place) for place in range(40)])
    return made


def council(outcome: Outcome) -> dict[int, str]:
    return {row["row_number"]: row["person_id"] for row in outcome.rows("social_care_event")}


def register(outcome: Outcome) -> list[str]:
    rows = sorted(outcome.rows("gp_patient"), key=lambda row: row["row_number"])
    return [row["person_id"] for row in rows]


def test_ways_to_find_a_person(raw: Raw) -> None:
    raw.write("social_care_event", [
        a_service(1),
        a_service(2, forename=NAMES[2][:5], postcode="ZZ9 9ZZ"),
        a_service(3, birth_date="1943-04-03"),
        a_service(4, forename="Zuleika", surname="Nobodyelse", birth_date="1901-01-01", postcode=""),
        a_service(5, forename="Zuleika", surname="Nobodyelse", birth_date="1901-01-01", postcode=""),
        a_service(5, nhs_number(5), event_key="S5-again"),
    ])  # fmt: skip
    outcome = raw.pseudonymise()
    people, known = council(outcome), register(outcome)
    assert people[1] == known[1], "an exact key"
    assert people[4].startswith("u") and people[4] not in known, "nobody like that is registered"
    assert people[5] == people[6] == known[5], "another row of the council's own person has the number"
    outcome.assert_adds_up()
    [counted] = [row for row in outcome.quality("linkage") if row["record"] == "social_care_event"]
    assert counted["rows_no_number"] == 5 and counted["rows"] == 6
    assert counted["rows_linked"] == sum(one in known for one in people.values())


def test_rows_of_one_unlinked_person_are_one_person(raw: Raw) -> None:
    nobody = {"forename": "Zuleika", "surname": "Nobodyelse", "birth_date": "1901-01-01", "postcode": ""}
    rows = [a_service(4, **nobody), a_service(4, **nobody, event_key="S4-b"), a_service(9, **nobody)]
    raw.write("social_care_event", rows)
    people = council(raw.pseudonymise())
    assert people[1] == people[2] != people[3]


def test_twins_are_never_taken_for_each_other(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(1, forename="Rosamund", local_patient_id="TWIN")])
    outcome = raw.pseudonymise()
    assert council(outcome)[1].startswith("u"), "the twin of somebody on the register is somebody else"


def test_a_father_is_never_taken_for_his_son(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(30, birth_date="1995-08-20", local_patient_id="SON")])
    assert council(raw.pseudonymise())[1].startswith("u")


def test_a_decision_is_repeated_in_the_next_run(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(1)])
    first = council(raw.pseudonymise())[1]
    married = {"surname": "Marriedname"}
    raw.write("gp_patient", [someone(place) | (married if place == 1 else {}) for place in range(40)])
    again = raw.pseudonymise()
    assert council(again)[1] == first == register(again)[1]


def test_the_queue_is_looked_at_once_and_decides_for_good(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(1, forename="Rosamund", local_patient_id="CHANGED")])
    assert council(raw.pseudonymise())[1].startswith("u")
    path = raw.home.folder / "review.csv"
    assert path.stat().st_mode & 0o077 == 0
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert [row["source_forename"] for row in rows] == ["ROSAMUND"]
    rows[0]["decision"] = "same"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    for _ in range(2):
        outcome = raw.pseudonymise()
        assert council(outcome)[1] == register(outcome)[1]
    assert list(csv.DictReader(path.open(encoding="utf-8"))) == []


def test_a_decision_that_is_not_known_is_refused(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(1)])
    raw.pseudonymise()
    (raw.home.folder / "review.csv").write_text("case,decision\nabc.def,same\n", "utf-8")
    outcome = raw.pseudonymise()
    assert outcome.error is not None and "review.csv, line 2" in str(outcome.error)


def test_the_report_counts_and_names_nobody(raw: Raw) -> None:
    raw.write("social_care_event", [a_service(n, nhs_number(n) if n > 20 else "") for n in range(40)])
    raw.pseudonymise()
    lines, methods, _ = read_report(raw.home.report_path)
    [whole] = [one for one in lines if one.record == "social_care_event" and one.by == "all"]
    assert whole.rows == 40 and whole.rows_without_number == 21 and whole.rows_found == 21
    assert whole.held_out == 19 and whole.precision == whole.recall == 1.0
    assert sum(methods["social_care_event"].values()) == 21
    text = raw.home.report_path.read_text("utf-8")
    assert not any(name.upper() in text.upper() for name in NAMES) and nhs_number(1) not in text


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("fake_1000", 0.999, 0.15), ("historical_figures_50k", 0.999, 0.3)]
)
def test_labelled_sets_of_others(name: str, precision: float, recall: float, shared: Path) -> None:
    found = measure(name, shared / "data" / "linkage")
    print(name, {way: str(one) for way, one in found.items()})
    assert found["accept"].precision >= precision and found["accept"].recall >= recall
    assert found["accept"].recall > found["exact join"].recall
