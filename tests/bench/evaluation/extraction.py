"""python -m tests.bench.evaluation.extraction STORE: how long a panel takes to come out of a large build.

About 2,000 people offered a service over six months and a risk set of about 200,000 person-months, with 20
covariates and 16 outcomes: who they are, their person-time, covariates and monthly amounts. Then the engine
on that panel. The offers are made for this from the build's own person ids; nothing is written.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from openphm.access import Purpose, Scope
from openphm.core.periods import Month
from openphm.definitions import load
from openphm.evaluation import Evaluation
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import panel_of
from openphm.evaluation.study_offers import Offer
from openphm.evaluation.study_planning import question_of
from openphm.population import open_in_scope
from openphm.population.panel import PanelQuestion, panel
from openphm.store import Builds

TREATED, MONTHS, NETWORKS, AT_LEAST = 2_000, 6, 4, 2
FLAGS = (
    "diabetes", "hypertension", "asthma", "copd", "depression", "anxiety", "chronic_kidney_disease",
    "heart_failure", "atrial_fibrillation", "cancer", "dementia", "stroke_tia",
)  # fmt: skip
COUNTED = {
    "gp_contacts": "gp_encounter", "outpatients": "outpatient_follow_up", "prescriptions": "gp_prescription"
}  # fmt: skip
SECONDARY = (
    "emergency_admission", "ambulance_incident", "nhs111_call", "utc_attendance", "gp_appointment",
    "mental_health_contact", "outpatient_first",
)  # fmt: skip
NEGATIVE = (
    "day_case", "elective_inpatient", "outpatient_procedure", "outpatient_follow_up", "immunisation",
    "community_contact",
)  # fmt: skip


def plan_of(conditions: list[str]) -> dict[str, Any]:
    """Two attendances in a year, 20 covariates, ten outcomes and six negative controls."""
    outcomes: list[dict[str, Any]] = [{"id": "ed", "role": "primary", "activity": ["ed_attendance"]}]
    outcomes += [{"id": one, "activity": [one]} for one in SECONDARY]
    outcomes += [{"id": "bed_days", "bed_days": ["emergency_admission"]}, {"id": "cost", "cost": ["total"]}]
    outcomes += [{"id": one, "role": "negative_control", "activity": [one]} for one in NEGATIVE]
    words = ["age_years", "female", "ethnic_minority", "imd_decile", "conditions"]
    covariates: list[dict[str, Any]] = [{"of": one} for one in words]
    covariates += [{"id": one, "criteria": {"condition": one}} for one in conditions[:12]]
    covariates += [{"id": name, "activity": [point]} for name, point in COUNTED.items()]
    return {
        "id": "evaluations/large", "title": "A large service",
        "eligibility": {"activity": "ed_attendance", "count_at_least": AT_LEAST, "within_months": 12},
        "index_dates": {"enrolments": "evaluations/large"}, "outcomes": outcomes, "covariates": covariates,
    }  # fmt: skip


def offers_of(database: Path) -> tuple[Offer, ...]:
    """People of four networks who met the rule at one of six month ends, 2,000 of them, once each."""
    with duckdb.connect(str(database), read_only=True) as base:
        [last] = base.sql("SELECT MAX(month_end) FROM segments.history").fetchall()[0]
        ends = [Month.containing(last).plus(-back).end for back in range(18, 18 - MONTHS, -1)]
        listed = ", ".join(f"(DATE '{one}')" for one in ends)
        rows = base.sql(f"""SELECT p.person_id, h.month_end FROM (VALUES {listed}) AS m (month_end)
        JOIN segments.history AS h ON h.month_end = m.month_end AND h.is_registered_at_month_end
        JOIN (SELECT practice_code FROM reference.practice WHERE pcn_code IN (
            SELECT DISTINCT pcn_code FROM reference.practice WHERE pcn_code IS NOT NULL
            ORDER BY 1 LIMIT {NETWORKS}
        )) AS r ON r.practice_code = CAST(h.practice_code AS VARCHAR)
        JOIN person.person AS p ON p.person_key = h.person_key
        JOIN activity.event AS e ON e.person_key = h.person_key AND e.point_of_delivery = 'ed_attendance'
            AND e.event_date > h.month_end - INTERVAL 12 MONTH AND e.event_date <= h.month_end
        GROUP BY ALL HAVING COUNT(*) >= {AT_LEAST} ORDER BY 1, 2""").fetchall()
    rng = np.random.default_rng(1)
    first: dict[str, Any] = {}
    for place in rng.permutation(len(rows)):
        first.setdefault(*rows[place])
    chosen = list(first.items())[:TREATED]
    return tuple(sorted(Offer(id_, Month.containing(end).plus(1).start) for id_, end in chosen))


def main() -> None:
    """Time each part and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluation.extraction", description=__doc__)
    parser.add_argument("store", type=Path)
    store = parser.parse_args().store
    definitions = load()
    conditions = sorted(definitions.contents.conditions, key=lambda one: (one not in FLAGS, one))
    offers = offers_of(Builds(store).current().database)
    with open_in_scope(store, Scope.whole_system(Purpose.EVALUATION), definitions=definitions) as people:
        plan = Plan.of(plan_of(conditions), definitions, people.known, people.points)
        amounts = tuple(one.amount for one in plan.outcomes)
        began, before = time.perf_counter(), time.process_time()
        rows = panel(people, PanelQuestion(question_of(plan, offers), 12, amounts, plan.covariates))
        taken, used = time.perf_counter() - began, time.process_time() - before
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"panel: {len(rows.treated):,} person-months, {int(rows.treated.sum()):,} treated, "
        f"{rows.covariates.shape[1]} covariates, {len(amounts)} outcomes: {taken:.1f} s "
        f"(processor {used:.1f} s), largest memory {memory:.2f} GB"
    )
    began, before = time.perf_counter(), time.process_time()
    findings = Evaluation().fit(panel_of(plan, plan.outcomes, rows)[0])
    verdict = findings.verdict
    [findings.effect(one.id) for one in plan.outcomes]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    taken, used = time.perf_counter() - began, time.process_time() - before
    print(
        f"engine on it: {taken:.1f} s (processor {used:.1f} s), {verdict.light.word}; "
        f"largest memory {memory:.2f} GB"
    )


if __name__ == "__main__":
    main()
