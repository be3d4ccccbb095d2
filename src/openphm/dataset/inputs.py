"""Show a pseudonymised delivery to SQL.

Every record of the specifications becomes `extract.<record>` with all of its columns in their declared types,
whether the delivery has it or not: a record that did not come is an empty table, a column that did not come
is null. SQL files therefore never ask what was delivered. What the custodian counted becomes
`extract.quality_<name>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import Delivery
from openphm.store import Engine

TYPES = {
    "id": "STRING",
    "code": "STRING",
    "text": "STRING",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,4)",
    "flag": "BOOLEAN",
}
IDENTITY_COLUMNS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "nhs_number": (),
    "name": (),
    "drop": (),
    "birth_date": (("birth_month", "DATE"),),
    "postcode": (("lsoa11_code", "STRING"), ("lsoa21_code", "STRING")),
    "uprn": (("household_id", "STRING"), ("household_size", "BIGINT"), ("is_care_home_address", "BOOLEAN")),
    "address": (
        ("household_id", "STRING"),
        ("household_size", "BIGINT"),
        ("is_care_home_address", "BOOLEAN"),
    ),
}
"""What the custodian puts in the place of an identity column."""

ROW_COLUMNS = (("person_id", "STRING"), ("file_id", "BIGINT"), ("row_number", "BIGINT"))
RULE_COLUMN = ("source_rule", "STRING")
"""Says which rule made a row that the source does not have, such as registered_from_birth."""

QUALITY_FILES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "files": (
        ("file_id", "BIGINT"), ("file_name", "STRING"), ("record", "STRING"), ("rows_delivered", "BIGINT"),
        ("rows_loaded", "BIGINT"), ("rows_quarantined", "BIGINT"), ("first_date", "DATE"),
        ("last_date", "DATE"), ("sha256", "STRING"), ("status", "STRING"), ("reason_code", "STRING"),
    ),
    "quarantine": (
        ("file_id", "BIGINT"), ("record", "STRING"), ("row_number", "BIGINT"), ("column_name", "STRING"),
        ("reason_code", "STRING"),
    ),
    "coverage": (
        ("record", "STRING"), ("provider_code", "STRING"), ("month", "DATE"), ("rows", "BIGINT"),
        ("rows_late", "BIGINT"),
    ),
    "completeness": (
        ("record", "STRING"), ("column_name", "STRING"), ("rows", "BIGINT"), ("rows_present", "BIGINT"),
        ("rows_valid", "BIGINT"), ("rows_mended", "BIGINT"),
    ),
    "linkage": (
        ("record", "STRING"), ("rows", "BIGINT"), ("rows_linked", "BIGINT"), ("rows_no_number", "BIGINT"),
        ("rows_invalid_number", "BIGINT"),
    ),
}  # fmt: skip
"""What the custodian counted, with the columns and types that are read."""


def show_delivery(engine: Engine, delivery: Delivery, specs: Mapping[str, RecordSpec]) -> None:
    """Make `extract.<record>` for every specified record, and `extract.quality_<name>` for the counts."""
    for name, spec in sorted(specs.items()):
        reference = delivery.reference.get(name)
        paths = delivery.records.get(name, ()) if reference is None else (reference,)
        _show(engine, name, columns_of(spec), paths)
    for name, columns in QUALITY_FILES.items():
        path = delivery.quality.get(name)
        _show(engine, f"quality_{name}", columns, () if path is None else (path,))


def hide_delivery(engine: Engine, specs: Iterable[str]) -> None:
    """Forget the delivery, so that a published build points to no file outside itself."""
    for name in [*specs, *(f"quality_{name}" for name in QUALITY_FILES)]:
        engine.drop(f"extract.{name}")
        engine.drop(f"delivery.{name}")


def columns_of(spec: RecordSpec) -> tuple[tuple[str, str], ...]:
    """Column names and types of a record after pseudonymising, in order."""
    columns: dict[str, str] = {}
    if spec.person is not None:
        columns.update(ROW_COLUMNS[:1])
    for field in spec.fields:
        columns.update(_columns_of_field(field))
    columns.update(dict(spec_years(spec)))
    columns.update([RULE_COLUMN])
    columns.update(ROW_COLUMNS[1:])
    return tuple(columns.items())


def spec_years(spec: RecordSpec) -> tuple[tuple[str, str], ...]:
    """The two columns that a file with one column a year becomes: the year and the value."""
    years = (spec.options or {}).get("year_columns")
    if not years:
        return ()
    return ((str(years["name"]), "BIGINT"), (str(years["value"]), TYPES[str(years["type"])]))


def _columns_of_field(field: FieldSpec) -> dict[str, str]:
    if field.identity is None or field.identity == "local_id":
        return {field.name: TYPES[field.type]}
    return dict(IDENTITY_COLUMNS[field.identity])


def _show(engine: Engine, name: str, columns: Iterable[tuple[str, str]], paths: Sequence[Path]) -> None:
    present: set[str] = set()
    if paths:
        engine.register_parquet(f"delivery.{name}", list(paths))
        present = set(engine.columns(f"delivery.{name}"))
    engine.create_view(f"extract.{name}", _select(columns, present, f"delivery.{name}" if paths else None))


def _select(columns: Iterable[tuple[str, str]], present: set[str], source: str | None) -> str:
    """Every declared column in its type; an empty table when there is no source."""
    chosen = [f"CAST({name if name in present else 'NULL'} AS {kind}) AS {name}" for name, kind in columns]
    body = "SELECT " + ", ".join(chosen)
    return f"{body} FROM {source}" if source else f"{body} WHERE 1 = 0"
