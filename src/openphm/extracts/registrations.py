"""A practice that is open and has no registered patients in the delivery: the denominator would be wrong.

A month without contacts of one practice is a gap that `check` reports. A practice without registrations is
worse: all of its people vanish from every count, and nothing else shows it. So it stops the delivery until
somebody says that it is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from openphm.extracts.columns import literal
from openphm.extracts.reasons import FileRejected
from openphm.store import Engine

REGISTRATIONS = "gp_registration"
PRACTICES = "ref_practice"
LIST_SIZES = "ref_list_size"
GENERAL_PRACTICE = 4
"""Prescribing setting of a general practice in the ODS file; others are prisons, clinics, hospices."""
_SHOWN = 20


def expect_practices(
    engine: Engine, practices: Path, list_sizes: Path | None, present: Iterable[str]
) -> set[str]:
    """Open practices that must have patients: on the practice list and, if delivered, with a list size.

    The published lists are national and the delivery is of one area, so only practices of commissioners
    whose practices mostly are present count.
    """
    rows = engine.query(
        "SELECT practice_code, coalesce(commissioner_code, '') AS commissioner_code "
        f"FROM read_parquet([{literal(str(practices))}]) "
        "WHERE coalesce(status_code, 'A') = 'A' AND close_date IS NULL "
        f"AND coalesce(prescribing_setting, {GENERAL_PRACTICE}) = {GENERAL_PRACTICE}"
    ).to_pylist()
    sized = None if list_sizes is None else practices_with_patients(engine, list_sizes)
    here = set(present)
    by_commissioner: dict[str, set[str]] = {}
    for row in rows:
        if sized is None or row["practice_code"] in sized:
            by_commissioner.setdefault(row["commissioner_code"], set()).add(row["practice_code"])
    return {
        code for codes in by_commissioner.values() if 2 * len(codes & here) > len(codes) for code in codes
    }


def practices_with_patients(engine: Engine, list_sizes: Path) -> set[str]:
    """Practices of the published list sizes that have anybody."""
    source = f"read_parquet([{literal(str(list_sizes))}])"
    rows = engine.query(f"SELECT DISTINCT practice_code FROM {source} WHERE patients > 0")
    return set(rows["practice_code"].to_pylist())


def find_registration_gaps(present: Iterable[str], expected: Iterable[str], file: str) -> FileRejected | None:
    """The problem to raise when expected practices have no registered patients; None when all have."""
    missing = sorted(set(expected) - set(present))
    if not missing:
        return None
    shown = ", ".join(missing[:_SHOWN]) + (
        f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    )
    return FileRejected(
        "F_REGISTRATION_GAP",
        file,
        f"open practices without registered patients ({len(missing)}): {shown}.",
        "Practices that the reference list calls open, or that the last delivery had, have patients.",
        "ask for the missing extract; if the practice has closed, correct the reference list; "
        "to go on without it, run again with --accept-registration-gap",
    )
