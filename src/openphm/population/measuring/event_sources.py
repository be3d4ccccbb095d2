"""Event sources: the dated rows that a measure may count, each as one SELECT with named columns.

Every source gives `person_key`, `event_date` and the columns that `definitions.quantities.EVENT_COLUMNS`
names. Which codes and thresholds count is said in the measure's file, never here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

SOURCES: Mapping[str, str] = {
    "admission": """
SELECT e.person_key, e.event_date, e.bed_days, d.diagnosis, d.external_cause
FROM activity.event AS e
LEFT JOIN (
    SELECT person_key, event_date,
        MIN(CASE WHEN position = 1 THEN code END) AS diagnosis,
        MIN(CASE WHEN code >= 'V' AND code < 'Z' THEN code END) AS external_cause
    FROM standard.sus_apc_diagnosis
    GROUP BY person_key, event_date
) AS d ON d.person_key = e.person_key AND d.event_date = e.event_date
WHERE e.point_of_delivery = 'emergency_admission'""",
    # counted on the 30th day after discharge, when it is known whether the person came back
    "discharge": """
SELECT s.person_key, add_days(s.discharge_date, 30) AS event_date, s.discharge_method_code,
    days_between(s.discharge_date, s.next_emergency) AS days_to_emergency
FROM (
    SELECT e.person_key, e.admission_date, e.discharge_date, e.discharge_method_code,
        MIN(CASE WHEN m.value = 'emergency_admission' THEN e.admission_date END) OVER (
            PARTITION BY e.person_key ORDER BY e.admission_date, e.row_id
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_emergency
    FROM standard.sus_apc_spell AS e
    LEFT JOIN definitions.code_map AS m
        ON m.map_id = 'apc_point_of_delivery' AND m.code = e.admission_method_code
        AND m.second_code IN (e.patient_classification_code, '*')
) AS s
WHERE s.discharge_date IS NOT NULL""",
    "attendance": """
SELECT person_key, arrival_date AS event_date, department_type_code, minutes_to_departure
FROM standard.sus_ecds_attendance""",
    "death": """
SELECT p.person_key, p.death_date AS event_date, age_at(p.birth_month, p.death_date) AS age,
    d.place_of_death_type, d.underlying_cause_code,
    COALESCE(u.emergency_admissions, 0) AS emergency_admissions_90_days,
    COALESCE(u.bed_days, 0) AS bed_days_90_days, c.days_from_cancer_treatment
FROM person.person AS p
LEFT JOIN (
    SELECT person_key, MIN(place_of_death_type) AS place_of_death_type,
        MIN(underlying_cause_code) AS underlying_cause_code
    FROM standard.death GROUP BY person_key
) AS d ON d.person_key = p.person_key
LEFT JOIN (
    SELECT e.person_key,
        COUNT(CASE WHEN e.point_of_delivery = 'emergency_admission' THEN 1 END) AS emergency_admissions,
        SUM(days_between(GREATEST(e.event_date, add_days(q.death_date, -90)),
            LEAST(COALESCE(e.end_date, add_days(e.event_date, e.bed_days)), q.death_date))) AS bed_days
    FROM activity.event AS e
    JOIN person.person AS q ON q.person_key = e.person_key AND q.death_date IS NOT NULL
    WHERE e.event_date <= q.death_date AND e.event_date > add_days(q.death_date, -90)
        AND (e.bed_days IS NOT NULL OR e.point_of_delivery = 'emergency_admission')
    GROUP BY e.person_key
) AS u ON u.person_key = p.person_key
LEFT JOIN (
    SELECT t.person_key, MIN(days_between(t.treatment_start_date, q.death_date)) AS days_from_cancer_treatment
    FROM standard.cancer_pathway AS t
    JOIN person.person AS q ON q.person_key = t.person_key AND q.death_date >= t.treatment_start_date
    GROUP BY t.person_key
) AS c ON c.person_key = p.person_key
WHERE p.death_date IS NOT NULL""",
    # when people died and no more: for life expectancy
    "death_date": """
SELECT person_key, death_date AS event_date FROM person.person WHERE death_date IS NOT NULL""",
    "last_year_of_life": """
SELECT c.person_key, p.death_date AS event_date, k.cost_category, SUM(c.cost_gbp) AS cost_gbp
FROM costs.event_cost AS c
JOIN person.person AS p ON p.person_key = c.person_key AND p.death_date IS NOT NULL
JOIN definitions.point_of_delivery AS k ON k.point_of_delivery = c.point_of_delivery
WHERE c.event_date <= p.death_date AND c.event_date > add_months(p.death_date, -12)
GROUP BY c.person_key, p.death_date, k.cost_category""",
    # the last weekly return of each provider and month
    "waiting": """
SELECT person_key, week_ending_date AS event_date, treatment_function_code,
    days_between(clock_start_date, week_ending_date) / 7.0 AS weeks_waited
FROM (
    SELECT w.*,
        MAX(week_ending_date) OVER (PARTITION BY provider_code, month_end(week_ending_date)) AS last_week
    FROM standard.waiting_list_pathway AS w
) AS r
WHERE week_ending_date = last_week""",
    "talking_therapies": """
SELECT person_key, event_date, n_contacts, first_phq9, last_phq9, first_gad7, last_gad7,
    first_phq9 - last_phq9 AS phq9_fall, first_gad7 - last_gad7 AS gad7_fall
FROM (
    SELECT person_key, referral_received_date, MAX(contact_date) AS event_date, COUNT(*) AS n_contacts,
        MIN_BY(phq9_score, contact_date) AS first_phq9, MAX_BY(phq9_score, contact_date) AS last_phq9,
        MIN_BY(gad7_score, contact_date) AS first_gad7, MAX_BY(gad7_score, contact_date) AS last_gad7
    FROM standard.talking_therapies_contact
    GROUP BY person_key, referral_received_date
) AS course""",
    "mental_health_stay": """
SELECT person_key, admission_date AS event_date, admission_method_code FROM standard.mhsds_spell""",
    "immunisation": """
SELECT i.person_key, i.vaccination_date AS event_date, i.procedure_code, i.dose_sequence,
    age_at(p.birth_month, i.vaccination_date) AS age
FROM standard.immunisation AS i
JOIN person.person AS p ON p.person_key = i.person_key""",
    "prescription": """
SELECT person_key, item_date AS event_date, bnf_code FROM standard.gp_medication""",
    # stays by their nights on admission; mental health stays and care homes have a row each month
    "night_away": """
SELECT person_key, event_date,
    CASE
        WHEN point_of_delivery IN (
            'mental_health_admission', 'social_care_nursing', 'social_care_residential'
        ) THEN quantity
        ELSE bed_days
    END AS days
FROM activity.event
WHERE bed_days > 0
    OR point_of_delivery IN ('mental_health_admission', 'social_care_nursing', 'social_care_residential')""",
}

_TABLE = re.compile(r"\b((?:activity|costs|definitions|person|standard)\.\w+)")


def tables_of(source: str) -> frozenset[str]:
    """The tables of a build that a source reads."""
    return frozenset(_TABLE.findall(SOURCES[source]))


_SIGNS = {"at_least": ">=", "at_most": "<=", "above": ">", "below": "<"}


def where_sql(test: Any, alias: str = "e") -> str:
    """One test of a measure's `where` as SQL that is true or false, never null."""
    if "any" in test or "all" in test:
        word = "any" if "any" in test else "all"
        return (
            "(" + f" {'OR' if word == 'any' else 'AND'} ".join(where_sql(t, alias) for t in test[word]) + ")"
        )
    if "not" in test:
        return f"NOT {where_sql(test['not'], alias)}"
    column = f"{alias}.{test['column']}"
    parts = [f"{column} {sign} {float(test[name])!r}" for name, sign in _SIGNS.items() if name in test]
    if "any_of" in test:
        parts.append(f"{column} IN ({', '.join(_literal(one) for one in _many(test['any_of']))})")
    if "starts_with" in test:
        parts.append(_starts_with(column, _many(test["starts_with"])))
    return f"COALESCE({' AND '.join(parts)}, FALSE)"


def _starts_with(column: str, beginnings: Sequence[str]) -> str:
    """Beginnings of the same length are compared as one list."""
    lengths = sorted({len(one) for one in beginnings})
    parts = []
    for length in lengths:
        listed = ", ".join(_literal(one) for one in beginnings if len(one) == length)
        parts.append(f"SUBSTRING({column}, 1, {length}) IN ({listed})")
    return "(" + " OR ".join(parts) + ")"


def _many(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)]


def _literal(text: str) -> str:
    if not text.isprintable() or set(text) & {"'", "\\"}:
        raise ValueError("a code holds a quote, a backslash or a control character")
    return f"'{text}'"
