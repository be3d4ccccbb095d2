"""PS-05: a change of key, from the vault to the build; killed at every step, and run again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from rich.console import Console

from openphm.cli.rekeying import rekey_store
from openphm.core import CustodianRefused, StoreError
from openphm.custodian import Home, Vault
from openphm.custodian.rotation import Rotated, finish, rotate
from openphm.definitions import load
from openphm.store import Builds, DuckDBEngine
from openphm.store.rekey_map import CODE_VARIABLE, open_map
from tests.faults.deliveries import Raw, a_gp_event, a_patient, nhs_number

PEOPLE = 50


class Killed(Exception):
    """Stands for a process that dies here."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.make(tmp_path / "home", environment={})
    raw = Raw(tmp_path / "raw", made, tmp_path / "out")
    raw.write("gp_patient", [a_patient(place) for place in range(PEOPLE)])
    raw.write(
        "gp_event",
        [a_gp_event(place, nhs_number="" if place == 7 else nhs_number(place)) for place in range(40)],
    )
    assert raw.pseudonymise().error is None
    return made


def a_store(folder: Path, people: list[str]) -> Builds:
    builds = Builds(folder)
    with builds.new() as new:
        with DuckDBEngine(new.database) as engine:
            rows = pa.table({"person_key": list(range(len(people))), "person_id": people})
            engine.load_rows("working.people", rows)
            engine.create_table("person.person", "SELECT * FROM working.people", sort_by=["person_key"])
            engine.drop("working.people")
            engine.create_table(
                "activity.event", "SELECT person_key, 'ed' AS setting FROM person.person", encode=["setting"]
            )
            engine.create_view("build.parameters", "SELECT DATE '2026-03-31' AS as_at")
        builds.publish(new.finish(as_at="2026-03-31").id)
    return builds


def people_of(home: Home) -> list[str]:
    return [one[0] for part in Vault(home.vault_path, home.key()).everybody(1000) for one in part]


def steps(home: Home, tmp_path: Path) -> list[str]:
    said: list[str] = []
    copy = tmp_path / "copy"
    shutil.copytree(home.folder, copy)
    rotate(Home.open(copy, {}), load(), tell=said.append)
    return said


def test_ps05_a_rotation_killed_at_any_step_leaves_the_old_state_whole_and_can_be_run_again(
    home: Home, tmp_path: Path
) -> None:
    before = people_of(home)
    said = steps(home, tmp_path)
    for last in said[: said.index("changing over") + 1]:

        def die(step: str, last: str = last) -> None:
            if step == last:
                raise Killed

        with pytest.raises(Killed):
            rotate(home, load(), tell=die)
        again = Home.open(home.folder, {})
        assert again.epoch == "e1" and people_of(again) == before
    done = rotate(Home.open(home.folder, {}), load())
    after = Home.open(home.folder, {})
    assert done.to_epoch == after.epoch == "e2"
    assert not set(people_of(after)) & set(before) and len(people_of(after)) == PEOPLE


def test_rotation_keeps_who_is_who(home: Home) -> None:
    numbers = {person: Vault(home.vault_path, home.key()).open(person) for person in people_of(home)}
    done = rotate(home, load())
    after = Home.open(home.folder, {})
    assert done.map_path is not None
    vault = Vault(after.vault_path, after.key())
    given = open_map(done.map_path, done.code)
    assert {vault.open(given.people[old]) for old in numbers} == set(numbers.values())
    assert all(vault.open(given.people[old]) == number for old, number in numbers.items())


def test_dry_run_changes_nothing(home: Home) -> None:
    before = sorted((path, path.read_bytes()) for path in home.folder.rglob("*") if path.is_file())
    assert rotate(home, load(), dry_run=True).people == PEOPLE
    assert before == sorted((path, path.read_bytes()) for path in home.folder.rglob("*") if path.is_file())


def test_finish_destroys_the_old_key_and_a_second_rotation_waits_for_it(home: Home) -> None:
    rotate(home, load())
    after = Home.open(home.folder, {})
    with pytest.raises(CustodianRefused, match="not finished"):
        rotate(after, load())
    assert finish(after) == "e1"
    assert not (home.folder / "keys" / "e1.key").exists() and not (home.folder / "vault.sqlite").exists()
    assert len(people_of(Home.open(home.folder, {}))) == PEOPLE


def test_the_map_holds_no_number_and_no_pseudonym_in_the_open(home: Home) -> None:
    before = people_of(home)
    done = rotate(home, load())
    assert done.map_path is not None
    sealed = done.map_path.read_bytes()
    assert done.map_path.stat().st_mode & 0o077 == 0
    assert not any(one.encode() in sealed for one in before)
    with pytest.raises(StoreError):
        open_map(done.map_path, done.code[:-4] + "AAA=")


def sealed_for(home: Home, tmp_path: Path) -> tuple[Builds, Rotated, list[str]]:
    people = [*people_of(home), "u" + "a" * 26]
    store = a_store(tmp_path / "store", people)
    return store, rotate(home, load()), people


def live_people(builds: Builds) -> list[str]:
    with builds.open_current() as engine:
        return engine.query("SELECT person_id FROM person.person ORDER BY person_key")[
            "person_id"
        ].to_pylist()


def test_a_map_makes_one_new_build_and_is_gone(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds, done, people = sealed_for(home, tmp_path)
    old = builds.live_id()
    monkeypatch.setenv(CODE_VARIABLE, done.code)
    kept = tmp_path / "kept.map"
    shutil.copy(str(done.map_path), kept)
    rekey_store(builds, str(done.map_path), dry_run=True, console=Console(quiet=True))
    assert builds.live_id() == old
    rekey_store(builds, str(done.map_path), dry_run=False, console=Console(quiet=True))
    now = live_people(builds)
    assert builds.live_id() != old and not Path(str(done.map_path)).exists()
    assert set(now[:-1]) == set(people_of(Home.open(home.folder, {}))) and not set(now) & set(people)
    assert now[-1].startswith("u") and len(now) == len(people)
    database = builds.current().database.read_bytes()
    assert not any(one.encode() in database for one in people)
    with builds.open_current() as engine:
        assert engine.columns("activity.event")["setting"] == "STRING"
        assert engine.count_rows("build.parameters") == 1
    assert builds.verify(builds.live_id(), tables=True) == ()
    made = builds.live_id()
    rekey_store(builds, str(kept), dry_run=False, console=Console(quiet=True))
    assert builds.live_id() == made and not kept.exists(), "a second copy of the map makes no second build"


def test_a_wrong_code_changes_nothing(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builds, done, people = sealed_for(home, tmp_path)
    monkeypatch.setenv(CODE_VARIABLE, "not the code")
    with pytest.raises(StoreError, match="code"):
        rekey_store(builds, str(done.map_path), dry_run=False, console=Console(quiet=True))
    assert live_people(builds) == people and Path(str(done.map_path)).exists()
