"""The work of the outcomes framework: it looks at every month of a build: a job whose answer is kept."""

from __future__ import annotations

from openphm.core.results import Cell, Result, Scalar
from openphm.web.asker import Asker
from openphm.web.kinds import kind
from openphm.web.screens.kept_answers import KEY, Answer, keep, key_of
from openphm.web.work import Work

FRAMEWORK = "outcomes"
GRID, MONTHS, SEGMENTS = "grid", "months", "segments"


def key_of_framework(asker: Asker) -> str:
    """What the framework of a user's rows is found by."""
    held = asker.definitions.contents.outcomes
    files = [asker.definitions.get(f"outcomes/{one.id}") for one in held.values()]
    return key_of(asker, {"framework": [f"{one.id} {one.version}" for one in files]})


@kind(FRAMEWORK, "Work out the outcomes")
def work_out(work: Work) -> None:
    """Every key result: where it stands, and month by month."""
    done = [0]

    def told(stage: str, doing: str) -> None:
        done[0] += 1
        work.tell(1 - 0.93 ** done[0], f"Looking at {doing}")

    with work.population() as people:
        grid, months = people.outcomes_and_months(progress=told)
        names = {one.segment_code: one.segment_name for one in people.subsegments}
    keep(work, str(work.parameters[KEY]), Answer({GRID: grid, MONTHS: months}, {SEGMENTS: names}))


def row_of(grid: Result, key_result: str) -> dict[str, Cell | Scalar] | None:
    """The row of one key result, by the names of its columns; None when there is no such one."""
    rows = (dict(zip(grid.columns, row, strict=True)) for row in grid.rows)
    return next((row for row in rows if row["key_result"] == key_result), None)
