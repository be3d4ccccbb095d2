"""Offers: who was offered the service and when, from recorded enrolments or from a file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from openphm.core.errors import PlanError, Problem
from openphm.core.identifiers import NHSNumber
from openphm.core.records import Enrolment
from openphm.population.risk_set import Offer as Offer

COLUMNS = ("person_id", "offered_date")
ENGAGED = "engaged_date"
MOST = 50


def offers_recorded(enrolments: Iterable[Enrolment]) -> tuple[Offer, ...]:
    """The offers of recorded enrolments; somebody engaged when the enrolment started."""
    return tuple(sorted(Offer(one.person_id, one.offered_on, one.started_on) for one in enrolments))


def offers_in_file(path: Path) -> tuple[Offer, ...]:
    """The offers of a CSV with the columns person_id, offered_date and, optionally, engaged_date.

    Raises PlanError with every problem: the line and the column, never the value.
    """
    where = f"index_dates {path.name}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = [name.strip() for name in reader.fieldnames or ()]
            rows = [{(key or "").strip(): value for key, value in row.items()} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PlanError(
            where, f"the file cannot be read ({type(error).__name__})", "A CSV in UTF-8."
        ) from None
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise PlanError(
            where,
            f"there is no column {' and no column '.join(missing)}",
            f"Columns: {', '.join(COLUMNS)} and, optionally, {ENGAGED}.",
            "name the columns so in the first line",
        )
    problems: list[Problem] = []
    found = [_offer(row, number, where, problems) for number, row in enumerate(rows, start=2)]
    if problems:
        raise PlanError.of(_first(problems, where))
    return tuple(sorted(one for one in found if one is not None))


def _offer(row: dict[str, str], number: int, where: str, problems: list[Problem]) -> Offer | None:
    person = (row.get("person_id") or "").strip()
    offered = _day(row.get("offered_date"))
    text = (row.get(ENGAGED) or "").strip()
    engaged = _day(text) if text else None
    at = f"{where}, line {number}"
    before = len(problems)
    if not person:
        problems.append(Problem(f"{at}, person_id", "nothing stands here", "The person_id of the build."))
    elif NHSNumber.parse(person) is not None:
        problems.append(
            Problem(
                f"{at}, person_id",
                "it reads as an NHS number",
                "A person is a pseudonym here.",
                "let the custodian pseudonymise the list",
            )
        )
    if offered is None:
        problems.append(Problem(f"{at}, offered_date", "it is not a date", "A date such as 2025-04-01."))
    if text and engaged is None:
        problems.append(
            Problem(f"{at}, {ENGAGED}", "it is not a date", "A date such as 2025-04-01, or nothing.")
        )
    if offered is not None and engaged is not None and engaged < offered:
        problems.append(
            Problem(f"{at}, {ENGAGED}", "it is before the offer", "The day of the offer or later.")
        )
    return Offer(person, offered, engaged) if len(problems) == before and offered is not None else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        return None


def _first(problems: Sequence[Problem], where: str) -> list[Problem]:
    """Not a thousand lines of the same."""
    rest = len(problems) - MOST
    more = [Problem(where, f"and {rest:,} more problems of this kind")] if rest > 0 else []
    return [*problems[:MOST], *more]
