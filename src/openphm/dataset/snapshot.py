"""person.snapshot: everything about a registered person as at a year end, in one row of some 170 columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openphm.dataset.wide import COSTS, Chosen, pod_columns, wide_file
from openphm.definitions import Definitions
from openphm.store import SqlFile

KINDS = {"flag": "BOOLEAN", "number": "DOUBLE", "text": "STRING"}

_WHO: tuple[Chosen, ...] = (
    ("person_key", "INTEGER", "s.person_key", "the person"),
    ("as_at", "DATE", "s.as_at", "the date the row speaks about"),
    ("practice_code", "STRING", "s.practice_code", "practice of registration"),
    ("pcn_code", "STRING", "g.pcn_code", "network of the practice"),
    ("subsegment_code", "STRING", "s.subsegment_code", "subsegment on the date"),
    ("segment_code", "STRING", "r.segment_code", "segment on the date"),
    ("age_years", "INTEGER", "age_at(p.birth_month, s.as_at)", "age in whole years"),
    ("sex_code", "STRING", "p.sex_code", "1 male, 2 female, 9 or X not stated"),
    ("ethnicity_code", "STRING", "p.ethnicity_code", "NHS ethnic category"),
    ("ethnic_group", "STRING", "e.ethnic_group", "White, Mixed, Asian, Black, Other; null when not stated"),
    ("is_ethnic_minority", "BOOLEAN", "e.is_minority", "recorded, not White British; null when not recorded"),
    ("lsoa21_code", "STRING", "p.lsoa21_code", "small area of residence"),
    ("ltla_code", "STRING", "l.ltla_code", "lower-tier local authority of residence"),
)  # fmt: skip

_SNAPSHOT = """WITH asked AS (
    SELECT h.person_key, h.as_at, h.practice_code, h.subsegment_code
    FROM segments.history AS h
    JOIN build.month AS m ON m.month_end = h.month_end AND m.is_year_end
    WHERE h.is_registered_at_month_end
),
attribute AS (
    SELECT
        s.person_key, s.as_at,
        {attributes}
    FROM asked AS s
    JOIN attributes.person_attribute AS t
        ON t.person_key = s.person_key AND t.from_date <= s.as_at
        AND (t.to_date IS NULL OR t.to_date > s.as_at)
    GROUP BY s.person_key, s.as_at
),
condition AS (
    SELECT
        s.person_key, s.as_at,
        {conditions}
    FROM asked AS s
    JOIN conditions.person_condition AS t
        ON t.person_key = s.person_key AND t.start_date <= s.as_at
        AND (t.resolved_date IS NULL OR t.resolved_date > s.as_at)
    GROUP BY s.person_key, s.as_at
),
used AS (
    SELECT
        s.person_key, s.as_at,
        {used},
        SUM(u.emergency_bed_days) AS emergency_bed_days,
        SUM(u.gp_contacts) AS gp_contacts
    FROM asked AS s
    JOIN person.month AS u
        ON u.person_key = s.person_key AND u.month_end <= s.as_at
        AND u.month_end > month_end(add_months(s.as_at, -12))
    GROUP BY s.person_key, s.as_at
)
"""

_SNAPSHOT_END = """FROM asked AS s
JOIN person.person AS p ON p.person_key = s.person_key
LEFT JOIN definitions.segment_rule AS r ON r.subsegment_code = s.subsegment_code
LEFT JOIN definitions.ethnic_category AS e ON e.ethnicity_code = p.ethnicity_code AND e.is_recorded
LEFT JOIN reference.practice AS g ON g.practice_code = s.practice_code
LEFT JOIN reference.lsoa21 AS l ON l.lsoa21_code = p.lsoa21_code
LEFT JOIN attribute AS t ON t.person_key = s.person_key AND t.as_at = s.as_at
LEFT JOIN condition AS c ON c.person_key = s.person_key AND c.as_at = s.as_at
LEFT JOIN used AS u ON u.person_key = s.person_key AND u.as_at = s.as_at"""


def snapshot_file(definitions: Definitions) -> SqlFile:
    """person.snapshot: one row for each registered person as at each year end, wide."""
    tables = definitions.tables()
    attributes = [one for one in tables["attribute"] if one["is_stored"]]
    conditions = tables["condition"]
    pods = tables["point_of_delivery"]
    categories = sorted({pod["cost_category"] for pod in pods} - {"none"})
    chosen = [
        *_WHO,
        *(_attribute(one) for one in attributes),
        *(_condition(one) for one in conditions),
        *_use(pods, categories),
    ]
    body = _SNAPSHOT.format(
        attributes=_pivot("attribute_id", [one["attribute_id"] for one in attributes], _values(attributes)),
        conditions=_pivot("condition_id", [one["condition_id"] for one in conditions], {}),
        used=",\n        ".join(
            f"SUM(u.{column}) AS {column}" for pod in pods for column in pod_columns(pod["point_of_delivery"])
        ),
    )
    return wide_file(
        "person.snapshot",
        "everything about a registered person as at a year end, in one row",
        "one row per person registered on the date; the as-at date and up to three year ends before",
        reads=(
            "segments.history", "build.month", "person.person", "reference.practice", "reference.lsoa21",
            "definitions.segment_rule", "definitions.ethnic_category", "attributes.person_attribute",
            "conditions.person_condition", "person.month",
        ),
        key=("as_at", "person_key"),
        sort=("as_at", "person_key"),
        chosen=chosen,
        body=body,
        ending=_SNAPSHOT_END,
        encode=("practice_code", "pcn_code", "subsegment_code", "segment_code", "sex_code", "ethnicity_code",
                "ethnic_group", "ltla_code", "lsoa21_code",
                *(one["attribute_id"] for one in attributes if one["kind"] == "text")),
    )  # fmt: skip


def _attribute(one: dict[str, str]) -> Chosen:
    name, kind = one["attribute_id"], KINDS[one["kind"]]
    expression = f"COALESCE(t.{name} = 1, FALSE)" if one["kind"] == "flag" else f"t.{name}"
    return (name, kind, expression, one["name"])


def _condition(one: dict[str, str]) -> Chosen:
    name = one["condition_id"]
    return (f"has_{name}", "BOOLEAN", f"COALESCE(c.{name} = 1, FALSE)", f"lives with: {one['name']}")


def _use(pods: Sequence[dict[str, str]], categories: Sequence[str]) -> Iterable[Chosen]:
    """Counts and pounds of the twelve months to the date."""
    for pod in pods:
        n, cost = pod_columns(pod["point_of_delivery"])
        yield n, "INTEGER", f"COALESCE(u.{n}, 0)", f"{pod['name']} in 12 months"
        yield cost, COSTS, f"COALESCE(u.{cost}, 0)", f"{pod['name']} in 12 months, pounds"
    yield (
        "emergency_bed_days",
        "INTEGER",
        "COALESCE(u.emergency_bed_days, 0)",
        "emergency nights in 12 months",
    )
    yield "gp_contacts", "INTEGER", "COALESCE(u.gp_contacts, 0)", "GP contacts in 12 months"
    for category in categories:
        parts = [pod_columns(pod["point_of_delivery"])[1] for pod in pods if pod["cost_category"] == category]
        added = " + ".join(f"COALESCE(u.{part}, 0)" for part in parts)
        yield f"cost_{category}_gbp", COSTS, added, f"pounds in 12 months: {category.replace('_', ' ')}"
    every = " + ".join(f"COALESCE(u.{pod_columns(pod['point_of_delivery'])[1]}, 0)" for pod in pods)
    yield "cost_total_gbp", COSTS, every, "pounds in 12 months, all of the above"


def _values(attributes: Sequence[dict[str, str]]) -> dict[str, str]:
    return {
        one["attribute_id"]: {"number": "t.value_number", "text": "t.value_text"}[one["kind"]]
        for one in attributes
        if one["kind"] != "flag"
    }


def _pivot(column: str, ids: Sequence[str], values: dict[str, str]) -> str:
    """One column an id: the value that holds on the date, or 1 when anything holds."""
    return ",\n        ".join(
        f"MAX(CASE WHEN t.{column} = '{id_}' THEN {values.get(id_, '1')} END) AS {id_}" for id_ in ids
    )
