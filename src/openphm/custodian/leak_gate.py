"""The last look before a delivery leaves: does any column hold what identifies a person?

Every text column of every file is read. Keyed ids must have the form of keyed ids. Of all other columns each
distinct value is looked at: no value may be an NHS number of this delivery, and values that read like NHS
numbers, postcodes, dates of birth, e-mail addresses, telephone or National Insurance numbers may be no more
than a code could be by chance. The specifications should let nothing of this through; this gate does not
believe them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from openphm.core import CustodianRefused, NHSNumber, Problem
from openphm.custodian.outputs import HOUSEHOLD, RULE
from openphm.definitions import FieldSpec, RecordSpec
from openphm.extracts import literal, quoted
from openphm.store import Engine

BY_CHANCE = 0.01
"""The part of the distinct values of a column that may look like something else."""
FEW = 3
_KEYED = {"person_id": "[pu][a-z]{26}", "household_id": "h[0-9a-f]{9}h[0-9a-f]{9}"}
_LOCAL = "k[0-9a-f]{9}k[0-9a-f]{9}"
_LOOKS: Mapping[str, re.Pattern[str]] = {
    "a postcode": re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", re.IGNORECASE),
    "a date": re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}|(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"),
    "an e-mail address": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "a telephone number": re.compile(r"(\+44|0)[1-9][0-9 ]{8,11}"),
    "a National Insurance number": re.compile(
        r"[A-CEGHJ-PR-TW-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]", re.I
    ),
}


def refuse_leaks(engine: Engine, written: Path, specs: Mapping[str, RecordSpec], numbers: str) -> int:
    """Look at every file below `written`; answers how many columns. Raises CustodianRefused.

    numbers   a table with the column `digits`: the NHS numbers of the delivery
    """
    problems: list[Problem] = []
    looked = 0
    for path in sorted(written.rglob("*.parquet")):
        spec = specs[path.parent.name]
        texts = [one.name for one in pq.read_schema(path) if str(one.type) in ("string", "large_string")]
        for name in texts:
            looked += 1
            problems += [
                Problem(
                    f"{path.name}, {name}",
                    found,
                    "Nothing was written.",
                    "look at the raw file and its specification",
                )
                for found in _wrong(engine, path, spec, name, numbers)
            ]
    if problems:
        raise CustodianRefused.of(problems)
    return looked


def _wrong(engine: Engine, path: Path, spec: RecordSpec, name: str, numbers: str) -> Iterable[str]:
    field = next((one for one in spec.fields if one.name == name), None)
    column, source = quoted(name), f"read_parquet([{literal(str(path))}])"
    keyed = _KEYED.get(name) or (_LOCAL if field is not None and field.identity == "local_id" else None)
    if keyed is not None:
        other = engine.query(
            f"SELECT count(*) AS n FROM {source} WHERE {column} IS NOT NULL "
            f"AND NOT regexp_full_match({column}, {literal(keyed)})"
        )["n"][0].as_py()
        return [f"{other:,} values are no keyed ids."] if other else []
    distinct = f"SELECT DISTINCT {column} AS value FROM {source} WHERE {column} IS NOT NULL"
    known = engine.query(
        f"SELECT count(*) AS n FROM ({distinct}) AS d JOIN {numbers} AS n "
        "ON n.digits = regexp_replace(d.value, '[^0-9]', '', 'g')"
    )["n"][0].as_py()
    if known and not _has_own_check(field):
        return [f"{known:,} values are NHS numbers of this delivery."]
    if name in {one[0] for one in HOUSEHOLD} | {RULE}:
        return []
    return looking_alike(engine.query(distinct)["value"].to_pylist(), field)


def _has_own_check(field: FieldSpec | None) -> bool:
    """Concept ids of SNOMED CT have a check digit of their own and may be NHS numbers by chance."""
    return field is not None and field.pattern is not None and field.pattern.check is not None


def looking_alike(values: list[str], field: FieldSpec | None) -> list[str]:
    """What too many of the distinct values of a column look like."""
    if field is not None and field.values is not None:
        return []
    most = max(FEW, BY_CHANCE * len(values))
    found = []
    if not _has_own_check(field):
        alike = sum(1 for one in values if NHSNumber.parse(one) is not None)
        if alike > most:
            found.append(f"{alike:,} of {len(values):,} distinct values read like NHS numbers.")
    for look, pattern in _LOOKS.items():
        alike = sum(1 for one in values if pattern.fullmatch(one))
        if alike > most:
            found.append(f"{alike:,} of {len(values):,} distinct values read like {look}.")
    return found
