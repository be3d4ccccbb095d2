"""Tables with a column for each thing that is defined: person.month and person.snapshot.

Which points of delivery, conditions and attributes there are is data, and a site may add its own. So the
SELECT of a wide table is written from the definitions, in the same portable subset and with the same header
as a `.sql` file, and is linted and compared on both engines like one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from openphm.definitions import Definitions
from openphm.store import SqlFile
from openphm.store.engine import check_columns
from openphm.store.header import Column, Header

KINDS = {"flag": "BOOLEAN", "number": "DOUBLE", "text": "STRING"}
COSTS = "DECIMAL(14,2)"

Chosen = tuple[str, str, str, str]
"""Name, portable type, expression, meaning."""


def month_file(definitions: Definitions) -> SqlFile:
    """person.month: one row for each person and month with anything in it.

    General practice is added up by itself: nearly every month of a person has some, while the many columns
    of other settings are needed for few months. So the work grows with what happened, not with the columns.
    """
    pods = definitions.tables()["point_of_delivery"]
    usual = [pod for pod in pods if pod["setting"] == USUAL_SETTING]
    other = [pod for pod in pods if pod["setting"] != USUAL_SETTING]
    chosen: list[Chosen] = [
        ("person_key", "INTEGER", "COALESCE(u.person_key, o.person_key)", "the person"),
        ("month_end", "DATE", "COALESCE(u.month_end, o.month_end)", "last day of the month"),
    ]
    for pod in pods:
        (n, cost), said = _pod_columns(pod["point_of_delivery"]), pod["name"]
        part = "u" if pod in usual else "o"
        meaning = f"{said}: events; of a stay or service its beginning"
        chosen.append((n, "INTEGER", f"COALESCE({part}.{n}, 0)", meaning))
        chosen.append((cost, COSTS, f"COALESCE({part}.{cost}, 0)", f"{said}: pounds"))
    nights = "nights of emergency stays in the month"
    chosen.append(("emergency_bed_days", "INTEGER", "COALESCE(o.emergency_bed_days, 0)", nights))
    contacts = " + ".join(
        f"COALESCE({'u' if pod in usual else 'o'}.n_{pod['point_of_delivery']}, 0)"
        for pod in pods
        if pod["is_gp_contact"]
    )
    chosen.append(("gp_contacts", "INTEGER", contacts or "0", "events that count as a GP contact"))
    return _file(
        "person.month",
        "what a person used and what it cost, month by month",
        "one row per person and month of history with any activity",
        reads=("costs.event_cost", "working.bed_day", "build.parameters"),
        key=("person_key", "month_end"),
        chosen=chosen,
        body=_MONTH.format(
            usual_pods=_listed(usual),
            other_pods=_listed(other),
            usual=",\n        ".join(_totals(usual)),
            other=",\n        ".join(_totals(other)),
        ),
        ending="FROM usual AS u\nFULL JOIN other AS o ON o.person_key = u.person_key AND o.month_end = u.month_end",
    )


USUAL_SETTING = "general_practice"

_MONTH = """WITH entry AS (
    SELECT
        c.person_key, month_end(c.event_date) AS month_end, c.point_of_delivery, c.is_start, c.cost_gbp,
        0 AS emergency_bed_days
    FROM costs.event_cost AS c
    CROSS JOIN build.parameters AS b
    WHERE c.event_date >= b.history_start AND c.event_date <= b.as_at
),
usual AS (
    SELECT
        person_key, month_end,
        {usual}
    FROM entry
    WHERE point_of_delivery IN ({usual_pods})
    GROUP BY person_key, month_end
),
rarer AS (
    SELECT person_key, month_end, point_of_delivery, is_start, cost_gbp, emergency_bed_days
    FROM entry
    WHERE point_of_delivery IN ({other_pods})
    UNION ALL
    SELECT
        person_key, month_end, '' AS point_of_delivery, FALSE AS is_start,
        CAST(0 AS DECIMAL(12,2)) AS cost_gbp, emergency_bed_days
    FROM working.bed_day
),
other AS (
    SELECT
        person_key, month_end,
        {other},
        SUM(emergency_bed_days) AS emergency_bed_days
    FROM rarer
    GROUP BY person_key, month_end
)
"""


def _totals(pods: Sequence[dict[str, str]]) -> Iterable[str]:
    for pod in pods:
        n, cost = _pod_columns(pod["point_of_delivery"])
        of_pod = f"point_of_delivery = '{pod['point_of_delivery']}'"
        yield f"COUNT(*) FILTER (WHERE {of_pod} AND is_start) AS {n}"
        yield f"SUM(cost_gbp) FILTER (WHERE {of_pod}) AS {cost}"


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
            f"SUM(u.{column}) AS {column}" for pod in pods for column in _pod_columns(pod["point_of_delivery"])
        ),
    )
    return _file(
        "person.snapshot",
        "everything about a registered person as at a year end, in one row",
        "one row per person registered on the date; the as-at date and up to three year ends before",
        reads=(
            "segments.history", "build.month", "person.person", "reference.practice", "reference.lsoa21",
            "definitions.segment_rule", "definitions.ethnic_category", "attributes.person_attribute",
            "conditions.person_condition", "person.month",
        ),
        key=("as_at", "person_key"),
        chosen=chosen,
        body=body,
        ending=_SNAPSHOT_END,
        encode=("practice_code", "pcn_code", "subsegment_code", "segment_code", "sex_code", "ethnicity_code",
                "ethnic_group", "ltla_code", "lsoa21_code",
                *(one["attribute_id"] for one in attributes if one["kind"] == "text")),
    )  # fmt: skip


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
    ("is_ethnic_minority", "BOOLEAN", "e.is_minority", "recorded and not White British; null when not recorded"),
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
        AND u.month_end > add_months(s.as_at, -12)
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
        n, cost = _pod_columns(pod["point_of_delivery"])
        yield n, "INTEGER", f"COALESCE(u.{n}, 0)", f"{pod['name']} in 12 months"
        yield cost, COSTS, f"COALESCE(u.{cost}, 0)", f"{pod['name']} in 12 months, pounds"
    yield "emergency_bed_days", "INTEGER", "COALESCE(u.emergency_bed_days, 0)", "emergency nights in 12 months"
    yield "gp_contacts", "INTEGER", "COALESCE(u.gp_contacts, 0)", "GP contacts in 12 months"
    for category in categories:
        parts = [
            _pod_columns(pod["point_of_delivery"])[1] for pod in pods if pod["cost_category"] == category
        ]
        added = " + ".join(f"COALESCE(u.{part}, 0)" for part in parts)
        yield f"cost_{category}_gbp", COSTS, added, f"pounds in 12 months: {category.replace('_', ' ')}"
    every = " + ".join(f"COALESCE(u.{_pod_columns(pod['point_of_delivery'])[1]}, 0)" for pod in pods)
    yield "cost_total_gbp", COSTS, every, "pounds in 12 months, all of the above"


def _pod_columns(pod: str) -> tuple[str, str]:
    return f"n_{pod}", f"cost_{pod}_gbp"


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


def _listed(pods: Sequence[dict[str, str]]) -> str:
    return ", ".join(f"'{pod['point_of_delivery']}'" for pod in pods)


def _file(
    table: str,
    purpose: str,
    grain: str,
    *,
    reads: tuple[str, ...],
    key: tuple[str, ...],
    chosen: Sequence[Chosen],
    body: str,
    ending: str,
    encode: tuple[str, ...] = (),
) -> SqlFile:
    """A SQL file that was never on disk. Every name in it is a plain column name."""
    check_columns(name for name, _, _, _ in chosen)
    columns = tuple(Column(name, kind, meaning) for name, kind, _, meaning in chosen)
    header = Header(purpose, reads, table, grain, key, columns, (), encode, "person_key")
    final = ",\n".join(f"    CAST({made} AS {kind}) AS {name}" for name, kind, made, _ in chosen)
    path = Path(f"{table.replace('.', '/')}.sql")
    return SqlFile(path, header, f"{_header_text(header)}{body}SELECT\n{final}\n{ending}\n")


def _header_text(header: Header) -> str:
    lines = [
        f"-- purpose: {header.purpose}",
        f"-- reads: {', '.join(header.reads)}",
        f"-- writes: {header.writes}",
        f"-- grain: {header.grain}",
        f"-- key: {', '.join(header.key)}",
        *([f"-- encode: {', '.join(header.encode)}"] if header.encode else []),
        f"-- ranges: {header.ranges}",
        "-- columns:",
        *(f"--   {column.name} {column.type} {column.meaning}" for column in header.columns),
    ]
    return "\n".join(lines) + "\n"
