"""python -m tests.bench.evaluation.planted: does a study find the service that was planted in a made-up ICS?

    make STORES   a made-up ICS of 100,000 people by the real commands, from raw extracts to a published build
                  (synthesise, custodian init, custodian pseudonymise, build); one folder a seed, with a
                  service that changes nothing
    draw STORES   seeds: in each, four of the 14 networks get the service, and the attendances of the people
                  offered it are thinned by the true effect; then the shipped plan is run on the build
    show          the lines so far as a table

A draw changes only the service and what it did: who was found by the rule, in which networks, who was
offered it, which later attendances (with the admissions of the same day) did not happen. The lives of an ICS
are the same in all its draws, so draws of one ICS share people; several ICSs are made for that reason. The
events are taken out of a copy of the build's database, and the study reads the copy.

Each draw is one line of JSON in a file that only grows: what is there is not run again.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from openphm.access import Purpose, Scope
from openphm.core.periods import Month
from openphm.definitions import load
from openphm.evaluation.answer import Answer
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study
from openphm.evaluation.study_offers import Offer
from openphm.population import Population
from openphm.store import Build, Builds, DuckDBEngine

PLAN = "demo_high_intensity"
PEOPLE, NETWORKS, UPTAKE = 100_000, 4, 0.75
RULE_AT_LEAST, RULE_MONTHS = 7, 12
STARTS, STOPS = 18, 6
NO_EFFECT = """id: evaluations/demo_high_intensity
name: High-intensity use service
pcns: [3, 6, 9, 12]
starts_months_before: 18
stops_months_before: 6
attendances_at_least: 7
within_months: 12
uptake: 0.75
rate_ratio: 1.0
"""
URGENT = "('ed_attendance', 'utc_attendance')"


# -- a made-up ICS by the real commands


def make(folder: Path, seed: int, people: int) -> Path:
    """The store of a made-up ICS; kept when it is there already."""
    home = folder / f"ics{seed}"
    if (home / "store" / "CURRENT").is_file():
        return home / "store"
    home.mkdir(parents=True, exist_ok=True)
    (home / "plant.yaml").write_text(NO_EFFECT, "utf-8")
    raw, custodian, extracts, store = (str(home / one) for one in ("raw", "custodian", "extracts", "store"))
    for words in (
        (
            "synthesise",
            raw,
            "--people",
            str(people),
            "--seed",
            str(seed),
            "--plant",
            str(home / "plant.yaml"),
        ),
        ("custodian", "init", "--home", custodian),
        ("custodian", "pseudonymise", raw, extracts, "--home", custodian),
        ("build", extracts, "--store", store),
    ):
        subprocess.run([sys.executable, "-m", "openphm.cli.main", *words], check=True)
    return home / "store"


# -- one draw


@dataclass(frozen=True)
class Draw:
    """A service in four networks: who was offered it and when, and which later events did not happen."""

    offers: tuple[Offer, ...]
    gone: tuple[int, ...]


def draw_service(database: Path, seed: int, ratio: float) -> Draw:
    """Find people by the rule, offer most of them the service, and thin what they would have attended."""
    rng = np.random.default_rng(seed)
    with duckdb.connect(str(database), read_only=True) as base:
        networks = [row[0] for row in base.sql(_NETWORKS).fetchall()]
        chosen = sorted(rng.choice(networks, NETWORKS, replace=False).tolist())
        found = base.execute(_found_sql(base), {"chosen": chosen}).fetchall()
        taken = rng.random(len(found)) < UPTAKE
        offered = [row for row, is_in in zip(found, taken, strict=True) if is_in]
        offers = tuple(sorted(Offer(id_, end + timedelta(days=1)) for _, id_, end in offered))
        base.execute("CREATE TEMP TABLE offered (person_key INTEGER, since DATE)")
        base.executemany(
            "INSERT INTO offered VALUES (?, ?)", [(key, end + timedelta(days=1)) for key, _, end in offered]
        )
        later = base.sql(_LATER).fetchall()
        lost = {event for event, _ in _lost(later, rng, ratio)}
        admitted = {event for _, event in _lost_admissions(base, lost)}
    return Draw(offers, tuple(sorted(lost | admitted)))


def _lost(later: Sequence[tuple[int, int]], rng: np.random.Generator, ratio: float) -> list[tuple[int, int]]:
    thrown = rng.random(len(later))
    return [row for row, u in zip(later, thrown, strict=True) if u >= ratio]


def _lost_admissions(base: duckdb.DuckDBPyConnection, lost: set[int]) -> list[tuple[int, int]]:
    base.execute("CREATE TEMP TABLE lost (event_id BIGINT)")
    if lost:
        base.executemany("INSERT INTO lost VALUES (?)", [(one,) for one in sorted(lost)])
    return base.sql(_ADMITTED).fetchall()


_NETWORKS = "SELECT DISTINCT pcn_code FROM reference.practice WHERE pcn_code IS NOT NULL ORDER BY 1"
_LATER = f"""SELECT e.event_id, e.person_key FROM activity.event AS e
JOIN offered AS o ON o.person_key = e.person_key AND e.event_date >= o.since
WHERE e.point_of_delivery IN {URGENT} ORDER BY 1"""
_ADMITTED = """SELECT DISTINCT e.event_id, a.event_id FROM activity.event AS e
JOIN lost ON lost.event_id = e.event_id
JOIN activity.event AS a ON a.person_key = e.person_key AND a.event_date = e.event_date
    AND a.point_of_delivery = 'emergency_admission'"""


def _found_sql(base: duckdb.DuckDBPyConnection) -> str:
    """The first month end at which each person registered in the networks met the rule."""
    [last] = base.sql("SELECT MAX(month_end) FROM segments.history").fetchall()[0]
    ends = [Month.containing(last).plus(-back).end for back in range(STARTS, STOPS - 1, -1)]
    listed = ", ".join(f"(DATE '{end}')" for end in ends)
    return f"""SELECT person_key, person_id, MIN(month_end) AS month_end FROM (
    SELECT h.person_key, p.person_id, h.month_end
    FROM (VALUES {listed}) AS m (month_end)
    JOIN segments.history AS h ON h.month_end = m.month_end AND h.is_registered_at_month_end
    JOIN reference.practice AS r ON r.practice_code = CAST(h.practice_code AS VARCHAR)
        AND list_contains($chosen, r.pcn_code)
    JOIN person.person AS p ON p.person_key = h.person_key
    JOIN activity.event AS e ON e.person_key = h.person_key AND e.point_of_delivery = 'ed_attendance'
        AND e.event_date > h.month_end - INTERVAL {RULE_MONTHS} MONTH AND e.event_date <= h.month_end
    GROUP BY ALL HAVING COUNT(*) >= {RULE_AT_LEAST}
) GROUP BY ALL ORDER BY person_key"""


# -- the build without the events that did not happen


def database_without(database: Path, gone: Sequence[int], work: Path) -> Path:
    """A copy of a build's database without some events and their costs; the build itself is never changed."""
    if not gone:
        return database
    copied = work / "without.duckdb"
    shutil.copyfile(database, copied)
    with duckdb.connect(str(copied)) as base:
        base.execute(
            "CREATE TEMP TABLE gone AS SELECT UNNEST($gone)::BIGINT AS event_id", {"gone": list(gone)}
        )
        for table in ("activity.event", "costs.event_cost"):
            base.execute(f"DELETE FROM {table} WHERE event_id IN (SELECT event_id FROM gone)")
    return copied


# -- the study


def run(build: Build, database: Path, offers: tuple[Offer, ...], *, threads: int) -> Answer:
    """The shipped plan on the build as it lies in a database, with these offers."""
    definitions = load()
    engine = DuckDBEngine(database, memory_limit="3GB", threads=threads, read_only=True)
    scope = Scope.whole_system(Purpose.EVALUATION)
    with Population(build, engine, scope, definitions=definitions) as people:
        plan = Plan.of(PLAN, definitions, people.known, people.points)
        study = Study(plan, people, offers)
        return study.run(plan.lock(offers, build=build.id, by="the proof"))


def told(answer: Answer) -> dict[str, Any]:
    """What a line says of an answer."""
    effect = answer.findings.effect()
    raw = effect.change.raw
    return {
        "compared": effect.people,
        "controls": len(np.unique(answer.findings.panel.person[~answer.findings.panel.treated])),
        "ratio": _three(effect.rate_ratio),
        "doubly_robust": _three(effect.adjusted),
        "calibrated": _three(effect.calibrated),
        "before_and_after": [raw.value + 1, raw.lower + 1, raw.upper + 1],
        "light": answer.light.word,
        "not_green": [f"{one.name} {one.light.word}" for one in answer.verdict.checks if one.light.value],
        "claims": bool(answer.may_claim and effect.rate_ratio.excludes_none),
        "decision": str(answer.decision.choice),
        "smallest_detectable": answer.smallest_detectable,
    }


def _three(one: Any) -> list[float]:
    return [one.value, one.lower, one.upper]


# -- seeds, lines and the table


def draws(stores: Sequence[Path], seeds: int, ratios: Sequence[float], lines: Path, *, threads: int) -> None:
    """Every draw that has no line yet. Seed n is drawn on the store n modulo their number."""
    done = {(one["seed"], one["ratio_true"]) for one in read(lines)}
    for seed in range(1, seeds + 1):
        store = stores[(seed - 1) % len(stores)]
        build = Builds(store).current()
        for ratio in ratios:
            if (seed, ratio) in done:
                continue
            began = time.perf_counter()
            made = draw_service(build.database, seed, ratio)
            with tempfile.TemporaryDirectory(dir=store.parent) as work:
                database = database_without(build.database, made.gone, Path(work))
                answer = run(build, database, made.offers, threads=threads)
            line = {
                "seed": seed, "ics": store.parent.name, "ratio_true": ratio, "offered": len(made.offers),
                "events_gone": len(made.gone), **told(answer),
                "seconds": round(time.perf_counter() - began, 1),
            }  # fmt: skip
            with lines.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def read(lines: Path) -> list[dict[str, Any]]:
    """The lines so far."""
    if not lines.is_file():
        return []
    return [json.loads(line) for line in lines.read_text("utf-8").splitlines() if line]


def table(held: Sequence[dict[str, Any]]) -> str:
    """One row a true effect: how many intervals hold it."""
    rows = [
        "| true effect | draws | people compared | headline holds it | doubly robust | calibrated "
        "| before and after | mean of the headline | claims a change | lights |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for ratio in sorted({one["ratio_true"] for one in held}, reverse=True):
        mine = [one for one in held if one["ratio_true"] == ratio]
        holds = {
            name: f"{sum(one[name][1] <= ratio <= one[name][2] for one in mine)} of {len(mine)}"
            for name in ("ratio", "doubly_robust", "calibrated", "before_and_after")
        }
        people = [one["compared"] for one in mine]
        lights = ", ".join(
            f"{sum(one['light'] == light for one in mine)} {light}" for light in ("green", "amber", "red")
        )
        mean = float(np.exp(np.mean([np.log(one["ratio"][0]) for one in mine]))) - 1
        rows.append(
            f"| {ratio - 1:+.0%} | {len(mine)} | {np.mean(people):.0f} ({min(people)} to {max(people)}) "
            f"| {holds['ratio']} | {holds['doubly_robust']} | {holds['calibrated']} "
            f"| {holds['before_and_after']} | {mean:+.1%} | {sum(one['claims'] for one in mine)} | {lights} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Parse and do it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.evaluation.planted")
    does = parser.add_subparsers(dest="does", required=True)
    making = does.add_parser("make")
    making.add_argument("folder", type=Path)
    making.add_argument("--first-seed", type=int, default=101)
    making.add_argument("--count", type=int, default=3)
    making.add_argument("--people", type=int, default=PEOPLE)
    drawing = does.add_parser("draw")
    drawing.add_argument("stores", type=Path, nargs="+")
    drawing.add_argument("--seeds", type=int, default=20)
    drawing.add_argument("--ratios", type=float, nargs="+", default=[1.0, 0.7])
    drawing.add_argument("--threads", type=int, default=1)
    for one in (drawing, does.add_parser("show")):
        one.add_argument("--lines", type=Path, required=True)
    given = parser.parse_args()
    if given.does == "make":
        for seed in range(given.first_seed, given.first_seed + given.count):
            print(make(given.folder, seed, given.people), flush=True)
        return
    if given.does == "draw":
        draws(given.stores, given.seeds, given.ratios, given.lines, threads=given.threads)
    print(table(read(given.lines)))


if __name__ == "__main__":
    main()
