"""The definitions as plain rows, for the `definitions.*` tables of a build.

SQL reads words from tables, never from text in a query. `COLUMNS` declares every table's columns and
portable types; `table_rows` gives the rows. The room that builds loads them into the engine as they are.

    from openphm.definitions import load
    from openphm.definitions.tables import COLUMNS
    rows = load().tables()["condition_code"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from openphm.definitions import rows
from openphm.definitions.contents import Contents

Row = dict[str, Any]


class Column(NamedTuple):
    """A column of a definitions table: name, portable type, meaning."""

    name: str
    type: str
    meaning: str


def _columns(*columns: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(*one) for one in columns)


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "condition": _columns(
        ("condition_id", "VARCHAR", "id without its folder"),
        ("name", "VARCHAR", "name for people"),
        ("body_system", "VARCHAR", "cardiovascular, respiratory, mental health ..."),
        ("is_counted", "BOOLEAN", "counts in multimorbidity"),
        ("count_group", "VARCHAR", "conditions of one group count as one"),
        ("lookback_months", "INTEGER", "months after the last evidence at which a spell ends; null: never"),
        ("min_age", "INTEGER", "age in full years below which evidence does not count; null: any age"),
        ("is_mental_health", "BOOLEAN", "a mental health condition"),
    ),
    "condition_code": _columns(
        ("condition_id", "VARCHAR", "definitions.condition"),
        ("code_system", "VARCHAR", "snomed, icd10 or bnf"),
        ("code", "VARCHAR", "the code; for icd10 and bnf its beginning"),
        ("match", "VARCHAR", "exact or prefix"),
        ("role", "VARCHAR", "onset, resolved, or not (never evidence)"),
        ("found_in", "VARCHAR", "gp, hospital or medicine"),
        ("lookback_months", "INTEGER", "a spell on this evidence ends so many months after it; null: never"),
        ("min_age", "INTEGER", "age in full years below which this evidence does not count; null: any age"),
    ),
    "attribute": _columns(
        ("attribute_id", "VARCHAR", "id without its folder"),
        ("name", "VARCHAR", "name for people"),
        ("kind", "VARCHAR", "flag, number or text"),
        ("method", "VARCHAR", "how it is found; docs/reference/definitions.md explains each"),
        ("lookback_months", "INTEGER", "how long a record holds; null: until another one"),
        ("min_age", "INTEGER", "youngest age in full years; null: any"),
        ("max_age", "INTEGER", "oldest age in full years; null: any"),
        ("is_stored", "BOOLEAN", "stands in attributes.person_attribute (else computed when asked)"),
    ),
    "attribute_code": _columns(
        ("attribute_id", "VARCHAR", "definitions.attribute"),
        ("code_system", "VARCHAR", "snomed, icd10 or bnf"),
        ("code", "VARCHAR", "the code; for icd10 and bnf its beginning"),
        ("match", "VARCHAR", "exact or prefix"),
        ("role", "VARCHAR", "onset, resolved, or not (never evidence)"),
        ("value_text", "VARCHAR", "what the code says, for text attributes"),
        ("value_number", "DOUBLE", "what the code says, for number attributes"),
        ("lookback_months", "INTEGER", "how long the code holds; null: until another one"),
    ),
    "attribute_condition": _columns(
        ("attribute_id", "VARCHAR", "definitions.attribute"),
        ("condition_id", "VARCHAR", "a current spell of this condition makes the attribute hold"),
    ),
    "attribute_parameter": _columns(
        ("attribute_id", "VARCHAR", "definitions.attribute"),
        ("parameter", "VARCHAR", "name of the threshold or list"),
        ("position", "INTEGER", "place in a list, from 0"),
        ("value_text", "VARCHAR", "the value as text"),
        ("value_number", "DOUBLE", "the value as a number; null when it is not one"),
    ),
    "attribute_band": _columns(
        ("attribute_id", "VARCHAR", "definitions.attribute"),
        ("band", "VARCHAR", "name of the band"),
        ("lower_inclusive", "DOUBLE", "from this value"),
        ("upper_exclusive", "DOUBLE", "to below this value"),
    ),
    "efi_deficit": _columns(
        ("deficit_id", "VARCHAR", "one of the 36 deficits"),
        ("deficit_number", "INTEGER", "1 to 36"),
        ("name", "VARCHAR", "name for people"),
        ("kind", "VARCHAR", "code, condition or attribute"),
        ("code_system", "VARCHAR", "snomed for codes; null otherwise"),
        ("code", "VARCHAR", "the code, the condition or the attribute"),
        ("role", "VARCHAR", "onset, or not (never evidence)"),
    ),
    "point_of_delivery": _columns(
        ("point_of_delivery", "VARCHAR", "id"),
        ("name", "VARCHAR", "name for people"),
        ("setting", "VARCHAR", "acute, general practice, community, mental health, social care ..."),
        ("cost_category", "VARCHAR", "the cost row of the segment matrix, or none"),
        ("quantity_unit", "VARCHAR", "what a unit cost is multiplied by: event, day, bed_day, item"),
        ("is_emergency_admission", "BOOLEAN", "an emergency admission to an acute hospital"),
        ("is_ed_attendance", "BOOLEAN", "an unplanned attendance of type 1 to 4"),
        ("is_gp_contact", "BOOLEAN", "counts as a GP contact"),
        ("counts_bed_days", "BOOLEAN", "its bed days are the emergency bed days"),
    ),
    "unit_cost": _columns(
        ("point_of_delivery", "VARCHAR", "definitions.point_of_delivery"),
        ("currency", "VARCHAR", "HRG, staff type, team, response class, service type; * for all"),
        ("unit", "VARCHAR", "event, day, bed_day or item"),
        ("cost_gbp", "DECIMAL(12,2)", "pounds a unit, in prices of price_year"),
        ("price_year", "VARCHAR", "financial year of the price, for example 2024/25"),
        ("cost_basis", "VARCHAR", "tariff, mean or proxy"),
        ("is_proxy", "BOOLEAN", "the price stands in for one that was not found"),
        ("deflator", "VARCHAR", "column of definitions.deflator that moves it to another year"),
        ("source", "VARCHAR", "who published it"),
    ),
    "price_order": _columns(
        ("position", "INTEGER", "from 1: the first that has a price wins"),
        ("cost_basis", "VARCHAR", "record, tariff, mean, proxy or none"),
        ("point_of_delivery", "VARCHAR", "for which point of delivery; * for all"),
    ),
    "deflator": _columns(
        ("price_year", "VARCHAR", "financial year, for example 2024/25"),
        ("gdp", "DOUBLE", "GDP deflator, 2024/25 = 100"),
        ("is_forecast", "BOOLEAN", "an official forecast, not an outturn"),
    ),
    "segment_rule": _columns(
        ("position", "INTEGER", "from 1: the first rule that holds wins"),
        ("subsegment_code", "VARCHAR", "1a to 5b"),
        ("segment_code", "VARCHAR", "1 to 5"),
        ("name", "VARCHAR", "name of the subsegment"),
        ("segment_name", "VARCHAR", "name of the segment"),
    ),
    "code_map": _columns(
        ("map_id", "VARCHAR", "which question the codes answer"),
        ("code", "VARCHAR", "a code of the record; * for any"),
        ("second_code", "VARCHAR", "a second code of the record; * for any"),
        ("value", "VARCHAR", "the answer"),
    ),
    "ethnic_category": _columns(
        ("ethnicity_code", "VARCHAR", "NHS ethnic category"),
        ("name", "VARCHAR", "description"),
        ("ethnic_group", "VARCHAR", "White, Mixed, Asian, Black, Other; null when not stated"),
        ("is_recorded", "BOOLEAN", "says an ethnic category"),
        ("is_minority", "BOOLEAN", "recorded, and not White British"),
    ),
}  # fmt: skip


def table_rows(contents: Contents) -> dict[str, list[Row]]:
    """Every table of `COLUMNS`, each row with exactly its columns, in a stable order."""
    built = {name: list(_shape(name, getattr(rows, f"{name}_rows")(contents))) for name in COLUMNS}
    return {name: built[name] for name in COLUMNS}


def _shape(table: str, built: Iterator[Row]) -> Iterator[Row]:
    columns = COLUMNS[table]
    names = {column.name for column in columns}
    for row in built:
        unknown = set(row) - names
        if unknown:
            raise KeyError(f"{table}: {sorted(unknown)} are not declared")
        yield {column.name: _typed(row.get(column.name), column.type) for column in columns}


def _typed(value: Any, type_: str) -> Any:
    if value is None:
        return None
    if type_.startswith("DECIMAL"):
        return Decimal(str(value)).quantize(Decimal("0.01"))
    return {"INTEGER": int, "DOUBLE": float, "BOOLEAN": bool}.get(type_, str)(value)
