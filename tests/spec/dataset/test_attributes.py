"""From when to when an attribute holds."""

from __future__ import annotations

import pytest

from tests.spec.dataset.one_file import answer

MARK = "person_key attribute_id method event_date role value_text value_number measured lookback_months\n"

HELD = {
    "a code without a look-back holds for good": (["2020-01-10 onset -"], ["2020-01-10 9999-12-31"]),
    "a code with a look-back holds so long": (["2020-01-31 onset 1"], ["2020-01-31 2020-02-29"]),
    "a code that ends it ends it": (
        ["2020-01-10 onset -", "2021-01-01 resolved -"],
        ["2020-01-10 2021-01-01"],
    ),
    "a code after the end holds again": (
        ["2020-01-10 onset -", "2021-01-01 resolved -", "2022-01-01 onset -"],
        ["2020-01-10 2021-01-01", "2022-01-01 9999-12-31"],
    ),
}


@pytest.mark.parametrize(("marks", "wanted"), HELD.values(), ids=HELD.keys())
def test_a_code_says_from_when_to_when(marks: list[str], wanted: list[str]) -> None:
    rows = [line.split() for line in marks]
    text = "\n".join(f"1 carer any_code {on} {role} - - - {months}" for on, role, months in rows)
    found = answer("working.attribute_held", {"working.attribute_mark": MARK + text}, "from_date, to_date")
    assert sorted(f"{start} {end}" for start, end in found) == wanted


def flags(held: list[str], youngest: str = "-", oldest: str = "-") -> list[str]:
    """The unbroken times of one flag of a person born on 15 June 1960."""
    found = answer(
        "working.attribute_flag",
        {
            "working.attribute_held": "person_key attribute_id from_date to_date\n"
            + "\n".join(f"1 carer {line}" for line in held),
            "definitions.attribute": "attribute_id kind method min_age max_age\n"
            f"carer flag any_code {youngest} {oldest}",
            "person.person": "person_key person_id birth_month\n1 p1 1960-06-15",
        },
        "from_date, to_date",
    )
    return [f"{start} {end}" for start, end in found]


def test_times_that_overlap_or_touch_are_one() -> None:
    held = [
        "2020-01-01 2020-06-01",
        "2020-03-01 2020-04-01",
        "2020-06-01 2020-09-01",
        "2021-01-01 2021-02-01",
    ]
    assert flags(held) == ["2020-01-01 2020-09-01", "2021-01-01 2021-02-01"]


def test_an_attribute_with_an_age_holds_between_the_birthdays() -> None:
    assert flags(["1970-01-01 9999-12-31"], "16", "66") == ["1976-06-15 2027-06-15"]
    assert flags(["2027-06-15 2028-01-01"], "16", "66") == []


MEDICINE = {
    "five at once are enough": (["a b c d e 2025-01-01"], ["2025-01-01 2025-07-01"]),
    "four are not": (["a b c d 2025-01-01"], []),
    "the same medicine twice is one": (["a b c d 2025-01-01", "d 2025-02-01"], []),
    "one that ran out no longer counts": (["a b c d 2025-01-01", "e 2025-07-01"], []),
    "one that is renewed in time counts through": (
        ["a b c d e 2025-01-01", "a b c d e 2025-07-01"],
        ["2025-01-01 2026-01-01"],
    ),
    "it holds from the day of the fifth to the day the first runs out": (
        ["a b c d 2025-01-01", "e 2025-03-01"],
        ["2025-03-01 2025-07-01"],
    ),
}


@pytest.mark.parametrize(("items", "wanted"), MEDICINE.values(), ids=MEDICINE.keys())
def test_polypharmacy_counts_different_medicines_of_the_look_back(
    items: list[str], wanted: list[str]
) -> None:
    taken = [(code, line.split()[-1]) for line in items for code in line.split()[:-1]]
    found = answer(
        "working.medicine_count",
        {
            "standard.gp_medication": "person_key row_id item_date bnf_code\n"
            + "\n".join(f"1 {place} {on} 020{code}" for place, (code, on) in enumerate(taken)),
            "working.delivered_code": "code_system code\n"
            + "\n".join(f"bnf 020{code}" for code in sorted({code for code, _ in taken})),
            "definitions.attribute": "attribute_id method lookback_months\npolypharmacy count_medicines 6",
            "definitions.attribute_parameter": "attribute_id parameter position value_number\n"
            "polypharmacy minimum_medicines 0 5\npolypharmacy substance_characters 0 9",
        },
        "from_date, to_date",
    )
    assert [f"{start} {end}" for start, end in found] == wanted
