"""PS-01, PS-03, PS-04, PS-08, PS-09, PS-10: keys, zones, one pseudonym, vault, re-issued numbers, errors.

PS-02 is test_canaries.py, PS-05 tests/unit/custodian/test_rotation.py, PS-06 and PS-07 test_upholding.py.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from openphm.cli.main import run
from openphm.cli.zones import SECRETS
from openphm.core import CustodianRefused
from openphm.custodian import Home, Vault
from openphm.custodian.key_files import PASSPHRASE_VARIABLE
from openphm.custodian.key_vault import TOKEN, TOKEN_FILE
from openphm.custodian.keys import KEY_VARIABLE, RootKey
from openphm.custodian.superseded import follow_chains
from tests.faults.deliveries import Raw, a_gp_event, a_patient, a_spell, nhs_number


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    return Raw(tmp_path / "raw", Home.make(tmp_path / "home", environment={}), tmp_path / "out")


def test_ps01_a_wrong_key_is_refused_before_anything_is_written(raw: Raw, tmp_path: Path) -> None:
    other = Home.make(tmp_path / "other", environment={})
    shutil.copy(other.folder / "keys" / "e1.key", raw.home.folder / "keys" / "e1.key")
    raw.write("gp_event", [a_gp_event(1)])
    outcome = raw.pseudonymise()
    assert isinstance(outcome.error, CustodianRefused) and outcome.error.exit_code == 14
    assert not raw.out.exists() and not raw.out.with_name("out.tmp").exists()
    assert not (raw.home.folder / "vault.sqlite").exists()


def test_ps01_a_key_of_another_epoch_does_not_open_the_vault(raw: Raw) -> None:
    raw.write("gp_event", [a_gp_event(1)])
    [event] = raw.pseudonymise().rows("gp_event")
    secret = raw.home.key().secret
    with pytest.raises(CustodianRefused):
        Vault(raw.home.vault_path, RootKey("e2", secret)).open(event["person_id"])


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("command", ["build", "builds", "check", "report", "audit"])
def test_ps03_zone_p_does_not_start_while_a_secret_of_zone_i_is_in_its_environment(
    name: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, "do-not-show-this")
    assert run([command, "list", "--store", str(tmp_path)]) == 14
    said = capsys.readouterr()
    assert name in said.err and "do-not-show-this" not in said.err + said.out


def test_ps03_the_names_of_the_secrets_are_those_the_custodian_reads() -> None:
    assert set(SECRETS) == {KEY_VARIABLE, PASSPHRASE_VARIABLE, TOKEN, TOKEN_FILE}


@pytest.mark.parametrize("place", ["home", "home/store", "."])
def test_ps03_zone_p_does_not_work_in_reach_of_a_custodians_home(
    raw: Raw, tmp_path: Path, place: str
) -> None:
    store = tmp_path / place
    store.mkdir(exist_ok=True)
    assert run(["builds", "list", "--store", str(store)]) == 14


def test_ps03_a_home_in_the_folder_one_stands_in_does_not_stop_work_on_a_store_beside_it(
    raw: Raw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "store").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(["builds", "list", "--store", "store"]) != 14


def test_ps03_a_process_of_zone_p_never_loads_the_custodian() -> None:
    code = (
        "import sys; from openphm.cli.main import run; "
        "[run([name, '--help']) for name in ('build', 'builds', 'check', 'report', 'audit', 'definitions')]; "
        "sys.exit(any(name.startswith('openphm.custodian') for name in sys.modules))"
    )
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    assert subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True).returncode == 0


def test_ps04_one_person_in_three_feeds_has_one_pseudonym_and_another_under_another_key(
    raw: Raw, tmp_path: Path
) -> None:
    raw.write("gp_patient", [a_patient(4)])
    raw.write("gp_event", [a_gp_event(4)])
    raw.write("sus_apc_spell", [a_spell(4)])
    outcome = raw.pseudonymise()
    found = {outcome.rows(one)[0]["person_id"] for one in ("gp_patient", "gp_event", "sus_apc_spell")}
    assert len(found) == 1
    elsewhere = Raw(raw.folder, Home.make(tmp_path / "elsewhere", environment={}), tmp_path / "out2")
    assert {elsewhere.pseudonymise().rows("gp_event")[0]["person_id"]}.isdisjoint(found)


@pytest.mark.parametrize("harm", ["swap", "flip"])
def test_ps08_a_swapped_or_edited_row_of_the_vault_is_noticed(raw: Raw, harm: str) -> None:
    raw.write("gp_event", [a_gp_event(1), a_gp_event(2)])
    first, second = (row["person_id"] for row in raw.pseudonymise().rows("gp_event"))
    with closing(sqlite3.connect(raw.home.vault_path)) as connection, connection:
        sealed = dict(connection.execute("SELECT person_id, sealed FROM person").fetchall())
        new = sealed[second] if harm == "swap" else bytes([sealed[first][0] ^ 1]) + sealed[first][1:]
        connection.execute("UPDATE person SET sealed = ? WHERE person_id = ?", [new, first])
    vault = Vault(raw.home.vault_path, raw.home.key())
    with pytest.raises(CustodianRefused):
        vault.open(first)
    assert vault.open(second) == nhs_number(2)


def numbers_replaced(raw: Raw, *rows: tuple[int, int, str]) -> None:
    listed = [
        {"old_number": nhs_number(old), "new_number": nhs_number(new), "reason": reason}
        for old, new, reason in rows
    ]
    raw.reference("custodian_superseded_number", listed)


def test_ps09_a_number_issued_anew_stays_another_person(raw: Raw) -> None:
    numbers_replaced(raw, (1, 2, "reissued"), (3, 4, "merged"), (4, 5, "merged"))
    raw.write("gp_event", [a_gp_event(n, nhs_number=nhs_number(n)) for n in (1, 2, 3, 4, 5)])
    outcome = raw.pseudonymise()
    assert outcome.error is None, str(outcome.error)
    person = {row["row_number"]: row["person_id"] for row in outcome.rows("gp_event")}
    assert person[1] != person[2]
    assert person[3] == person[4] == person[5]
    assert Vault(raw.home.vault_path, raw.home.key()).open(person[3]) == nhs_number(5)


def test_ps09_rings_and_forks_of_replaced_numbers_are_left_alone() -> None:
    assert follow_chains([("a", "b"), ("b", "a"), ("c", "d"), ("c", "e"), ("x", "c"), ("y", "z")]) == {
        "y": "z"
    }


def test_ps09_the_list_of_replaced_numbers_does_not_leave(raw: Raw) -> None:
    numbers_replaced(raw, (3, 4, "merged"))
    raw.write("gp_event", [a_gp_event(1)])
    raw.pseudonymise()
    assert not [path for path in raw.out.rglob("*") if "superseded" in path.name]


def test_ps10_a_fault_says_nothing_of_the_rows_it_happened_on(raw: Raw, tmp_path: Path) -> None:
    """A process that dies in the middle of identifiable rows: its output and what it leaves behind."""
    raw.write("gp_patient", [a_patient(place, surname="Quillfeather") for place in range(30)])
    code = (
        "import sys, openphm.custodian.persons as persons; from openphm.cli.main import run\n"
        "def broken(self, checked):\n"
        "    held = self.engine.query(checked.clean_sql(checked.names)).to_pylist()\n"
        "    raise RuntimeError(str(held[0]))\n"
        "persons.Persons.learn = broken\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    words = ["custodian", "pseudonymise", str(raw.folder), str(raw.out), "--home", str(raw.home.folder)]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and "RuntimeError" in done.stderr
    for canary in ("Quillfeather", nhs_number(0), "ZZ1 1AA", "1980-05-17"):
        assert canary not in done.stdout + done.stderr
    left = [path for path in tmp_path.rglob("*") if path.is_file() and raw.folder not in path.parents]
    assert not [path for path in left if b"Quillfeather" in path.read_bytes()]
