"""When a person is registered, and where."""

from __future__ import annotations

import pytest

from tests.spec.dataset.one_file import answer

HEAD = "person_key row_id practice_code registration_type start_date end_date source_rule\n"

CASES = {
    "an open spell stays open": (["A1 Regular 2020-01-01 -"], "-", ["A1 2020-01-01 -"]),
    "an ended spell ends on its day": (
        ["A1 Regular 2020-01-01 2021-01-01"],
        "-",
        ["A1 2020-01-01 2021-01-01"],
    ),
    "the spell that starts last wins": (
        ["A1 Regular 2020-01-01 -", "A2 Regular 2021-06-01 -"],
        "-",
        ["A1 2020-01-01 2021-06-01", "A2 2021-06-01 -"],
    ),
    "a spell inside another cuts it short": (
        ["A1 Regular 2020-01-01 2024-01-01", "A2 Regular 2021-06-01 2022-01-01"],
        "-",
        ["A1 2020-01-01 2021-06-01", "A2 2021-06-01 2022-01-01"],
    ),
    "a gap stays a gap": (
        ["A1 Regular 2020-01-01 2020-06-01", "A1 Regular 2021-01-01 -"],
        "-",
        ["A1 2020-01-01 2020-06-01", "A1 2021-01-01 -"],
    ),
    "of two spells that start on one day the open one counts": (
        ["A1 Regular 2020-01-01 2020-06-01", "A2 Regular 2020-01-01 -"],
        "-",
        ["A2 2020-01-01 -"],
    ),
    "a temporary patient is registered elsewhere": (["A1 Temporary 2020-01-01 2020-02-01"], "-", []),
    "the day of death is the last day": (
        ["A1 Regular 2020-01-01 -"],
        "2025-05-05",
        ["A1 2020-01-01 2025-05-06"],
    ),
    "nobody is registered after death": (["A1 Regular 2025-06-01 -"], "2025-05-05", []),
}


@pytest.mark.parametrize(("delivered", "died", "spells"), CASES.values(), ids=CASES.keys())
def test_registrations_do_not_overlap(delivered: list[str], died: str, spells: list[str]) -> None:
    rows = "\n".join(f"1 {place} {line} -" for place, line in enumerate(delivered))
    found = answer(
        "person.registration",
        {
            "standard.gp_registration": HEAD + rows,
            "person.person": f"person_key person_id death_date\n1 p1 {died}",
        },
        "practice_code, start_date, end_date",
    )
    assert [f"{practice} {start} {end or '-'}" for practice, start, end in found] == spells
