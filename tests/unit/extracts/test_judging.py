"""Codes and dates are judged once for each distinct value."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openphm.definitions import FieldSpec, Pattern, load
from openphm.extracts.codes import judge_codes
from openphm.extracts.dates import choose_format, judge_dates, read_day
from openphm.extracts.lookalikes import looks_like_identity

ODS = Pattern("ods", "[A-Z0-9]{3,6}", "upper", None, "")
BNF = Pattern("bnf", "[0-9]{4,7}[0-9A-Z]{0,8}", "upper", None, "")
WORD = Pattern("word", "[A-Za-z][A-Za-z0-9 /_-]{0,39}", None, None, "")
SNOMED = Pattern("snomed", "[1-9][0-9]{5,17}", None, "verhoeff", "")


def test_every_code_of_every_code_list_is_accepted_by_its_pattern() -> None:
    definitions = load()
    patterns = {
        field.pattern.name: field.pattern
        for spec in definitions.extracts.values()
        for field in spec.fields
        if field.pattern
    }
    field = FieldSpec("code", "code", "code", pattern=patterns["snomed"])
    lists = [one.body for one in definitions.all("codelists")]
    codes = {code for body in lists for code in _codes_of(body.get("codes", {}).get("snomed"))}
    assert len(codes) > 200
    assert not [one.raw for one in judge_codes(field, dict.fromkeys(codes, 1)) if one.reason]


def _codes_of(value: object) -> Iterator[str]:
    """Every text of a code list, whatever role it has."""
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield item
        else:
            yield from _codes_of(item)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_is_read_in_the_format_it_is_written_in(day: date) -> None:
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d", "%d%b%Y", "%Y%m%dT%H%M%S00"):
        assert read_day(day.strftime(form), form) == day


@given(st.text(max_size=12))
def test_no_text_makes_reading_a_day_fail(text: str) -> None:
    for verdict in judge_dates("%Y-%m-%d", ("%Y-%m-%d", "%d/%m/%Y"), [text]):
        assert (verdict.value is None) or (verdict.reason is None)


def test_the_format_that_reads_most_rows_is_chosen() -> None:
    formats = ("%Y-%m-%d", "%d/%m/%Y")
    assert choose_format(formats, {"2025-01-02": 3, "02/01/2025": 40}) == "%d/%m/%Y"
    assert choose_format(formats, {}) == "%Y-%m-%d"


@pytest.mark.parametrize(
    ("pattern", "value", "rows", "expected"),
    [
        (ODS, "SMITH", 1, True), (ODS, "SMITH", 500, False), (ODS, "RWD", 1, False),
        (ODS, "RWDDA", 500, False),
        (ODS, "LN67AB", 1, True), (ODS, "NT333", 1, False), (BNF, "9990000018", 9_000, True),
        (BNF, "19800517", 9_000, True), (BNF, "0212000B0AA", 1, False), (BNF, "0212000", 1, False),
        (WORD, "Ottoline", 1, True), (WORD, "General Consultation", 40, False),
        (SNOMED, "195967001", 1, False),
        (BNF, "2432100999", 1, True), (BNF, "32111691", 1, True), (BNF, "32111691", 40, False),
    ],
)  # fmt: skip
def test_values_that_may_be_about_a_person_are_no_codes(
    pattern: Pattern, value: str, rows: int, expected: bool
) -> None:
    assert looks_like_identity(pattern, value, rows) is expected


def test_a_withheld_value_counts_as_there_and_not_as_valid() -> None:
    field = FieldSpec("unit_code", "UNIT", "code", pattern=WORD)
    shown = {one.raw: one for one in judge_codes(field, {"Ottoline": 1, "mmol/L": 10})}
    assert (shown["Ottoline"].value, shown["Ottoline"].withheld) == (None, True)
    assert shown["mmol/L"].value == "mmol/L"
