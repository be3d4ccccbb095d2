"""When a condition begins and when it ends."""

from __future__ import annotations

import pytest

from tests.spec.dataset.one_file import answer

HEAD = "person_key condition_id event_date role found_in until_date\n"
NEVER = "-"

CASES = {
    "one code begins a spell that stays open": (
        ["2020-01-10 onset gp -"],
        ["2020-01-10 to - last 2020-01-10 gp"],
    ),
    "a later code does not begin another": (
        ["2020-01-10 onset gp -", "2021-01-10 onset hospital -"],
        ["2020-01-10 to - last 2021-01-10 gp"],
    ),
    "a resolution ends the spell on its day": (
        ["2020-01-10 onset gp -", "2022-05-01 resolved gp -"],
        ["2020-01-10 to 2022-05-01 last 2020-01-10 gp"],
    ),
    "a code after the resolution begins a second spell": (
        ["2020-01-10 onset gp -", "2022-05-01 resolved gp -", "2023-01-01 onset hospital -"],
        ["2020-01-10 to 2022-05-01 last 2020-01-10 gp", "2023-01-01 to - last 2023-01-01 hospital"],
    ),
    "a second resolution says nothing new": (
        ["2020-01-10 onset gp -", "2022-05-01 resolved gp -", "2023-05-01 resolved gp -"],
        ["2020-01-10 to 2022-05-01 last 2020-01-10 gp"],
    ),
    "a resolution without a code before it is no spell": (["2022-05-01 resolved gp -"], []),
    "a code and a resolution of one day leave a spell of no length": (
        ["2022-05-01 onset gp -", "2022-05-01 resolved gp -"],
        ["2022-05-01 to 2022-05-01 last 2022-05-01 gp"],
    ),
    "evidence with a look-back ends by itself": (
        ["2020-01-10 onset hospital 2022-01-10"],
        ["2020-01-10 to 2022-01-10 last 2020-01-10 hospital"],
    ),
    "evidence within the look-back keeps the spell open": (
        ["2020-01-10 onset gp 2022-01-10", "2021-06-01 onset gp 2023-06-01"],
        ["2020-01-10 to 2023-06-01 last 2021-06-01 gp"],
    ),
    "evidence on the day the look-back ends joins on": (
        ["2020-01-10 onset gp 2022-01-10", "2022-01-10 onset gp 2024-01-10"],
        ["2020-01-10 to 2024-01-10 last 2022-01-10 gp"],
    ),
    "a gap longer than the look-back begins a second spell": (
        ["2020-01-10 onset gp 2022-01-10", "2022-01-11 onset medicine 2024-01-11"],
        ["2020-01-10 to 2022-01-10 last 2020-01-10 gp", "2022-01-11 to 2024-01-11 last 2022-01-11 medicine"],
    ),
    "a resolution ends evidence with a look-back as well": (
        ["2020-01-10 onset gp 2022-01-10", "2021-01-01 resolved gp -"],
        ["2020-01-10 to 2021-01-01 last 2020-01-10 gp"],
    ),
    "of several sources on the first day the practice is named": (
        ["2020-01-10 onset medicine -", "2020-01-10 onset gp -", "2020-01-10 onset hospital -"],
        ["2020-01-10 to - last 2020-01-10 gp"],
    ),
}


@pytest.mark.parametrize(("evidence", "spells"), CASES.values(), ids=CASES.keys())
def test_evidence_makes_spells(evidence: list[str], spells: list[str]) -> None:
    rows = "\n".join(f"1 asthma {line}" for line in evidence)
    found = answer(
        "conditions.person_condition",
        {"working.condition_evidence": HEAD + rows},
        "start_date, resolved_date, last_date, found_in",
    )
    said = [f"{start} to {end or NEVER} last {last} {where}" for start, end, last, where in found]
    assert said == spells


def test_spells_are_numbered_within_a_person_and_a_condition() -> None:
    rows = """
        1 asthma 2020-01-10 onset gp 2021-01-10
        1 asthma 2022-01-10 onset gp -
        1 copd   2022-01-10 onset gp -
        2 asthma 2019-01-10 onset gp -
    """
    found = answer(
        "conditions.person_condition",
        {"working.condition_evidence": HEAD + rows.strip()},
        "person_key, condition_id, spell_number",
    )
    assert found == [(1, "asthma", 1), (1, "asthma", 2), (1, "copd", 1), (2, "asthma", 1)]
