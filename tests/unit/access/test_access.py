from pathlib import Path

import pytest

from openphm.access import Action, Granularity, Purpose, Role, Scope, User, authorise, local_user
from openphm.audit import AuditLog
from openphm.core import AccessRefused, UsageError


def test_local_user_is_an_analyst_of_the_whole_system() -> None:
    scope = authorise(local_user(), Action.READ_PERSON)
    assert scope.is_whole_system
    assert scope.predicate() == "TRUE"
    scope.require_person_rows()


def test_reading_totals_gives_a_scope_of_totals() -> None:
    scope = authorise(local_user(), Action.READ_AGGREGATE)
    assert scope.granularity is Granularity.AGGREGATE
    with pytest.raises(AccessRefused):
        scope.require_person_rows()


@pytest.mark.parametrize("action", list(Action))
def test_user_without_a_role_may_do_nothing(action: Action) -> None:
    with pytest.raises(AccessRefused):
        authorise(User("nobody"), action)


def test_unknown_actions_and_purposes_are_refused() -> None:
    with pytest.raises(AccessRefused, match="no such action"):
        authorise(local_user(), "reidentify")
    with pytest.raises(AccessRefused, match="no such purpose"):
        authorise(local_user(), Action.READ_AGGREGATE, purpose="curiosity")
    with pytest.raises(AccessRefused, match="not one this user may act for"):
        authorise(local_user(), Action.READ_PERSON, purpose=Purpose.DIRECT_CARE)


def test_clinician_sees_their_own_practices_and_nothing_without_one() -> None:
    roles = frozenset({Role.CLINICIAN})
    scope = authorise(User("c", roles, practices=frozenset({"C83001"})), Action.READ_PERSON)
    assert scope.predicate(practice="s.practice_code") == "s.practice_code IN ('C83001')"
    assert (
        "pcn_code" in authorise(User("c", roles, pcns=frozenset({"U12345"})), Action.READ_PERSON).predicate()
    )
    with pytest.raises(AccessRefused, match="no practice"):
        authorise(User("c", roles), Action.READ_PERSON)


def test_finance_never_gets_person_rows() -> None:
    finance = User("f", frozenset({Role.FINANCE}))
    with pytest.raises(AccessRefused):
        authorise(finance, Action.READ_PERSON)
    assert authorise(finance, Action.READ_AGGREGATE, purpose="finance").granularity is Granularity.AGGREGATE


def test_refusal_is_remembered(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    with pytest.raises(AccessRefused):
        authorise(User("nobody"), Action.READ_PERSON, log=log)
    entry = next(log.entries())
    assert (entry.event, entry.actor, entry.detail["action"]) == ("access.refused", "nobody", "read_person")


def test_scope_only_narrows() -> None:
    scope = (
        Scope.whole_system().narrowed(practices=["C83001", "C83002"]).narrowed(practices=["C83002", "C83003"])
    )
    assert scope.practices == frozenset({"C83002"})
    assert scope.narrowed(practices=["C83009"]).predicate() == "FALSE"


@pytest.mark.parametrize(
    ("place", "column"), [("c83001", "practice_code"), ("U12345", "pcn_code"), ("E01025946", "lsoa21_code")]
)
def test_place_is_told_apart_by_its_code(place: str, column: str) -> None:
    assert Scope.whole_system().at_place(place).predicate() == f"{column} IN ('{place.upper()}')"


def test_place_that_is_no_code_is_refused_before_it_reaches_sql() -> None:
    with pytest.raises(UsageError, match="not the code of a place"):
        Scope.whole_system().at_place("x' OR TRUE --")
    with pytest.raises(ValueError, match="ODS"):
        Scope(Purpose.PLANNING, Granularity.PERSON, practices=frozenset({"x' OR TRUE --"}))
