"""Risk sets: who was offered a service, and who met the same rule in the same month and was not.

Each month of an offer is an index month. A person offered the service has their own index date, the day of
the first offer; a control's is the first day of the month. Both must meet the eligibility rule on the day
before, by data dated up to that day and no later. A control stands in every index month in which they meet
the rule, until they are offered the service themselves.

    offers -> memory.main.offer -> memory.main.risk_set (one row a person and index date)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openphm.core.errors import PlanError, Problem
from openphm.core.periods import Month
from openphm.criteria import Criterion, compile_criterion
from openphm.criteria.trees import text
from openphm.population.asking import Asking
from openphm.population.cohorts.members import considered
from openphm.population.people import sql_date

ELSEWHERE, ANYWHERE = "elsewhere", "anywhere"
STRAY_SHARE = 0.01
"""A network with fewer of the offers than this is not served: these people moved there."""
OFFERS, ROWS = "memory.main.offer", "memory.main.risk_set"


@dataclass(frozen=True, order=True)
class Offer:
    """That a person was offered a service on a day, and when they took it up, if they did."""

    person_id: str
    offered_on: date
    engaged_on: date | None = None


@dataclass(frozen=True)
class RiskSetQuestion:
    """Who is to be compared.

    rule       eligibility with its exclusions, on the day before the index date
    offers     everybody offered the service, whether they took it up or not; the first offer counts
    controls   `elsewhere`, `anywhere`, or codes of networks and practices
    look_back  months of history needed before an index date
    """

    rule: Criterion
    offers: tuple[Offer, ...]
    controls: tuple[str, ...] = (ELSEWHERE,)
    look_back: int = 24


@dataclass(frozen=True)
class Funnel:
    """From offers to people evaluated: each number is of those left after the one before.

    repeated  further offers to the same person, which are left out
    unknown   people who are not in the build, or outside the scope
    """

    offered: int
    repeated: int
    unknown: int
    known: int
    registered: int
    eligible: int
    months: tuple[Month, ...]


def first_offers(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The first offer of each person."""
    first: dict[str, Offer] = {}
    for one in sorted(offers):
        first.setdefault(one.person_id, one)
    return tuple(first.values())


def index_months(population: Asking, offers: Sequence[Offer], look_back: int) -> tuple[Month, ...]:
    """The months in which somebody was offered it. Raises PlanError for dates outside the build."""
    first = Month.containing(population.month_ends[0]).plus(look_back).start
    last = population.as_at
    early = sum(one.offered_on < first for one in offers)
    late = sum(one.offered_on > last for one in offers)
    problems = []
    if not offers:
        problems.append(
            Problem(
                "index_dates",
                "nobody was offered the service",
                "An evaluation begins with the people who were offered it.",
                "record the offers, or name the file that holds them",
            )
        )
    if early:
        problems.append(
            Problem(
                "index_dates",
                f"{early} of {len(offers)} index dates are before {first}",
                f"{look_back} months of history are needed before each; this build begins on "
                f"{Month.containing(population.month_ends[0]).start}.",
                "shorten look_back_months, or leave the early offers out and say so",
            )
        )
    if late:
        problems.append(
            Problem(
                "index_dates",
                f"{late} of {len(offers)} index dates are after {last}, the last day of the data",
                "Follow-up begins on the index date.",
                "make a newer build, or leave the late offers out and say so",
            )
        )
    if problems:
        raise PlanError.of(problems)
    return tuple(sorted({Month.containing(one.offered_on) for one in offers}))


def keep_risk_set(population: Asking, question: RiskSetQuestion) -> Funnel:
    """Put the risk sets into `memory.main.risk_set`, for the people of the scope alone; answer the funnel.

    Columns: row_id, person_key, is_treated, index_date, as_at (the day before), month_end (of the month
    before), practice_code, pcn_code, birth_month, sex_code, ethnicity_code, lsoa21_code, is_engaged.
    """
    offers = first_offers(question.offers)
    months = index_months(population, offers, question.look_back)
    ends = [month.plus(-1).end for month in months]
    _keep_offers(population, offers, ends)
    population.keep_months("risk_set", _rows_sql(question), ends)
    return _funnel(population, question, offers, months)


def _keep_offers(population: Asking, offers: Sequence[Offer], ends: Sequence[date]) -> None:
    """The offers of people in scope, with where they were registered at the end of the month before."""
    values = ",\n".join(
        f"({text(one.person_id).sql()}, {sql_date(one.offered_on)}, "
        f"{'TRUE' if one.engaged_on is not None else 'FALSE'})"
        for one in offers
    )
    select = f"""given AS (SELECT * FROM (VALUES
{values}) AS v (person_id, offered_on, is_engaged)),
known AS (
    SELECT person.person_key, given.person_id, given.offered_on, given.is_engaged,
        add_days(month_start(given.offered_on), -1) AS before
    FROM given JOIN person.person AS person ON person.person_id = given.person_id
)
SELECT known.*, people.person_key IS NOT NULL AS is_registered, people.practice_code, people.pcn_code
FROM known LEFT JOIN people ON people.person_key = known.person_key AND people.as_at = known.before"""
    population.keep_months("offer", select, ends)


def _rows_sql(question: RiskSetQuestion) -> str:
    """Candidates by month and place, then the rule on each one's own day."""
    return f"""considered AS (
{considered(question.rule)}
),
spine AS (
    SELECT p.person_key,
        CASE WHEN o.before = p.as_at THEN add_days(o.offered_on, -1) ELSE p.as_at END AS as_at,
        CASE WHEN o.before = p.as_at THEN o.offered_on ELSE add_days(p.as_at, 1) END AS index_date,
        COALESCE(o.before = p.as_at, FALSE) AS is_treated,
        COALESCE(o.before = p.as_at AND o.is_engaged, FALSE) AS is_engaged,
        o.offered_on, p.as_at AS month_end,
        p.practice_code, p.pcn_code, p.birth_month, p.sex_code, p.ethnicity_code, p.lsoa21_code
    FROM considered AS p
    LEFT JOIN {OFFERS} AS o ON o.person_key = p.person_key
    WHERE o.before = p.as_at
        OR ((o.person_key IS NULL OR o.before > p.as_at) AND {_where_controls_live(question.controls)})
),
held AS (
{compile_criterion(question.rule, "spine")}
)
SELECT CAST(ROW_NUMBER() OVER (ORDER BY s.index_date, s.person_key) - 1 AS INTEGER) AS row_id, s.*
FROM spine AS s
JOIN held AS h ON h.person_key = s.person_key AND h.as_at = s.as_at"""


def _where_controls_live(controls: Sequence[str]) -> str:
    """Somewhere that nobody was offered it; anywhere; or in the places named."""
    if tuple(controls) == (ANYWHERE,):
        return "TRUE"
    if tuple(controls) == (ELSEWHERE,):
        used = (
            f"SELECT pcn_code FROM {OFFERS} WHERE pcn_code IS NOT NULL GROUP BY pcn_code "
            f"HAVING COUNT(*) >= {STRAY_SHARE} * (SELECT COUNT(*) FROM {OFFERS})"
        )
        return f"p.pcn_code IS NOT NULL AND p.pcn_code NOT IN ({used})"
    codes = ", ".join(text(code.strip().upper()).sql() for code in controls)
    return f"(p.pcn_code IN ({codes}) OR p.practice_code IN ({codes}))"


def check_controls(population: Asking, controls: Sequence[str]) -> None:
    """Raise PlanError for a place that the build does not hold."""
    if tuple(controls) in ((ANYWHERE,), (ELSEWHERE,)):
        return
    strange = [code for code in controls if population.place_named(code) is None]
    if strange:
        raise PlanError.of(
            Problem(
                "control_geography",
                f"this build has no place '{code}'",
                "Codes of primary care networks or practices, or one of elsewhere, anywhere.",
                "see reference.practice for the codes",
            )
            for code in strange
        )


def _funnel(
    population: Asking, question: RiskSetQuestion, offers: Sequence[Offer], months: Sequence[Month]
) -> Funnel:
    [known] = population.ask_kept(
        "SELECT COUNT(*) AS known, COALESCE(SUM(CAST(is_registered AS INTEGER)), 0) AS registered "
        f"FROM {OFFERS}"
    ).to_pylist()
    [held] = population.ask_kept(f"SELECT COUNT(*) AS n FROM {ROWS} WHERE is_treated").to_pylist()
    return Funnel(
        offered=len(offers),
        repeated=len(question.offers) - len(offers),
        unknown=len(offers) - known["known"],
        known=known["known"],
        registered=int(known["registered"]),
        eligible=held["n"],
        months=tuple(months),
    )


def practices_when_offered(population: Asking, offers: Sequence[Offer]) -> dict[tuple[str, date], str]:
    """Where each person was registered at the end of the month before the offer; those registered alone."""
    first = population.month_ends[0]
    inside = [one for one in offers if first < one.offered_on <= population.as_at]
    if not inside:
        return {}
    ends = sorted({Month.containing(one.offered_on).plus(-1).end for one in inside})
    _keep_offers(population, inside, ends)
    rows = population.ask_kept(
        f"SELECT person_id, offered_on, practice_code FROM {OFFERS} WHERE is_registered"
    ).to_pylist()
    return {(row["person_id"], row["offered_on"]): row["practice_code"] for row in rows}
