"""Who moves when the rules change: everybody placed by two segmentations, as at one date."""

from __future__ import annotations

from datetime import date

from openphm.core.results import Cell, Result
from openphm.criteria import compile_rules, known_names, segment_rules
from openphm.definitions import Definitions
from openphm.population.asking import Asking

SEGMENTATION = "segments/life_course"
COLUMNS = ("before", "after", "people", "unit")


def moves(population: Asking, before: Definitions, after: Definitions, as_at: date) -> Result:
    """People registered on the date who would be in another subsegment: from which to which.

    Conditions, attributes and activity are those of the build; only the ordered rules differ. Raises
    DefinitionError when either set of rules is not a waterfall.
    """
    placed = [
        compile_rules(segment_rules(one.get(SEGMENTATION), known_names(one)), "registered")
        for one in (before, after)
    ]
    rows = population.ask(
        f"""
registered AS (SELECT * FROM people WHERE is_registered_as_at),
before AS (
{placed[0]}
),
after AS (
{placed[1]}
)
SELECT b.subsegment_code AS was, a.subsegment_code AS is_now, COUNT(*) AS people
FROM before AS b
JOIN after AS a ON a.person_key = b.person_key
WHERE a.subsegment_code <> b.subsegment_code
GROUP BY b.subsegment_code, a.subsegment_code
ORDER BY b.subsegment_code, a.subsegment_code""",
        as_at,
    )
    answers = tuple(
        (row["was"], row["is_now"], Cell(int(row["people"]), n_people=int(row["people"])), "people")
        for row in rows
    )
    return Result("definitions/diff", COLUMNS, answers, population.provenance(as_at))
