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
GENERAL_PRACTICE = 4
"""Prescribing setting of a general practice in the ODS file; others are prisons, clinics, hospices."""
_SHOWN = 20


def expect_practices(engine: Engine, practices: Path, present: Iterable[str]) -> set[str]:
    """Open practices of the reference list, of those commissioners whose practices mostly are present.

    The published list is national; the delivery is of one area.
    """
    rows = engine.query(
        "SELECT practice_code, coalesce(commissioner_code, '') AS commissioner_code "
        f"FROM read_parquet([{literal(str(practices))}]) "
        "WHERE coalesce(status_code, 'A') = 'A' AND close_date IS NULL "
        f"AND coalesce(prescribing_setting, {GENERAL_PRACTICE}) = {GENERAL_PRACTICE}"
    ).to_pylist()
    here = set(present)
    by_commissioner: dict[str, set[str]] = {}
    for row in rows:
        by_commissioner.setdefault(row["commissioner_code"], set()).add(row["practice_code"])
    return {
        code for codes in by_commissioner.values() if 2 * len(codes & here) > len(codes) for code in codes
    }


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
        f"{len(missing)} open practice{'s have' if len(missing) > 1 else ' has'} no registered patients: {shown}.",
        "Practices that the reference list calls open, or that the last delivery had, have patients.",
        "ask for the missing extract; if the practice has closed, correct the reference list; "
        "to go on without it, run again with --accept-registration-gap",
    )
