"""The access register: who is somebody as at a day, in which role, for whose people."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from openphm.access import AccessRegister, Action, Granularity, Role, authorise, local_user
from openphm.core import AccessRefused, DefinitionError

TODAY = date(2026, 4, 20)
WHOLE = """
version: 1
organisations:
  - {code: X10, kind: icb, name: The board}
  - {code: U99001, kind: pcn, name: First network}
  - {code: X80001, kind: practice, name: First surgery}
  - {code: RX1, kind: trust, name: The hospital}
people:
  - name: ann
    training_expires: 2027-03-31
    memberships: [{organisation: X10, role: icb_analyst, from: 2026-01-01}]
  - name: col
    training_expires: 2027-03-31
    memberships: [{organisation: U99001, role: care_coordinator, from: 2026-01-01, until: 2026-06-30}]
  - name: both
    training_expires: 2027-03-31
    issuer: "https://sign-in.example"
    subject: "7"
    memberships:
      - {organisation: X80001, role: clinician, from: 2026-01-01}
      - {organisation: X10, role: executive, from: 2026-01-01}
  - name: pat
    training_expires: 2027-03-31
    memberships: [{organisation: RX1, role: provider_analyst, from: 2026-01-01}]
sub_licences:
  - id: sl-1
    organisation: RX1
    practices: [X80001]
    purposes: [evaluation]
    granularity: person
    from: 2026-01-01
    until: 2026-12-31
"""


def register(tmp_path: Path, text: str = WHOLE) -> AccessRegister:
    path = tmp_path / "access.yaml"
    path.write_text(text)
    return AccessRegister.read(path)


def test_a_coordinator_sees_the_people_of_their_network_for_care_alone(tmp_path: Path) -> None:
    user = register(tmp_path).user("col", TODAY)
    scope = authorise(user, Action.READ_PERSON, purpose="direct_care")
    assert scope.predicate() == "pcn_code IN ('U99001')"
    with pytest.raises(AccessRefused, match="not one this user may act for"):
        authorise(user, Action.READ_AGGREGATE)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("until: 2026-06-30", "until: 2026-04-19", "the membership runs from"),
        ("from: 2026-01-01, until: 2026-06-30", "from: 2026-04-21, until: 2026-06-30", "runs from"),
        (
            "name: col\n    training_expires: 2027-03-31",
            "name: col\n    training_expires: 2026-04-19",
            "training",
        ),
    ],
    ids=["ended", "not begun", "training expired"],
)
def test_what_has_ended_gives_nothing(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert old in WHOLE
    with pytest.raises(AccessRefused, match=why):
        register(tmp_path, WHOLE.replace(old, new)).user("col", TODAY)


def test_the_last_day_still_counts(tmp_path: Path) -> None:
    assert register(tmp_path).user("col", date(2026, 6, 30)).pcns == frozenset({"U99001"})


def test_nobody_acts_in_two_roles_at_once(tmp_path: Path) -> None:
    held = register(tmp_path)
    with pytest.raises(AccessRefused, match="OPENPHM_ROLE"):
        held.user("both", TODAY)
    assert held.user("both", TODAY, "clinician").practices == frozenset({"X80001"})
    assert held.user("both", TODAY, Role.EXECUTIVE).practices == frozenset()
    with pytest.raises(AccessRefused, match="is no 'icb_analyst'"):
        held.user("both", TODAY, "icb_analyst")


def test_a_provider_sees_what_its_sub_licence_names_for_what_it_names(tmp_path: Path) -> None:
    user = register(tmp_path).user("pat", TODAY)
    rows = authorise(user, Action.READ_PERSON, purpose="evaluation")
    assert (rows.predicate(), rows.granularity) == ("practice_code IN ('X80001')", Granularity.PERSON)
    totals = authorise(user, Action.READ_AGGREGATE, purpose="evaluation")
    assert (totals.is_whole_system, totals.granularity) == (True, Granularity.AGGREGATE)
    with pytest.raises(AccessRefused, match="Purposes allowed: evaluation"):
        authorise(user, Action.READ_PERSON, purpose="planning")


def test_without_a_sub_licence_in_force_a_provider_sees_nothing(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="no sub-licence in force"):
        register(tmp_path).user("pat", date(2027, 1, 1))


def test_a_sub_licence_for_totals_gives_no_rows(tmp_path: Path) -> None:
    user = register(tmp_path, WHOLE.replace("granularity: person", "granularity: aggregate")).user(
        "pat", TODAY
    )
    scope = authorise(user, Action.READ_PERSON, purpose="evaluation")
    with pytest.raises(AccessRefused):
        scope.require_person_rows()


def test_somebody_of_a_sign_in_provider_is_found_by_issuer_and_subject(tmp_path: Path) -> None:
    held = register(tmp_path)
    assert held.name_of("https://sign-in.example", "7") == "both"
    assert held.name_of("https://other.example", "7") is None
    assert held.name_of("", "") is None


def test_a_person_whom_the_register_does_not_know_may_do_nothing(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="does not know this person"):
        register(tmp_path).user("eve", TODAY)


def test_every_problem_of_the_file_is_told_at_once(tmp_path: Path) -> None:
    wrong = (
        WHOLE.replace("role: care_coordinator", "role: care_coordinater")
        .replace("kind: trust", "kind: hospital")
        .replace("purposes: [evaluation]", "purposes: [research]")
        .replace("organisation: RX1, role: provider_analyst", "organisation: RX1, role: icb_analyst")
        .replace("until: 2026-12-31", "until: 2025-12-31")
    )
    with pytest.raises(DefinitionError) as refused:
        register(tmp_path, wrong)
    said = str(refused.value)
    assert "'care_coordinater'" in said and "write 'care_coordinator'" in said
    for one in ("'hospital'", "'research'", "a role of an integrated care board", "ends before it begins"):
        assert one in said, said


def test_a_store_with_a_register_asks_it_who_the_login_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ann")
    assert local_user(tmp_path).roles == frozenset({Role.ICB_ANALYST})  # no register: an analyst
    (tmp_path / "access.yaml").write_text(WHOLE.replace("name: ann", "name: amy"))
    with pytest.raises(AccessRefused, match="does not know this person"):
        local_user(tmp_path)
    monkeypatch.setenv("LOGNAME", "both")
    monkeypatch.setenv("OPENPHM_ROLE", "executive")
    assert local_user(tmp_path).roles == frozenset({Role.EXECUTIVE})
