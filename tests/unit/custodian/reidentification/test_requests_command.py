"""`openphm custodian requests`, `registrations` and `verify`: re-identification without a browser."""

from __future__ import annotations

import base64
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from openphm.cli.main import run
from openphm.custodian import Home
from openphm.custodian.reidentification import Registrations, folder_of
from tests.faults.deliveries import Raw, a_patient, a_registration, nhs_number
from tests.support.reidentifying import PASSWORD, REGISTER, Room


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room.make(tmp_path_factory.mktemp("zone-i") / "home")


@pytest.fixture
def room(template: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("OPENPHM_CUSTODIAN_PASSWORD", PASSWORD)
    return Room.copy_of(template, tmp_path).made_today()


def desk(room: Room, *words: str, name: str = "guardian") -> int:
    account = [] if words[0] in ("submit", "register", "user", "users", "expire") else ["--as", name]
    return run(["custodian", "requests", *words, "--home", str(room.folder), *account])


def submitted(room: Room, folder: Path) -> str:
    request = room.request(as_at=room.now.date())
    file = folder / f"{request.request_id}.json"
    file.write_bytes(room.sealed(request))
    assert desk(room, "submit", str(file)) == 0
    return request.request_id


def test_a_list_goes_from_request_to_practice_without_a_browser(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "practice.key"
    assert run(["custodian", "requests", "practice-key", str(key)]) == 0
    public = capsys.readouterr().out.strip()
    practices = {**REGISTER["practices"], "X80001": {"public_key": public}}
    today = room.now.date()
    agreement = {
        **REGISTER["agreements"]["dsa-2026-01"],
        "starts": today - timedelta(days=9),
        "ends": today + timedelta(days=9),
    }
    register = tmp_path / "register.yaml"
    register.write_text(
        yaml.safe_dump({**REGISTER, "practices": practices, "agreements": {"dsa-2026-01": agreement}})
    )
    assert desk(room, "register", str(register)) == 0
    request_id = submitted(room, tmp_path)
    assert desk(room, "show", request_id[:8]) == 0
    assert desk(room, "approve", request_id[:8]) == 0
    assert desk(room, "release", request_id, name="clerk") == 0
    sealed, opened = tmp_path / "list.sealed", tmp_path / "list.csv"
    assert desk(room, "deliver", request_id, "--output", str(sealed), name="clerk") == 0
    assert desk(room, "deliver", request_id, "--output", str(tmp_path / "again"), name="clerk") == 14
    assert (
        run(["custodian", "requests", "open", str(sealed), "--key", str(key), "--output", str(opened)]) == 0
    )
    rows = list(csv.DictReader(io.StringIO(opened.read_text("utf-8"))))
    wanted = {room.number_of(person) for person in room.of("X80001")[:20]}
    assert {row["nhs_number"].replace(" ", "") for row in rows} == wanted
    assert opened.stat().st_mode & 0o077 == 0
    said = capsys.readouterr()
    assert not [number for number in wanted if number in (said.out + said.err).replace(" ", "")]
    assert run(["custodian", "verify", "--home", str(room.folder)]) == 0


def test_the_list_as_json_holds_counts_and_no_person(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request_id = submitted(room, tmp_path)
    capsys.readouterr()
    assert desk(room, "list", "--format", "json") == 0
    answer = json.loads(capsys.readouterr().out)
    row = dict(zip(answer["columns"], answer["rows"][0], strict=True))
    assert (row["request"], row["state"], row["asked"], row["kept"]) == (request_id, "checked", 20, 20)
    assert "person" not in json.dumps(answer)


def test_revoke_refuse_review_expire_and_accounts(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = submitted(room, tmp_path), submitted(room, tmp_path)
    assert desk(room, "revoke", first) == 0
    assert desk(room, "refuse", second, "--why", "wrong_people") == 0
    assert desk(room, "review", second, "--finding", "justified") == 14
    assert desk(room, "end-standing", second) == 14
    assert desk(room, "expire") == 0
    assert desk(room, "user", "dr.drew", "--role", "clinician", "--recipient", "X80003") == 0
    assert desk(room, "user", "dr.drew", "--off") == 0
    assert desk(room, "user", "dr.eve") == 2
    capsys.readouterr()
    assert desk(room, "users", "--format", "json") == 0
    found = {row[0]: row[-1] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert found["dr.drew"] is False
    assert found["guardian"] is True


def test_wrong_password_and_unknown_request_end_with_14_and_a_remedy(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk(room, "show", "0" * 32) == 14
    assert "CustodianRefused" in capsys.readouterr().err
    monkeypatch.setenv("OPENPHM_CUSTODIAN_PASSWORD", "not the password")
    assert desk(room, "list") == 14
    said = capsys.readouterr().err
    assert "[Q_SIGN_IN]" in said
    assert "To mend" in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"suites": {"s": "short"}}, "public key"),
        ({"practices": {"lower": {}}}, "ODS code"),
        ({"surprise": 1}, "not known"),
        ({"agreements": {"a": {"practices": [], "reidentification": "yes"}}}, "names no practice"),
        ({"limits": {"people_in_a_request": -1}}, "zero or more"),
        ({"agreements": {"a": {"starts": date(2026, 2, 1), "ends": date(2026, 1, 1)}}}, "before it begins"),
    ],
)
def test_a_wrong_register_is_refused_whole(
    room: Room, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, object], said: str
) -> None:
    before = (folder_of(room.home) / "register.yaml").read_bytes()
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump({**REGISTER, **change}))
    assert desk(room, "register", str(file)) == 10
    assert said in capsys.readouterr().err
    assert (folder_of(room.home) / "register.yaml").read_bytes() == before


def test_keys_are_private_and_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["custodian", "requests", "practice-key"], ["reidentify", "key"]):
        path = tmp_path / f"{words[0]}.key"
        assert run([*words, str(path)]) == 0
        public = base64.b64decode(capsys.readouterr().out.strip())
        key = load_pem_private_key(path.read_bytes(), password=None)
        assert key.public_key().public_bytes_raw() == public  # type: ignore[union-attr]
        assert path.stat().st_mode & 0o077 == 0
        assert run([*words, str(path)]) == 2


def test_a_practices_key_that_others_can_read_is_refused(room: Room, tmp_path: Path) -> None:
    key = tmp_path / "practice.key"
    run(["custodian", "requests", "practice-key", str(key)])
    assert isinstance(load_pem_private_key(key.read_bytes(), password=None), X25519PrivateKey)
    key.chmod(0o644)
    file = tmp_path / "list.sealed"
    file.write_bytes(b"openphm sealed list 1\n")
    words = ["custodian", "requests", "open", str(file), "--key", str(key), "--output", str(tmp_path / "out")]
    assert run(words) == 14
    key.chmod(0o600)
    assert run(words) == 14
    assert not (tmp_path / "out").exists()


@pytest.fixture
def raw(tmp_path: Path) -> Raw:
    made = Raw(tmp_path / "raw", Home.make(tmp_path / "home", {}), tmp_path / "out")
    rows = [a_registration(place) for place in range(10)]
    rows.append(a_registration(10, end_date="2020-01-01"))
    rows.append(a_registration(90, nhs_number=nhs_number(0), practice_code="X80003", start_date="2024-02-01"))
    rows.append(
        a_registration(91, nhs_number=nhs_number(1), registration_type="Temporary", start_date="2025-02-01")
    )
    rows.append(a_registration(11, start_date="2027-01-01"))
    made.write("gp_registration", rows)
    made.write("gp_patient", [a_patient(2, death_date="2025-05-05"), *(a_patient(n) for n in range(3, 10))])
    return made


def test_the_list_of_registrations_is_of_the_living_at_their_latest_practice(
    raw: Raw, capsys: pytest.CaptureFixture[str]
) -> None:
    home = raw.home.folder
    words = ["custodian", "registrations", "load", str(raw.folder), "--home", str(home)]
    assert run([*words, "--as-at", "2026-04-15"]) == 0
    assert "9 people" in capsys.readouterr().out
    found = Registrations(folder_of(raw.home))
    assert found.as_at == date(2026, 4, 15)
    assert sum(found.practices().values()) == 9
    assert run([*words, "--as-at", "2026-04-14"]) == 14
    assert run(["custodian", "registrations", "show", "--home", str(home), "--format", "json"]) == 0
    kept = b"".join(one.read_bytes() for one in folder_of(raw.home).rglob("*") if one.is_file())
    assert b"Quillfeather" not in kept
    assert nhs_number(3).encode() not in kept


def test_a_folder_without_registrations_is_a_mistake(raw: Raw) -> None:
    patients = next(raw.folder.rglob("gp_patient*"))
    words = ["custodian", "registrations", "load", str(patients), "--home", str(raw.home.folder)]
    assert run([*words, "--as-at", datetime.now(UTC).date().isoformat()]) == 2
