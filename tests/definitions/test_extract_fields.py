"""Are the field names of the extract specifications those of the published data sets?

`dataset_fields_real.csv` lists names as warehouses hold them. A record with `facts:` names the table its
names were taken from. At least 95% of the names must stand in the list word for word (ignoring case,
punctuation and a "Pseudo" word), and each one that does not stand in its own table must name its source.
Records without `facts` name it themselves.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openphm.definitions import FieldSpec, RecordSpec, comparable_name, load

RECORDS = load().extracts


@pytest.fixture(scope="module")
def published(shared: Path) -> dict[str, set[str]]:
    """source/table -> comparable names of its fields."""
    path = shared / "definitions" / "dataset_fields_real.csv"
    if not path.is_file():
        pytest.skip("needs the list of published field names beside the project")
    found: dict[str, set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(f"{row['source']}/{row['table']}", set()).add(
                comparable_name(row["field_exact"])
            )
    return found


def _with_facts() -> Iterator[RecordSpec]:
    return (record for record in RECORDS.values() if record.facts)


def _stands(field: FieldSpec, names: set[str]) -> bool:
    return comparable_name(field.field) in names


def test_at_least_95_percent_of_the_field_names_are_published_ones(
    published: dict[str, set[str]], record_property: Callable[[str, object], None]
) -> None:
    anywhere = set().union(*published.values())
    pairs = [(record, field) for record in _with_facts() for field in record.fields]
    other = [f"{record.name}: {field.field}" for record, field in pairs if not _stands(field, anywhere)]
    in_own_table = sum(_stands(field, published[record.facts or ""]) for record, field in pairs)
    share = 1 - len(other) / len(pairs)
    record_property("field names", len(pairs))
    record_property("found in the list", len(pairs) - len(other))
    record_property("found in the table the record names", in_own_table)
    assert share >= 0.95, f"{share:.1%} of {len(pairs)}; not found: {other}"
    assert in_own_table / len(pairs) >= 0.9


def test_every_other_field_name_says_where_it_comes_from(published: dict[str, set[str]]) -> None:
    missing = [
        f"{record.name}: {field.field}"
        for record in _with_facts()
        for field in record.fields
        if not _stands(field, published[record.facts or ""]) and not field.source
    ]
    assert not missing


def test_every_table_that_is_named_was_published(published: dict[str, set[str]]) -> None:
    assert not [record.name for record in _with_facts() if record.facts not in published]


def test_every_record_without_published_names_says_its_source() -> None:
    assert not [record.name for record in RECORDS.values() if not record.facts and not record.source]


def test_every_record_of_people_has_a_key_or_says_that_it_has_none() -> None:
    for record in RECORDS.values():
        if record.dataset in ("synthea", "hes"):
            continue
        assert record.key, record.name


def test_no_two_records_claim_the_same_file() -> None:
    for record in RECORDS.values():
        for other in RECORDS.values():
            if other is not record:
                assert not other.matches_file(f"{record.name}_2026-01"), (record.name, other.name)
