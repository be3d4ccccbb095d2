"""Canaries outside the columns of the specifications, and the zones: what lies where, what is never opened.

Canaries in every raw column of every record are in test_canaries_everywhere.py.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from openphm.custodian import Home
from tests.faults.deliveries import Outcome, Raw, a_gp_event, a_patient, a_registration, a_spell, nhs_number
from tests.support.canaries import NUMBER, WANTED


def contents(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file of a folder as text: Parquet unpacked, all values and the metadata."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            said = io.StringIO()
            for name, column in zip(table.column_names, table.columns, strict=True):
                said.write("\n".join([name, *map(str, column.to_pylist())]) + "\n")
            yield path.name, said.getvalue() + str(pq.read_schema(path))
        elif path.is_file():
            yield path.name, path.read_text("utf-8")


def assert_absent(outcome: Outcome, wanted: list[str]) -> None:
    for name, text in contents(outcome.out):
        folded = text.casefold()
        assert not [one for one in wanted if one.casefold() in folded], name


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home.make(tmp_path_factory.mktemp("zone-i") / "home", environment={})


def test_columns_that_no_specification_names_do_not_leave(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    path = raw.write("gp_event", [a_gp_event(place) for place in range(5)])
    lines = path.read_text().splitlines()
    extra = WANTED
    head = [f"EXTRA {n}" for n in range(len(extra))]
    path.write_text("\n".join([",".join([lines[0], *head]), *(",".join([one, *extra]) for one in lines[1:])]))
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["columns_dropped"] == len(extra)
    assert_absent(outcome, extra)


def enrolments(raw: Raw, name: str, services: list[str]) -> None:
    folder = raw.folder / "enrolments"
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{service},{nhs_number(1)},2025-06-15" for service in services]
    (folder / name).write_text("\n".join(["INTERVENTION_ID,NHS_NUMBER,ENROLLED_DATE", *rows]))


def test_a_row_of_a_services_list_that_names_another_service_does_not_leave(
    tmp_path: Path, home: Home
) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_registration", [a_registration(place) for place in range(3)])
    enrolments(raw, "hiu_trent.csv", ["hiu_trent", "evaluations/hiu_trent", *WANTED])
    outcome = raw.pseudonymise()
    assert outcome.document is not None, outcome.error
    assert (outcome.document["enrolments"]["rows"], outcome.document["enrolments"]["other_service"]) == (
        2,
        len(WANTED),
    )
    assert_absent(outcome, WANTED)


def test_a_services_list_with_a_number_for_a_name_is_refused(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_registration", [a_registration(place) for place in range(3)])
    enrolments(raw, f"hiu_{NUMBER}.csv", ["hiu_trent"])
    outcome = raw.pseudonymise()
    assert outcome.error is not None and outcome.error.exit_code == 11
    assert NUMBER not in str(outcome.error)


def test_no_number_of_the_vault_is_in_any_file_of_the_delivery(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    patients = [a_patient(place) for place in range(200)]
    raw.write("gp_patient", patients)
    raw.write("gp_event", [a_gp_event(place) for place in range(400)])
    raw.write("sus_apc_spell", [a_spell(place) for place in range(200)])
    outcome = raw.pseudonymise()
    numbers = {row["nhs_number"] for row in patients}
    for name, text in contents(outcome.out):
        assert not numbers & set(text.split()), name
        assert not [one for one in numbers if one in text], name


def test_key_and_vault_never_lie_in_the_delivery(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_event", [a_gp_event(1)])
    outcome = raw.pseudonymise()
    secret = home.key().secret
    for path in outcome.out.rglob("*"):
        assert path.suffix in (".parquet", ".json", "")
        assert path.is_dir() or secret not in path.read_bytes()


@pytest.mark.parametrize("places", [("raw", "raw/out"), ("raw", "home/out"), ("home/raw", "out")])
def test_zones_are_not_mixed(tmp_path: Path, places: tuple[str, str]) -> None:
    made = Home.make(tmp_path / "home", environment={})
    raw = Raw(tmp_path / places[0], made, tmp_path / places[1])
    raw.write("gp_event", [a_gp_event(1)])
    outcome = raw.pseudonymise()
    assert outcome.error is not None and outcome.error.exit_code == 14


def test_the_planted_truth_is_never_opened(tmp_path: Path, home: Home) -> None:
    raw = Raw(tmp_path / "raw", home, tmp_path / "out")
    raw.write("gp_event", [a_gp_event(1)])
    for folder in (raw.folder / "truth", raw.folder / "extracts" / "truth"):
        folder.mkdir()
        (folder / "gp_event.csv").write_text("not even a header")
        (folder / "people.parquet").write_bytes(b"unreadable")
    outcome = raw.pseudonymise()
    assert outcome.document is not None and outcome.document["rows_loaded"] == 1
