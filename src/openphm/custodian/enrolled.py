"""Enrolments: a service's own list of the people it took on, carried over as pseudonyms.

Reads    RAW/enrolments/*.csv    INTERVENTION_ID, NHS_NUMBER, ENROLLED_DATE and, optionally, ENGAGED_DATE
Writes   OUT/enrolments/*.parquet    person_id, intervention, offered_date, engaged_date

Only people whose registrations are in the delivery are carried, so whoever objected is not. A list that
lacks a column rejects the delivery; a row without a valid number or date is left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from openphm.core.errors import ExtractRejected, Problem
from openphm.custodian.keys import RootKey
from openphm.custodian.pseudonyms import pseudonymise_numbers

FOLDER = "enrolments"
NEEDED = ("INTERVENTION_ID", "NHS_NUMBER", "ENROLLED_DATE")
ENGAGED = "ENGAGED_DATE"


@dataclass(frozen=True)
class Carried:
    """What became of the lists."""

    rows: int
    no_number: int
    no_date: int
    not_in_delivery: int

    def as_dict(self) -> dict[str, int]:
        """For delivery.json."""
        return dict(vars(self))


def carry_enrolments(
    raw: Path, out: Path, key: RootKey, *, superseded: dict[str, str], registrations: Path | None
) -> Carried | None:
    """Write the lists of RAW/enrolments as pseudonyms; None when there are none. Raises ExtractRejected."""
    lists = sorted((raw / FOLDER).glob("*.csv")) if (raw / FOLDER).is_dir() else []
    if not lists:
        return None
    tables = [_read(path) for path in lists]
    out_folder = out / FOLDER
    out_folder.mkdir()
    counts = [0, 0, 0, 0]
    for path, table in zip(lists, tables, strict=True):
        made, found = _carried(table, key, superseded, registrations)
        pq.write_table(made, out_folder / f"{path.stem}.parquet")
        counts = [one + other for one, other in zip(counts, found, strict=True)]
    return Carried(*counts)


def _read(path: Path) -> pa.Table:
    where = f"{FOLDER}/{path.name}"
    try:
        names = pacsv.open_csv(path).schema.names
        options = pacsv.ConvertOptions(column_types={name: pa.string() for name in names})
        table = pacsv.read_csv(path, convert_options=options)
    except (pa.ArrowInvalid, OSError, UnicodeDecodeError):
        raise ExtractRejected(where, "it is not a CSV in UTF-8.", remedy="export the list again") from None
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        raise ExtractRejected.of(
            Problem(
                f"{where}, {name}",
                "the list has no such column.",
                f"Columns: {', '.join(NEEDED)} and, optionally, {ENGAGED}.",
                "name the columns so in the first line",
            )
            for name in missing
        )
    return table


def _carried(
    table: pa.Table, key: RootKey, superseded: dict[str, str], registrations: Path | None
) -> tuple[pa.Table, list[int]]:
    numbers = table["NHS_NUMBER"].combine_chunks()
    distinct = pc.unique(numbers.drop_null())
    made = pseudonymise_numbers(distinct, key, superseded)
    person = made.person_id.take(pc.index_in(numbers, value_set=distinct))
    offered = _days(table["ENROLLED_DATE"])
    engaged = _days(table[ENGAGED]) if ENGAGED in table.column_names else pa.nulls(len(table), pa.date32())
    here = pc.is_in(person, value_set=_registered(registrations))
    has_person, has_date = pc.is_valid(person), pc.is_valid(offered)
    kept = pc.and_(pc.and_(has_person, has_date), here)
    columns = {
        "person_id": person,
        "intervention": table["INTERVENTION_ID"].combine_chunks(),
        "offered_date": offered,
        "engaged_date": engaged,
    }
    counts = [
        int(pc.sum(kept).as_py() or 0),
        int(pc.sum(pc.invert(has_person)).as_py() or 0),
        int(pc.sum(pc.and_(has_person, pc.invert(has_date))).as_py() or 0),
        int(pc.sum(pc.and_(pc.and_(has_person, has_date), pc.invert(here))).as_py() or 0),
    ]
    return pa.table(columns).filter(kept), counts


def _registered(registrations: Path | None) -> pa.Array:
    if registrations is None:
        return pa.array([], pa.string())
    return pc.unique(pq.read_table(registrations, columns=["person_id"])["person_id"]).cast(pa.string())


def _days(column: pa.ChunkedArray) -> pa.Array:
    """Dates written 2025-04-01; null for anything else."""
    text = pc.utf8_trim_whitespace(column.combine_chunks())
    is_date = pc.match_substring_regex(text, r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    return pc.strptime(
        pc.if_else(is_date, text, pa.scalar(None, pa.string())), "%Y-%m-%d", "s", error_is_null=True
    ).cast(pa.date32())
