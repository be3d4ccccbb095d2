"""Movement: who was in which segment a year ago, and where they are now.

Everybody registered in scope at either month end is in exactly one cell of the matrix: from a segment, or
not yet here (born or joined), to a segment, or no longer here (died or left). So each segment's people now
are its people then, and those who came, less those who went.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from openphm.core.additivity import Additivity, Dimension
from openphm.core.errors import UsageError
from openphm.core.periods import Month
from openphm.core.results import Cell, Result, Scalar
from openphm.population.asking import Asking
from openphm.population.people import sql_date

LEVELS = {"segment": "r.segment_code", "subsegment": "p.subsegment_code"}
BORN, JOINED, DIED, LEFT = "born", "joined", "died", "left"
ALL = "all"
COLUMNS = ("from_code", "to_code", "value", "unit")
YEAR = 12

Line = tuple[Cell | Scalar, ...]
Moves = Mapping[tuple[str, str], int]


def movement(population: Asking, as_at: date, by: str | None = None) -> Result:
    """The matrix of people from 12 months before to the date, with the totals of both.

    by: "segment" (when not given) or "subsegment". Raises UsageError for another, or where the build's
    history does not reach back 12 months.
    """
    level = by or "segment"
    if level not in LEVELS:
        raise UsageError("--by", f"'{level[:60]}' cannot be asked here.", f"Allowed: {', '.join(LEVELS)}.")
    before = _year_before(population, as_at)
    moves = _moves(population, LEVELS[level], before, as_at)
    named = population.subsegments
    codes = sorted({one.segment_code if level == "segment" else one.code for one in named})
    return Result(
        "report/movement",
        COLUMNS,
        tuple(_matrix(moves, codes)),
        population.provenance(as_at),
        (
            f"People registered at {before:%-d %B %Y} or at {as_at:%-d %B %Y}, by where they were and are. "
            "Born: under the month of birth after the first date; joined: registered since; left: registered "
            "elsewhere, or nowhere.",
            "What a segment gained is its column total less its row total.",
            *([" · ".join(f"{one.code} {one.name}" for one in named)] if level == "subsegment" else []),
        ),
        additivity=Additivity((Dimension("from_code", ALL), Dimension("to_code", ALL))),
    )


def _year_before(population: Asking, as_at: date) -> date:
    before = Month.containing(as_at).plus(-YEAR).end
    if before not in population.month_ends:
        possible = population.month_ends[YEAR:]
        allowed = f"This build answers month ends from {possible[0]} to {possible[-1]}." if possible else ""
        raise UsageError("--as-at", f"{as_at}: the history does not reach back to {before}.", allowed)
    return before


def _moves(population: Asking, level: str, before: date, as_at: date) -> dict[tuple[str, str], int]:
    """People for each pair of where they were and where they are."""
    then, now = sql_date(before), sql_date(as_at)
    rows = population.ask_months(
        f"""
placed AS (
    SELECT p.person_key, p.as_at, p.birth_month, {level} AS code
    FROM people AS p
    JOIN definitions.segment_rule AS r ON r.subsegment_code = p.subsegment_code
),
moved AS (
    SELECT
        person_key, MAX(birth_month) AS birth_month,
        MAX(CASE WHEN as_at = {then} THEN code END) AS was,
        MAX(CASE WHEN as_at = {now} THEN code END) AS is_now
    FROM placed
    GROUP BY person_key
)
SELECT
    COALESCE(m.was, CASE WHEN m.birth_month > {then} THEN '{BORN}' ELSE '{JOINED}' END) AS from_code,
    COALESCE(m.is_now, CASE WHEN person.death_date <= {now} THEN '{DIED}' ELSE '{LEFT}' END) AS to_code,
    COUNT(*) AS people
FROM moved AS m
JOIN person.person AS person ON person.person_key = m.person_key
GROUP BY 1, 2""",
        [before, as_at],
    )
    return {(row["from_code"], row["to_code"]): int(row["people"]) for row in rows}


def _matrix(moves: Moves, codes: list[str]) -> list[Line]:
    """Every pair, with the totals of both sides."""
    sources, ends = [*codes, BORN, JOINED], [*codes, DIED, LEFT]
    lines: list[Line] = []
    for was in [*sources, ALL]:
        for is_now in [*ends, ALL]:
            if was in (BORN, JOINED) and is_now in (DIED, LEFT):
                continue  # nobody: the matrix holds people registered at one of the two dates
            people = sum(n for (a, b), n in moves.items() if was in (a, ALL) and is_now in (b, ALL))
            lines.append((was, is_now, Cell(people, n_people=people), "people"))
    return lines
