import pickle

import pytest

from openphm.core import (
    AccessRefused,
    BuildCheckFailed,
    CustodianRefused,
    DefinitionError,
    ExtractRejected,
    OpenPHMError,
    PlanError,
    Problem,
    StoreError,
    UsageError,
    nearest,
)


def test_error_with_one_problem_reads_as_in_the_style_guide() -> None:
    error = DefinitionError(
        "segments/life_course/2026.1.yaml, subsegments[3].code",
        "'3b' is used twice (also at subsegments[7]).",
        "Each person falls in exactly one subsegment, so each code must be unique.",
        "give one of them another code, or merge the two rules.",
    )
    assert str(error) == (
        "DefinitionError: segments/life_course/2026.1.yaml, subsegments[3].code\n"
        "  '3b' is used twice (also at subsegments[7]).\n"
        "  Each person falls in exactly one subsegment, so each code must be unique.\n"
        "  To mend: give one of them another code, or merge the two rules."
    )


def test_error_with_several_problems_shows_them_all() -> None:
    error = ExtractRejected.of([Problem("a.csv", "no header"), Problem("a.csv, line 3", "a NUL byte")])
    assert str(error).splitlines()[0] == "ExtractRejected: 2 problems"
    assert "no header" in str(error)
    assert "a NUL byte" in str(error)
    assert error.where == "a.csv"


def test_error_of_nothing_is_a_fault_of_the_program() -> None:
    with pytest.raises(ValueError, match="at least one"):
        DefinitionError.of([])


def test_error_survives_the_way_back_from_a_worker_process() -> None:
    error = BuildCheckFailed.of([Problem("one", "x"), Problem("two", "y")])
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own bytes
    assert isinstance(again, BuildCheckFailed)
    assert again.problems == error.problems


def test_error_as_dict_holds_every_part() -> None:
    said = StoreError("store", "gone", "a store", "make one").as_dict()
    assert said["exit_code"] == 13
    assert said["problems"] == [
        {"where": "store", "found": "gone", "allowed": "a store", "remedy": "make one"}
    ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (UsageError, 2),
        (DefinitionError, 10),
        (ExtractRejected, 11),
        (BuildCheckFailed, 12),
        (StoreError, 13),
        (CustodianRefused, 14),
        (PlanError, 15),
        (AccessRefused, 16),
    ],
)
def test_exit_codes_are_the_public_contract(kind: type[OpenPHMError], code: int) -> None:
    assert kind.exit_code == code


def test_nearest_suggests_a_name_only_when_one_is_close() -> None:
    assert nearest("asthmaa", ["asthma", "copd"]) == "asthma"
    assert nearest("zzz", ["asthma", "copd"]) == ""
