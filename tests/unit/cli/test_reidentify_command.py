"""`openphm reidentify`: zone P freezes a cohort at one practice, signs, and learns no identity."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from openphm.audit import AuditLog
from openphm.cli.main import run
from openphm.core.reidentification import checksum, signed_bytes
from tests.support.builder import a_person
from tests.support.store import a_store, person_id

PEOPLE = [
    a_person().aged(70).registered_at("X80001"),
    a_person().aged(70).registered_at("X80002"),
    a_person().aged(30).registered_at("X80001"),
    a_person().aged(81).registered_at("X80001"),
]
COHORT = """
id: cohorts/{name}
version: "1"
status: active
title: Older people
source: made for a test
licence: made for a test
owner: nobody
date_reviewed: 2026-01-01
date_next_review: 2027-01-01
all:
  - {part}
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_store(tmp_path_factory.mktemp("village") / "store", PEOPLE)


@pytest.fixture
def key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Path, Ed25519PublicKey]:
    path = tmp_path / "suite.key"
    assert run(["reidentify", "key", str(path)]) == 0
    public = base64.b64decode(capsys.readouterr().out.strip())
    return path, Ed25519PublicKey.from_public_bytes(public)


def words(
    store: Path, key: Path, output: Path, cohort: str, overlay: Path, recipient: str = "X80001"
) -> list[str]:
    return [
        "reidentify", "request", cohort, "--store", str(store), "--recipient", recipient, "--requester",
        "dr.amber", "--role", "clinician", "--agreement", "dsa-1", "--key", str(key), "--output", str(output),
        "--definitions", str(overlay),
    ]  # fmt: skip


@pytest.fixture
def overlay(tmp_path: Path) -> Path:
    folder = tmp_path / "site" / "cohorts"
    folder.mkdir(parents=True)
    parts = {
        "older": "{attribute: age, at_least: 65}",
        "reused": "{cohort: older}",
        "nobody": "{attribute: age, at_least: 110}",
    }
    for name, part in parts.items():
        (folder / f"{name}.yaml").write_text(COHORT.format(name=name, part=part))
    return tmp_path / "site"


@pytest.mark.parametrize("cohort", ["older", "reused"])
def test_a_request_holds_the_practices_own_people_and_the_criteria_in_full(
    store: Path, key: tuple[Path, Ed25519PublicKey], overlay: Path, tmp_path: Path, cohort: str
) -> None:
    output = tmp_path / "request.json"
    assert run(words(store, key[0], output, cohort, overlay)) == 0
    envelope = json.loads(output.read_bytes())
    key[1].verify(base64.b64decode(envelope["signature"]), signed_bytes("request", envelope["body"]))
    body = envelope["body"]
    assert body["person_ids"] == [person_id(1), person_id(4)]
    assert body["purpose"] == "direct_care"
    assert body["criteria_sha256"] == checksum(body["criteria"])
    assert json.dumps(body["criteria"]).count("age") == 1
    assert "cohort" not in json.dumps(body["criteria"])
    assert output.stat().st_mode & 0o077 == 0
    entry = AuditLog.beside(store).last(1)[0]
    assert (entry.event, entry.detail["people"]) == ("reidentification.asked", 2)
    assert not [person for person in body["person_ids"] if person in AuditLog.beside(store).path.read_text()]


def test_an_empty_cohort_and_a_key_that_others_can_read_are_refused(
    store: Path, key: tuple[Path, Ed25519PublicKey], overlay: Path, tmp_path: Path
) -> None:
    output = tmp_path / "request.json"
    assert run(words(store, key[0], output, "nobody", overlay)) == 2
    key[0].chmod(0o644)
    assert run(words(store, key[0], output, "older", overlay)) == 14
    assert not output.exists()


def test_it_is_sent_over_tls_or_to_this_machine_alone(
    store: Path, key: tuple[Path, Ed25519PublicKey], overlay: Path, tmp_path: Path
) -> None:
    given = words(store, key[0], tmp_path / "request.json", "older", overlay)
    at = given.index("--output")
    sent = [*given[:at], *given[at + 2 :]]
    assert run(sent) == 2
    assert run([*sent, "--to", "http://custodian.example"]) == 2
