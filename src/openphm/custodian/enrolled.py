"""Enrolments: a service's own list of the people it took on, carried over as pseudonyms.

Reads    RAW/enrolments/*.csv    INTERVENTION_ID, NHS_NUMBER, ENROLLED_DATE and, optionally, ENGAGED_DATE
Writes   OUT/enrolments/*.parquet    person_id, intervention, offered_date, engaged_date

Only people whose registrations are in the delivery are carried, so whoever objected is not. A list that
lacks a column rejects the delivery; a row without a valid number or date is left out and counted. A list is
called after its service, and a row that names another one is left out: no free text leaves by that column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
KINDS = ("interventions", "evaluations")
"""Folders of definitions that a list may name its service in: `evaluations/demo_high_intensity`."""
_SERVICE = re.compile(r"[a-z][a-z_-]*[a-z](_?[0-9]{1,4})?")


@dataclass(frozen=True)
class Carried:
    """What became of the lists."""

    rows: int
    other_service: int
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
    tables = {path.stem: _read(path) for path in lists}
    folder, registered = out / FOLDER, _registered(registrations)
    folder.mkdir()
    counts = []
    for service, table in tables.items():
        made, found = _carried(table, service, lambda raw: _pseudonyms(raw, key, superseded), registered)
        pq.write_table(made, folder / f"{service}.parquet")
        counts.append(found)
    return Carried(*(sum(of) for of in zip(*(vars(one).values() for one in counts), strict=True)))


def _read(path: Path) -> pa.Table:
    where = f"{FOLDER}/{path.name}"
    if not _SERVICE.fullmatch(path.stem):
        raise ExtractRejected(
            FOLDER,
            "a list is not called after a service.",
            "Small letters, _ and - , and at most four digits at the end, such as demo_high_intensity.csv.",
            "name the file as INTERVENTION_ID names the service",
        )
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
    table: pa.Table, service: str, pseudonyms: Callable[[pa.Array], pa.Array], registered: pa.Array
) -> tuple[pa.Table, Carried]:
    named = pc.utf8_trim_whitespace(table["INTERVENTION_ID"].combine_chunks())
    person = pseudonyms(table["NHS_NUMBER"].combine_chunks())
    offered = _days(table["ENROLLED_DATE"])
    engaged = _days(table[ENGAGED]) if ENGAGED in table.column_names else pa.nulls(len(table), pa.date32())
    left, counts = pa.array([True] * len(table), pa.bool_()), []
    for passes in (
        pc.is_in(named, value_set=pa.array([service, *(f"{kind}/{service}" for kind in KINDS)])),
        pc.is_valid(person),
        pc.is_valid(offered),
        pc.is_in(person, value_set=registered),
    ):
        counts.append(_true(pc.and_(left, pc.invert(passes))))
        left = pc.and_(left, passes)
    columns = {
        "person_id": person,
        "intervention": named,
        "offered_date": offered,
        "engaged_date": engaged,
    }
    return pa.table(columns).filter(left), Carried(_true(left), *counts)


def _true(flags: pa.Array) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _pseudonyms(numbers: pa.Array, key: RootKey, superseded: Mapping[str, str]) -> pa.Array:
    distinct = pc.unique(numbers.drop_null())
    made = pseudonymise_numbers(distinct, key, superseded)
    return made.person_id.take(pc.index_in(numbers, value_set=distinct))


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
