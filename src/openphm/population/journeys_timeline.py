"""One person's timeline, under a pseudonym: for direct care alone."""

from __future__ import annotations

from datetime import date

from openphm.core.errors import UsageError
from openphm.core.periods import Window
from openphm.core.results import Result
from openphm.population.asking import Asking
from openphm.population.cohorts.members import require_direct_care
from openphm.population.journeys_sql import SETTING
from openphm.population.people import sql_date

COLUMNS = ("person_id", "event_date", "setting", "point_of_delivery", "what", "cost_gbp", "bed_days")
_ID = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def timeline(population: Asking, person_id: str, as_at: date) -> Result:
    """The events of the 12 months to the date in order: setting, point of delivery, cost, bed days.

    Raises AccessRefused unless the scope is for direct care; UsageError when nobody in scope has this id.
    """
    require_direct_care(population.scope)
    if not person_id or len(person_id) > 100 or not set(person_id) <= _ID:
        raise _nobody()
    window = Window.twelve_months_to(as_at)
    rows = population.ask(
        f"""
listed AS (
    SELECT p.person_key, person.person_id
    FROM people AS p
    JOIN person.person AS person ON person.person_key = p.person_key
    WHERE person.person_id = '{person_id}'
)
SELECT l.person_id, e.event_date, {SETTING} AS setting, e.point_of_delivery, d.name, c.cost_gbp, e.bed_days
FROM listed AS l
LEFT JOIN activity.event AS e ON e.person_key = l.person_key
    AND e.event_date BETWEEN {sql_date(window.start)} AND {sql_date(window.last_day)}
LEFT JOIN costs.event_cost AS c ON c.event_id = e.event_id
LEFT JOIN definitions.point_of_delivery AS d ON d.point_of_delivery = e.point_of_delivery
ORDER BY e.event_date, e.event_id""",
        as_at,
    )
    if not rows:
        raise _nobody()
    events = tuple(tuple(row.values()) for row in rows if row["event_date"] is not None)
    note = "Every event of the 12 months to the date, in order. The custodian alone turns person_id back."
    return Result(
        "report/journeys/timeline", COLUMNS, events, population.provenance(as_at), (note,), grain="person"
    )


def _nobody() -> UsageError:
    return UsageError("--person", "nobody in your scope has this id", "A person_id of this build.")
