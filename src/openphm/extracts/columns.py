"""What SQL does with one column: where its value comes from, and what can be wrong with it.

A `ColumnPlan` is made after the distinct values of the column were judged, so that the SQL that runs over
all rows holds only the checks that can fail in this delivery. `s` is the row as delivered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openphm.definitions import FieldSpec
from openphm.extracts.dates import FIRST_YEAR, LAST_YEAR

LARGEST_NUMBER = 10_000_000
"""No count, price or measurement of one person reaches it; NHS numbers and days of birth are above it."""
LARGEST_PUBLISHED = 10_000_000_000
"""For reference files: people of a country, households, pounds."""
LONGEST_ID = 200

SQL_TYPES = {
    "id": "VARCHAR",
    "code": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "integer": "BIGINT",
    "decimal": "DECIMAL(18,4)",
    "flag": "BOOLEAN",
}


@dataclass(frozen=True)
class Fault:
    """A way in which a row is wrong: the reason code and the SQL condition that finds it."""

    column: str
    reason: str
    condition: str


@dataclass(frozen=True)
class ColumnPlan:
    """One column of one group of files.

    value   SQL of the typed value
    faults  what sets a row aside
    join    the table of judged values, as a JOIN clause, or nothing
    """

    name: str
    value: str
    faults: tuple[Fault, ...] = ()
    join: str = ""

    def aliased(self) -> str:
        return f"{self.value} AS {quoted(self.name)}"


def quoted(name: str) -> str:
    """A name as a SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A SQL text literal."""
    return "'" + text.replace("'", "''") + "'"


def raw_text(field: FieldSpec, physical: str, kind: str) -> str:
    """The delivered value as text, for fields that are judged or kept as text."""
    column = quoted(physical)
    if kind == "text" and field.type == "date":
        # without the time of day behind an ISO day there are few distinct values to judge
        has_time = f"substr({column}, 5, 1) = '-' AND substr({column}, 11, 1) IN ('T', ' ')"
        has_time += f" AND substr({column}, 12, 1) IN ('0', '1', '2')"
        return (
            f"CASE WHEN strlen({column}) > 10 AND {has_time} THEN substr({column}, 1, 10) ELSE {column} END"
        )
    if kind == "text":
        return f"CAST({column} AS VARCHAR)"
    if kind == "number" and field.type in ("id", "code", "date", "timestamp", "flag"):
        # a whole number that a spreadsheet or data frame holds as 45.0 is 45
        return f"regexp_replace(CAST({column} AS VARCHAR), '\\.0+$', '')"
    return f"CAST({column} AS VARCHAR)"


def missing_column(field: FieldSpec) -> ColumnPlan:
    """The file does not have the column, and need not."""
    return ColumnPlan(field.name, f"CAST(NULL AS {SQL_TYPES[field.type]})")


def trimmed(column: str, null_words: Iterable[str]) -> str:
    """Text without spaces around it; nothing when it is empty or one of the words for nothing."""
    text = f"nullif(trim(s.{quoted(column)}), '')"
    words = [literal(word.upper()) for word in null_words]
    if not words:
        return text
    return f"CASE WHEN upper({text}) IN ({', '.join(words)}) THEN NULL ELSE {text} END"


def untidy_condition(column: str) -> str:
    """SQL: the text is empty, or begins or ends with a space. Two quick comparisons, no copy of the text."""
    return f"(s.{quoted(column)} < '!' OR suffix(s.{quoted(column)}, ' '))"


def text_column(
    field: FieldSpec,
    null_words: Iterable[str],
    *,
    has_empty: bool,
    has_damage: bool,
    has_long: bool,
    is_tidy: bool,
) -> ColumnPlan:
    """An id or a text that is kept as it stands."""
    value = f"s.{quoted(field.name)}" if is_tidy else trimmed(field.name, null_words)
    faults = []
    if has_empty and field.is_required:
        faults.append(Fault(field.name, "R_REQUIRED", f"{value} IS NULL"))
    if has_damage and field.type == "id" and field.identity != "nhs_number":
        faults.append(Fault(field.name, "R_CODE", excel_condition(field.name)))
    if has_long:
        faults.append(Fault(field.name, "R_TOO_LONG", f"length({value}) > {LONGEST_ID}"))
    return ColumnPlan(field.name, value, tuple(faults))


def excel_condition(column: str) -> str:
    """SQL: a spreadsheet has turned this text into a number with an exponent."""
    return (
        f"(contains(s.{quoted(column)}, 'E+') AND "
        f"regexp_full_match(trim(s.{quoted(column)}), '[0-9](\\.[0-9]+)?E\\+[0-9]{{2,}}'))"
    )


def number_value(field: FieldSpec, kind: str, null_words: Iterable[str]) -> tuple[str, str]:
    """SQL of what is there and of its value as a number, null where it is none.

    £1,234.50 is read; 1.234,50 is not, because it is a hundred or a thousand depending on the country.
    """
    target = SQL_TYPES["decimal"]
    if kind == "number":
        there = f"s.{quoted(field.name)}"
        return there, f"TRY_CAST({there} AS {target})"
    there = trimmed(field.name, null_words)
    grouped = "'-?£?[0-9]{1,3}(,[0-9]{3})*(\\.[0-9]+)?'"
    bare = f"TRY_CAST(replace(replace({there}, '£', ''), ',', '') AS {target})"
    mended = f"CASE WHEN regexp_full_match({there}, {grouped}) THEN {bare} END"
    return there, f"coalesce(TRY_CAST({there} AS {target}), {mended})"


def number_condition(field: FieldSpec, there: str, value: str, *, about_people: bool) -> str:
    """SQL: something is there and it is not a number of this field."""
    most = LARGEST_NUMBER if about_people else LARGEST_PUBLISHED
    wrong = f"{value} IS NULL OR abs({value}) >= {most}"
    if field.type == "integer":
        wrong += f" OR {value} <> floor({value})"
    return f"({there} IS NOT NULL AND ({wrong}))"


def number_column(
    field: FieldSpec, kind: str, null_words: Iterable[str], *, has_empty: bool, wrong: str
) -> ColumnPlan:
    """An integer or a decimal. wrong: the condition that finds what is none, where there is any."""
    there, value = number_value(field, kind, null_words)
    faults = []
    if has_empty and field.is_required:
        faults.append(Fault(field.name, "R_REQUIRED", f"{there} IS NULL"))
    if wrong and (field.on_error == "quarantine" or field.is_required):
        faults.append(Fault(field.name, "R_NUMBER", wrong))
    if wrong:
        value = f"CASE WHEN {wrong} THEN NULL ELSE {value} END"
    return ColumnPlan(field.name, f"CAST({value} AS {SQL_TYPES[field.type]})", tuple(faults))


def flag_column(field: FieldSpec, *, has_empty: bool) -> ColumnPlan:
    """A Parquet column that came as true and false."""
    value = f"s.{quoted(field.name)}"
    faults = (Fault(field.name, "R_REQUIRED", f"{value} IS NULL"),) if has_empty and field.is_required else ()
    return ColumnPlan(field.name, value, faults)


def day_column(field: FieldSpec, *, has_empty: bool, nothing: Iterable[str], has_odd: bool) -> ColumnPlan:
    """A Parquet column that came as days. has_odd: some mean nothing, or are outside a lifetime."""
    there = f"CAST(s.{quoted(field.name)} AS {SQL_TYPES[field.type]})"
    value, faults = there, []
    if has_odd:
        outside = outside_condition(field, nothing)
        value = f"CASE WHEN {_means_nothing(field, nothing)} OR {outside} THEN NULL ELSE {there} END"
        if field.on_error == "quarantine" or field.is_required:
            faults.append(Fault(field.name, "R_DATE", outside))
    if field.is_required and (has_empty or has_odd):
        empty = f"s.{quoted(field.name)} IS NULL"
        empty += f" OR {_means_nothing(field, nothing)}" if has_odd else ""
        faults.append(Fault(field.name, "R_REQUIRED", f"({empty})"))
    return ColumnPlan(field.name, value, tuple(faults))


def _means_nothing(field: FieldSpec, nothing: Iterable[str]) -> str:
    days = [f"DATE {literal(day)}" for day in nothing if len(day) == 10 and day[4] == "-"]
    return f"coalesce(CAST(s.{quoted(field.name)} AS DATE) IN ({', '.join(days)}), false)"


def outside_condition(field: FieldSpec, nothing: Iterable[str]) -> str:
    """SQL: a day outside every lifetime, and not one that means nothing."""
    years = f"coalesce(year(s.{quoted(field.name)}) NOT BETWEEN {FIRST_YEAR} AND {LAST_YEAR}, false)"
    return f"({years} AND NOT {_means_nothing(field, nothing)})"


def judged_column(
    field: FieldSpec, table: str, *, has_empty: bool, reasons: Iterable[str], is_identity: bool
) -> ColumnPlan:
    """A code, flag or date whose distinct values were judged; the verdicts are in `table`.

    When every value is accepted as it stands, the delivered value is used and nothing is joined.
    """
    alias = f"m_{field.name}"
    if is_identity:
        value, join = f"s.{quoted(field.name)}", ""
    else:
        value = f"{alias}.value"
        join = f"LEFT JOIN {table} AS {alias} ON {alias}.raw = s.{quoted(field.name)}"
    faults = [
        Fault(field.name, reason, f"{alias}.reason = {literal(reason)}")
        for reason in reasons
        if field.on_error == "quarantine" or field.is_required
    ]
    if has_empty and field.is_required:
        reason = f" AND {alias}.reason IS NULL" if join else ""
        faults.append(Fault(field.name, "R_REQUIRED", f"({value} IS NULL{reason})"))
    return ColumnPlan(field.name, value, tuple(faults), join)
