"""A file with one column a year (ONS projections) becomes rows with a year and a value.

Every delivered row gives as many rows as there are years, under the number of the row it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts.columns import literal, quoted
from openphm.extracts.landing import Landed
from openphm.store import Engine

LONG = "years.parquet"


def has_years(spec: RecordSpec) -> bool:
    """The specification says that there is one column a year."""
    return bool(spec.options.get("year_columns"))


def with_years(spec: RecordSpec) -> RecordSpec:
    """The record with its two further fields, and the year as part of its key."""
    rule = spec.options["year_columns"]
    year = FieldSpec(name=str(rule["name"]), field=str(rule["name"]), type="integer")
    value = FieldSpec(name=str(rule["value"]), field=str(rule["value"]), type=str(rule["type"]))
    return replace(spec, fields=(*spec.fields, year, value), key=(*spec.key, year.name))


def one_row_a_year(engine: Engine, spec: RecordSpec, landed: Landed, work: Path) -> Landed:
    """The landed file with a row for each year; `spec` is that of `with_years`."""
    year, value = spec.fields[-2].name, spec.fields[-1].name
    kept = [quoted(physical) for physical, _ in landed.columns.values()]
    number = "row_number" if landed.numbered else "CAST(file_row_number + 1 AS BIGINT)"
    years = ", ".join(str(one) for one in landed.years)
    values = ", ".join(f"CAST({quoted(physical)} AS VARCHAR)" for physical in landed.years.values())
    target = work / LONG
    target.parent.mkdir(parents=True, exist_ok=True)
    engine.copy_to_parquet(
        f"SELECT {', '.join([*kept, f'{number} AS row_number'])}, "
        f"unnest([{years}]::BIGINT[]) AS {quoted(year)}, "
        f"unnest([{values}]::VARCHAR[]) AS {quoted(value)} FROM read_parquet([{literal(str(landed.path))}])",
        target,
    )
    columns: Mapping[str, tuple[str, str]] = {
        **landed.columns,
        year: (year, "number"),
        value: (value, "text"),
    }
    return replace(landed, path=target, columns=columns, numbered=True)
