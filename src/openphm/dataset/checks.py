"""The promises of a build, asked of it before anybody sees it.

Each check is a SELECT that counts what breaks the promise; 0 keeps it. When one is broken the new build is
kept aside for a look and the old one stays live.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openphm.core.errors import BuildCheckFailed, Problem
from openphm.store import Engine, SqlFile


@dataclass(frozen=True)
class Check:
    """A promise: its name, what it means when broken, and how to count the breaks."""

    name: str
    broken: str
    select: str
    remedy: str = "this is a fault of the build, not of the data; please report it"


@dataclass(frozen=True)
class Kept:
    """What came of a check."""

    name: str
    n_broken: int


CHECKS: tuple[Check, ...] = (
    Check(
        "every_file_loaded",
        "{n} delivered files were rejected.",
        "SELECT COUNT(*) AS n FROM quality.file WHERE status = 'rejected'",
        "see quality/files of the delivery for the reasons; mend the files and pseudonymise again",
    ),
    Check(
        "files_reconcile",
        "{n} files have rows that are neither loaded nor quarantined.",
        "SELECT COUNT(*) AS n FROM quality.file WHERE NOT is_reconciled",
        "pseudonymise the delivery again",
    ),
    Check(
        "somebody_in_it",
        "the delivery holds no person.",
        "SELECT CASE WHEN COUNT(*) = 0 THEN 1 ELSE 0 END AS n FROM person.person",
        "look at the quarantine: every row may have been kept back",
    ),
    Check(
        "registrations_do_not_overlap",
        "{n} registrations overlap with the one before.",
        """SELECT COUNT(*) AS n FROM (
            SELECT start_date, LAG(COALESCE(end_date, DATE '9999-12-31')) OVER (
                PARTITION BY person_key ORDER BY start_date) AS end_before
            FROM person.registration) AS r WHERE start_date < end_before""",
    ),
    Check(
        "one_cost_for_each_event",
        "{n} events have no cost, or more than one.",
        """SELECT ABS((SELECT COUNT(*) FROM activity.event) - (SELECT COUNT(*) FROM costs.event_cost))
            + (SELECT COUNT(*) FROM costs.event_cost WHERE cost_gbp IS NULL) AS n""",
    ),
    Check(
        "one_subsegment_each_month",
        "{n} registered people have no subsegment in a month, or more than one.",
        """SELECT ABS((SELECT COUNT(*) FROM segments.spine) - (SELECT COUNT(*) FROM segments.history))
            + (SELECT COUNT(*) FROM segments.history WHERE subsegment_code IS NULL) AS n""",
    ),
    Check(
        "everybody_registered_is_in_the_window",
        "{n} people registered on the as-at date are not in the window.",
        """SELECT ABS(
                (SELECT COUNT(*) FROM segments.window WHERE is_registered_as_at)
                - (SELECT COUNT(*) FROM person.registration AS r CROSS JOIN build.parameters AS b
                   WHERE r.start_date <= b.as_at AND (r.end_date IS NULL OR r.end_date > b.as_at))
            ) AS n""",
    ),
    Check(
        "snapshot_is_the_register",
        "{n} people registered on the as-at date are missing from the snapshot.",
        """SELECT ABS(
                (SELECT COUNT(*) FROM segments.window WHERE is_registered_as_at)
                - (SELECT COUNT(*) FROM person.snapshot AS s JOIN build.parameters AS b ON s.as_at = b.as_at)
            ) AS n""",
    ),
    Check(
        "pounds_add_up",
        "{n} pence of the window are in no subsegment and not in unattributed either.",
        """SELECT CAST(ABS(
                (SELECT COALESCE(SUM(cost_gbp), 0) FROM quality.attribution)
                - (SELECT COALESCE(SUM(c.cost_gbp), 0) FROM costs.event_cost AS c
                   CROSS JOIN build.parameters AS b
                   WHERE c.event_date >= b.window_start AND c.event_date <= b.as_at)
            ) * 100 AS BIGINT) AS n""",
    ),
    Check(
        "months_add_up",
        "{n} pence of the months of history are not in person.month.",
        """SELECT CAST(ABS(
                (SELECT COALESCE(SUM(cost_gbp), 0) FROM working.month_total)
                - (SELECT COALESCE(SUM(c.cost_gbp), 0) FROM costs.event_cost AS c
                   CROSS JOIN build.parameters AS b
                   WHERE c.event_date >= b.history_start AND c.event_date <= b.as_at)
            ) * 100 AS BIGINT) AS n""",
    ),
)


def run_checks(engine: Engine, sql_files: Iterable[SqlFile]) -> list[Kept]:
    """Ask every promise; the answers in order. Tables whose key must be unique are asked too."""
    asked = [*CHECKS, *(_key_check(file) for file in sql_files if file.header.key)]
    return [Kept(check.name, _count(engine, check.select)) for check in asked]


def raise_if_broken(kept: Iterable[Kept]) -> None:
    """BuildCheckFailed with every promise that was broken."""
    known = {check.name: check for check in CHECKS}
    problems = []
    for one in kept:
        if one.n_broken:
            check = known.get(one.name)
            said = check.broken.format(n=f"{one.n_broken:,}") if check else f"{one.n_broken:,} keys are repeated."
            remedy = check.remedy if check else "a business key was delivered twice with different rows"
            problems.append(Problem(one.name, said, "The build live until now stays live.", remedy))
    if problems:
        raise BuildCheckFailed.of(problems)


def _count(engine: Engine, select: str) -> int:
    return int(engine.query(select).column(0)[0].as_py() or 0)


def _key_check(file: SqlFile) -> Check:
    columns = ", ".join(file.header.key)
    table = file.header.writes
    select = (
        f"SELECT COUNT(*) AS n FROM (SELECT {columns} FROM {table} GROUP BY {columns} HAVING COUNT(*) > 1) AS k"
    )
    return Check(f"unique:{table}", "", select)
