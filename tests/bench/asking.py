"""python -m tests.bench.asking STORE: how long questions take, next to the same asked by hand in DuckDB.

Each question is asked so many times of an open build, warm, through the front door (`openphm.open`), and
as the SQL that an analyst who knows the tables would write. The ratio of the medians says what the door
costs; p95 is what a person at a screen waits for.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

import openphm
from openphm.criteria import Activity, All, Attribute, Condition, Not, Segment, parse
from openphm.population import Population
from openphm.population.segments import MEASURES
from openphm.store import Builds

TEN_STEPS = All(
    (
        Attribute("age", at_least=41),
        Attribute("frailty", any_of=("mild", "moderate", "severe")),
        Condition(("copd", "asthma", "bronchiectasis", "ild")),
        Attribute("imd_decile", at_most=5),
        Not(Attribute("care_home")),
        Not(Attribute("end_of_life")),
        Activity(("ed_attendance",), 12, count_at_most=6),
        Not(Condition(("dementia",))),
        Attribute("smoking", any_of=("current", "ex")),
        Not(Segment(("5",))),
    )
)
BY_HAND_STEPS = (
    "age_years >= 41",
    "frailty IN ('mild', 'moderate', 'severe')",
    "(has_copd OR has_asthma OR has_bronchiectasis OR has_ild)",
    "imd_decile <= 5",
    "NOT care_home",
    "NOT end_of_life",
    "n_ed_attendance <= 6",
    "NOT has_dementia",
    "smoking IN ('current', 'ex')",
    "segment_code <> '5'",
)
SIX_FILTERS = All(
    (
        Attribute("age", at_least=18),
        Attribute("imd_decile", at_most=8),
        Attribute("sex", any_of=("1", "2")),
        Not(Attribute("care_home")),
        Not(Condition(("dementia",))),
        Not(Attribute("end_of_life")),
    )
)
BY_HAND_FILTERS = (
    "age_years >= 18 AND imd_decile <= 8 AND sex_code IN ('1', '2') AND NOT care_home AND NOT has_dementia "
    "AND NOT end_of_life"
)
GP_CODES = {"codelist": "nhs_health_check", "within_months": 60}
FLAGS = (
    "has_asthma", "has_diabetes", "has_hypertension", "obesity", "has_stroke", "has_anxiety",
    "has_depression",
    "has_learning_disability", "mental_health_flag", "history_of_falls", "not_fit_for_work",
    "on_waiting_list", "opioid_prescription", "social_vulnerability",
)  # fmt: skip
COSTS = (
    "cost_total_gbp", "cost_acute_planned_gbp", "cost_acute_unplanned_gbp", "cost_acute_other_gbp",
    "cost_general_practice_gbp", "cost_community_mental_health_gbp", "cost_social_care_gbp", "gp_contacts",
    "emergency_bed_days",
)  # fmt: skip


@dataclass(frozen=True)
class Timed:
    """Milliseconds of one question: ours, and by hand."""

    name: str
    median: float
    p95: float
    by_hand: float
    answer: str

    @property
    def ratio(self) -> float:
        """Ours over by hand, of the medians."""
        return self.median / self.by_hand


def timed(ask: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each asking, after three that warm it up."""
    taken = []
    for number in range(times + 3):
        started = time.perf_counter()
        ask()
        if number >= 3:
            taken.append(1000 * (time.perf_counter() - started))
    return sorted(taken)


def compared(
    name: str, ours: Callable[[], object], by_hand: Callable[[], object], times: int, answer: str
) -> Timed:
    """One question asked both ways."""
    mine, hand = timed(ours, times), timed(by_hand, times)
    p95 = mine[max(0, -(-95 * len(mine) // 100) - 1)]
    return Timed(name, statistics.median(mine), p95, statistics.median(hand), answer)


def _ten_steps(ics: Population, run: Callable[[str], list], times: int) -> Timed:
    cohort = ics.cohort(TEN_STEPS)
    pattern = " + ".join(f"CASE WHEN {step} THEN {2**n} ELSE 0 END" for n, step in enumerate(BY_HAND_STEPS))
    sql = (
        f"SELECT {pattern} AS pattern, COUNT(*) FROM person.snapshot "
        f"WHERE as_at = DATE '{ics.as_at}' GROUP BY 1"
    )
    members = sum(row[1] for row in run(sql) if row[0] == 2**10 - 1)
    answer = f"{members:,} people by hand, {cohort.count().column('value')[0]:,} by the cohort"
    return compared("ten-step cohort with attrition", cohort.attrition, lambda: run(sql), times, answer)


def _page(ics: Population, run: Callable[[str], list], times: int) -> Timed:
    def ours() -> object:
        return ics.measures(MEASURES, by="subsegment", where=SIX_FILTERS)

    sums = [
        "COUNT(*)", "SUM(age_years)", "COUNT(CASE WHEN sex_code = '1' THEN 1 END)", "SUM(imd_decile)",
        "COUNT(CASE WHEN is_ethnic_minority THEN 1 END)", "SUM(multimorbidity_count)",
        *(f"COUNT(CASE WHEN {flag} THEN 1 END)" for flag in FLAGS),
        *(f"SUM({cost}), MAX({cost}), COUNT(CASE WHEN {cost} > 0 THEN 1 END)" for cost in COSTS),
    ]  # fmt: skip
    sql = (
        f"SELECT s.subsegment_code, SUM(w.person_days), {', '.join(sums)} FROM person.snapshot AS s "
        f"JOIN segments.window AS w ON w.person_key = s.person_key "
        f"WHERE s.as_at = DATE '{ics.as_at}' AND {BY_HAND_FILTERS} GROUP BY 1"
    )
    answer = f"{len(ours()):,} figures"  # type: ignore[arg-type]
    return compared("page: 30 measures x 16 subsegments, 6 filters", ours, lambda: run(sql), times, answer)


def _over_gp_rows(ics: Population, run: Callable[[str], list], times: int) -> Timed:
    listed = ", ".join(f"'{code}'" for code in _codes(ics))
    sql = (
        "SELECT COUNT(DISTINCT e.person_key) FROM standard.gp_event AS e JOIN segments.window AS w "
        f"ON w.person_key = e.person_key AND w.is_registered_as_at WHERE e.code IN ({listed}) "
        f"AND e.event_date <= DATE '{ics.as_at}' AND e.event_date > DATE '{ics.as_at}' - INTERVAL 60 MONTH"
    )
    rows = run("SELECT COUNT(*) FROM standard.gp_event")[0][0]
    cohort = ics.cohort(parse(GP_CODES, ics.known))
    answer = (
        f"{rows:,} GP rows; {run(sql)[0][0]:,} people by hand, {cohort.count().column('value')[0]:,} ours"
    )
    return compared("one criterion over GP rows", cohort.count, lambda: run(sql), times, answer)


def _codes(ics: Population) -> list[str]:
    """The SNOMED codes of the list."""
    body = ics.definitions.get(f"codelists/{GP_CODES['codelist']}").body
    return list(body["codes"]["snomed"]["onset"])


def measure(store: Path, *, times: int, threads: int) -> list[Timed]:
    """Every question of this bench, asked of the live build of a store."""
    path = Builds(store).current().database
    by_hand = duckdb.connect(str(path), read_only=True, config={"threads": threads})
    with openphm.open(store) as ics:
        parts = (_ten_steps, _page, _over_gp_rows)
        return [part(ics, lambda sql: by_hand.execute(sql).fetchall(), times) for part in parts]


def main() -> None:
    """Print one line a question."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("store", type=Path)
    words.add_argument("--times", type=int, default=40)
    words.add_argument("--threads", type=int, default=2)
    given = words.parse_args()
    for one in measure(given.store, times=given.times, threads=given.threads):
        print(
            f"{one.name}: median {one.median:.0f} ms, p95 {one.p95:.0f} ms; by hand {one.by_hand:.0f} ms, "
            f"ratio {one.ratio:.2f} ({one.answer})"
        )


if __name__ == "__main__":
    main()
