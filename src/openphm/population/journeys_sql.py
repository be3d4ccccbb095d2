"""The SQL of journeys: people with an event, their contacts around it, and the days they could have them.

CTEs over `people` of `Asking.ask` as at the anchor, the last day on which an event counts:

    indexed   one row for each person with the event in the 12 months to the anchor: the first in them
    contact   their contacts in the days around it, with the setting and the offset in days from the event

A contact is one event: an attendance, an admission or the beginning of a service. In general practice it is
what counts as a GP contact; items and immunisations are none. Steps are of 30 days: step 1 is day 1 to 30
after the event, step -1 the 30 days before it, and step 0 the day itself.
"""

from __future__ import annotations

from datetime import date, timedelta

from openphm.core.periods import Window
from openphm.population.people import sql_date

STEP_DAYS = 30
LOOK_BACK_DAYS = 90
"""Before an event, in which the order of settings is looked at."""

LAST_STEPS = 3
GP_DAYS = 365
SETTING = """CASE
        WHEN d.is_emergency_admission THEN 'emergency_admission'
        WHEN d.is_ed_attendance THEN 'emergency_department'
        WHEN d.setting = 'acute' AND d.cost_category = 'acute_planned' THEN 'planned_admission'
        WHEN d.setting = 'acute' AND d.cost_category = 'acute_unplanned' THEN 'same_day_emergency_care'
        WHEN d.setting = 'acute' THEN 'outpatient_and_other'
        ELSE d.setting
    END"""
"""Acute care told apart by how it began; other care by its setting."""

_IS_CONTACT = """e.is_start AND d.quantity_unit <> 'item'
    AND (d.setting <> 'general_practice' OR d.is_gp_contact)
    AND (d.setting <> 'acute' OR d.cost_category <> 'none')"""


def around_sql(event: str, months: int, anchor: date, members: str | None) -> str:
    """The CTEs. event: a point of delivery, or onset:CONDITION, both known names."""
    window = Window.twelve_months_to(anchor)
    within = f"BETWEEN {sql_date(window.start)} AND {sql_date(window.last_day)}"
    kind, _, name = event.rpartition(":")
    if kind == "onset":
        found = (
            "SELECT person_key, start_date AS event_date FROM conditions.person_condition "
            f"WHERE condition_id = '{name}' AND spell_number = 1 AND start_date {within}"
        )
    else:
        found = (
            "SELECT person_key, event_date FROM activity.event "
            f"WHERE point_of_delivery = '{name}' AND is_start AND event_date {within}"
        )
    only = "JOIN members AS c ON c.person_key = p.person_key" if members else ""
    chosen = f"members AS (\n{members}\n),\n" if members else ""
    days = STEP_DAYS * months
    before = max(days, GP_DAYS)
    first = sql_date(window.start - timedelta(days=before))
    last = sql_date(window.last_day + timedelta(days=days))
    return f"""
{chosen}indexed AS MATERIALIZED (
    SELECT p.person_key, MIN(f.event_date) AS index_date
    FROM people AS p
    JOIN ({found}) AS f ON f.person_key = p.person_key
    {only}
    GROUP BY p.person_key
),
contact AS MATERIALIZED (
    SELECT
        i.person_key, e.event_id, e.event_date, {SETTING} AS setting,
        days_between(i.index_date, e.event_date) AS day,
        e.point_of_delivery = '{name}' AS is_same_kind
    FROM indexed AS i
    JOIN activity.event AS e ON e.person_key = i.person_key
    JOIN definitions.point_of_delivery AS d ON d.point_of_delivery = e.point_of_delivery
    WHERE e.event_date BETWEEN {first} AND {last}
    AND days_between(i.index_date, e.event_date) BETWEEN {-before} AND {days}
    AND {_IS_CONTACT}
)"""


def question_sql(around: str, months: int, as_at: date) -> str:
    """All of a journey in one pass over the contacts, as rows of three kinds:

    people   n_1 people with the event, n_2 with the same again after it, n_3 who died in the steps after it
    steps    n_1 person-days, n_2 contacts, n_3 people with any, n_4 the most of one, by setting and step
    before   n_1 people for each order of settings before the event and days since the last GP contact (step)
    """
    days = STEP_DAYS * months
    return f"""{around},
{_step_ctes(months, as_at)},
{_before_ctes()},
again AS (SELECT DISTINCT person_key FROM contact WHERE is_same_kind AND day > 0)
SELECT 'people' AS kind, NULL AS subject, NULL AS step, COUNT(*) AS n_1, COUNT(a.person_key) AS n_2,
    COUNT(CASE WHEN person.death_date <= add_days(i.index_date, {days}) THEN 1 END) AS n_3, 0 AS n_4
FROM indexed AS i
JOIN person.person AS person ON person.person_key = i.person_key
LEFT JOIN again AS a ON a.person_key = i.person_key
UNION ALL
SELECT 'steps', setting.setting, a.n, a.days, COALESCE(t.contacts, 0), COALESCE(t.people, 0),
    COALESCE(t.top, 0)
FROM at_risk AS a
CROSS JOIN (SELECT DISTINCT setting FROM total) AS setting
LEFT JOIN total AS t ON t.n = a.n AND t.setting = setting.setting
UNION ALL
SELECT 'before', r.sequence, -g.day, COUNT(*), 0, 0, 0
FROM indexed AS i
LEFT JOIN route AS r ON r.person_key = i.person_key
LEFT JOIN gp AS g ON g.person_key = i.person_key
GROUP BY r.sequence, g.day
ORDER BY 1, 2, 3"""


def _step_ctes(months: int, as_at: date) -> str:
    """step (its days), at_risk (person-days in it) and total (contacts by step and setting)."""
    stop = sql_date(as_at + timedelta(days=1))
    listed = ", ".join(f"({step})" for step in range(-months, months + 1))
    return f"""step AS (
    SELECT n,
        CASE WHEN n < 0 THEN {STEP_DAYS} * n WHEN n = 0 THEN 0 ELSE {STEP_DAYS} * (n - 1) + 1 END AS first,
        CASE WHEN n < 0 THEN {STEP_DAYS} * (n + 1) WHEN n = 0 THEN 1 ELSE {STEP_DAYS} * n + 1 END AS after
    FROM (VALUES {listed}) AS listed(n)
),
at_risk AS (
    SELECT s.n, SUM(GREATEST(days_between(
        GREATEST(r.start_date, add_days(i.index_date, s.first)),
        LEAST(COALESCE(r.end_date, {stop}), add_days(i.index_date, s.after), {stop})), 0)) AS days
    FROM indexed AS i
    CROSS JOIN step AS s
    JOIN person.registration AS r ON r.person_key = i.person_key
    GROUP BY s.n
),
used AS (
    SELECT
        CASE WHEN c.day < 0 THEN CAST(FLOOR(c.day / {STEP_DAYS}.0) AS INTEGER)
            ELSE CAST(CEIL(c.day / {STEP_DAYS}.0) AS INTEGER) END AS n,
        c.setting, c.person_key, COUNT(*) AS contacts
    FROM contact AS c
    WHERE c.day >= {-STEP_DAYS * months}
    GROUP BY 1, 2, 3
),
total AS (
    SELECT n, setting, SUM(contacts) AS contacts, COUNT(*) AS people, MAX(contacts) AS top
    FROM used
    GROUP BY n, setting
)"""


def _before_ctes() -> str:
    """route (the last different settings before the event, in order) and gp (the last GP contact)."""
    return f"""turn AS (
    SELECT c.person_key, c.event_date, c.event_id, c.setting,
        LAG(c.setting) OVER (PARTITION BY c.person_key ORDER BY c.event_date, c.event_id) AS earlier
    FROM contact AS c
    WHERE c.day BETWEEN {-LOOK_BACK_DAYS} AND -1
),
numbered AS (
    SELECT person_key, event_date, event_id, setting,
        ROW_NUMBER() OVER (PARTITION BY person_key ORDER BY event_date DESC, event_id DESC) AS back
    FROM turn
    WHERE earlier IS NULL OR earlier <> setting
),
route AS (
    SELECT person_key, STRING_AGG(setting, ' > ' ORDER BY event_date, event_id) AS sequence
    FROM numbered
    WHERE back <= {LAST_STEPS}
    GROUP BY person_key
),
gp AS (
    SELECT person_key, MAX(day) AS day
    FROM contact
    WHERE setting = 'general_practice' AND day BETWEEN {-GP_DAYS} AND 0
    GROUP BY person_key
)"""
