"""person.month: what a person used and what it cost, with columns for each point of delivery."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openphm.dataset.wide import COSTS, Chosen, pod_columns, wide_file
from openphm.definitions import Definitions
from openphm.store import SqlFile

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
        (n, cost), said = pod_columns(pod["point_of_delivery"]), pod["name"]
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
    return wide_file(
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
        ending="FROM usual AS u\n"
        "FULL JOIN other AS o ON o.person_key = u.person_key AND o.month_end = u.month_end",
    )


def _totals(pods: Sequence[dict[str, str]]) -> Iterable[str]:
    for pod in pods:
        n, cost = pod_columns(pod["point_of_delivery"])
        of_pod = f"point_of_delivery = '{pod['point_of_delivery']}'"
        yield f"COUNT(*) FILTER (WHERE {of_pod} AND is_start) AS {n}"
        yield f"SUM(cost_gbp) FILTER (WHERE {of_pod}) AS {cost}"


def _listed(pods: Sequence[dict[str, str]]) -> str:
    return ", ".join(f"'{pod['point_of_delivery']}'" for pod in pods)
