"""The promises of a build, asked of it before anybody sees it.

Each check is a SELECT that counts what breaks the promise; 0 keeps it. When one is broken the new build is
kept aside for a look and the old one stays live.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openphm.core.errors import BuildCheckFailed, Problem
from openphm.store import Engine, PersonRanges, SqlFile

_OUR_FAULT = "this is a fault of the build and not of the data; please report it"


@dataclass(frozen=True)
class Check:
    """A promise: its name, what is wrong when it is broken, and how to count the breaks."""

    name: str
    broken: str
    select: str
    remedy: str = _OUR_FAULT


CHECKS: tuple[Check, ...] = (
    Check(
        "files_reconcile",
        "{n} files have rows that are neither loaded nor quarantined.",
        "SELECT COUNT(*) AS n FROM quality.file WHERE NOT is_reconciled",
        "pseudonymise the delivery again",
    ),
    Check(
        "somebody_is_in_it",
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
            FROM person.registration) AS r
        WHERE start_date < end_before""",
    ),
    Check(
        "each_event_has_one_cost",
        "{n} events have no cost, or more than one.",
        """SELECT ABS((SELECT COUNT(*) FROM activity.event) - (SELECT COUNT(*) FROM costs.event_cost))
            + (SELECT COUNT(*) FROM costs.event_cost WHERE cost_gbp IS NULL) AS n""",
    ),
    Check(
        "each_month_has_one_subsegment",
        "{n} registered people have no subsegment in a month, or more than one.",
        """SELECT ABS((SELECT COUNT(*) FROM segments.spine) - (SELECT COUNT(*) FROM segments.history))
            + (SELECT COUNT(*) FROM segments.history WHERE subsegment_code IS NULL) AS n""",
    ),
    Check(
        "the_window_holds_the_register",
        "{n} people registered on the as-at date are not in the window.",
        """SELECT ABS(
                (SELECT COUNT(*) FROM segments.window WHERE is_registered_as_at)
                - (SELECT COUNT(*) FROM person.registration AS r CROSS JOIN build.parameters AS b
                   WHERE r.start_date <= b.as_at AND (r.end_date IS NULL OR r.end_date > b.as_at))
            ) AS n""",
    ),
    Check(
        "the_snapshot_holds_the_register",
        "{n} people registered on the as-at date are not in the snapshot.",
        """SELECT ABS(
                (SELECT COUNT(*) FROM segments.window WHERE is_registered_as_at)
                - (SELECT COUNT(*) FROM person.snapshot AS s JOIN build.parameters AS b ON s.as_at = b.as_at)
            ) AS n""",
    ),
    Check(
        "pounds_add_up",
        "{n} pence of the window are in no subsegment and not in unattributed either.",
        """SELECT ABS(
                (SELECT COALESCE(SUM(cost_gbp), 0) FROM quality.attribution)
                - (SELECT COALESCE(SUM(c.cost_gbp), 0) FROM costs.event_cost AS c
                   CROSS JOIN build.parameters AS b
                   WHERE c.event_date >= b.window_start AND c.event_date <= b.as_at)
            ) * 100 AS n""",
    ),
)


def run_checks(
    engine: Engine, sql_files: Iterable[SqlFile], pods: Sequence[str], ranges: PersonRanges | None
) -> dict[str, int]:
    """Ask every promise; how often each is broken, by name."""
    asked = (*CHECKS, _months_check(pods))
    found = {check.name: _count(engine, check.select) for check in asked}
    for file in sql_files:
        if _is_of_people(file):
            found[f"unique:{file.header.writes}"] = _repeats(engine, file, ranges)
    return found


def raise_if_broken(found: dict[str, int], pods: Sequence[str]) -> None:
    """BuildCheckFailed with every promise that was broken."""
    known = {check.name: check for check in (*CHECKS, _months_check(pods))}
    problems = []
    for name, n_broken in found.items():
        if n_broken:
            check = known.get(name, Check(name, "{n} keys are repeated.", ""))
            said = check.broken.format(n=f"{n_broken:,}")
            problems.append(Problem(name, said, "The build that was live stays live.", check.remedy))
    if problems:
        raise BuildCheckFailed.of(problems)


def _months_check(pods: Sequence[str]) -> Check:
    added = " + ".join(f"SUM(cost_{pod}_gbp)" for pod in pods)
    return Check(
        "months_add_up",
        "{n} pence of the months of history are not in person.month.",
        f"""SELECT ABS(
                (SELECT COALESCE({added}, 0) FROM person.month)
                - (SELECT COALESCE(SUM(c.cost_gbp), 0) FROM costs.event_cost AS c
                   CROSS JOIN build.parameters AS b
                   WHERE c.event_date >= b.history_start AND c.event_date <= b.as_at)
            ) * 100 AS n""",
    )


def _is_of_people(file: SqlFile) -> bool:
    """A kept table with one row for each person and something; its key could only repeat within a person."""
    header = file.header
    kept = not header.writes.startswith(("working.", "standard."))
    return kept and bool(header.key) and any(column.name == "person_key" for column in header.columns)


def _repeats(engine: Engine, file: SqlFile, ranges: PersonRanges | None) -> int:
    """How many keys of a table stand more than once, asked for one range of people at a time."""
    columns = ", ".join(dict.fromkeys(("person_key", *file.header.key)))
    found = 0
    for first, last in ranges or ((0, 2**31 - 1),):
        found += _count(
            engine,
            f"SELECT COUNT(*) AS n FROM (SELECT {columns} FROM {file.header.writes} "
            f"WHERE person_key BETWEEN {first} AND {last} GROUP BY {columns} HAVING COUNT(*) > 1) AS k",
        )
    return found


def _count(engine: Engine, select: str) -> int:
    return int(engine.query(select).column(0)[0].as_py() or 0)
