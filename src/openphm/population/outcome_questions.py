"""Questions about the outcomes framework: the grid, and one key result month by month."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from openphm.core.errors import UsageError, nearest
from openphm.core.results import Result
from openphm.population.measure_charts import Charting
from openphm.population.outcomes import grid, grid_of, held_of, series, series_of, tracked
from openphm.population.outcomes.framework import Progress
from openphm.population.outcomes.readings import FOLDER, Reading, read_readings


def _quietly(stage: str, doing: str) -> None:
    """Say nothing of the progress."""


class OutcomeQuestions(Charting):
    """What a population answers about outcomes."""

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The recorded outcomes delivered beside the builds; only the whole system has them all."""
        folder = self.build.folder.parent.parent / FOLDER
        return read_readings(folder, self.definitions.contents.measures)

    def outcomes(
        self, as_at: date | None = None, *, segment: str | None = None, progress: Progress = _quietly
    ) -> Result:
        """The framework (Figure 11): each key result with its value, change on a year, verdict and gap.

        segment: only that segment's objectives ("1" to "5", or "all"). progress: told what is being done.
        """
        day = self.checked_date(as_at)
        results = tracked(self, segment)
        if not results:
            raise UsageError("segment", f"no framework is about '{segment}'.", self._segments_said())
        return grid(self, results, day, readings=self._readings(), progress=progress)

    def outcomes_and_months(
        self, as_at: date | None = None, *, progress: Progress = _quietly
    ) -> tuple[Result, Result]:
        """The whole framework, and every key result month by month, from one asking of the build."""
        day = self.checked_date(as_at)
        results, readings = tracked(self), self._readings()
        held = held_of(self, results, day, readings, progress)
        return grid_of(self, results, held, day), series_of(
            self, results, held.months, day, readings=readings
        )

    def outcome_series(
        self, key_result: str, as_at: date | None = None, *, progress: Progress = _quietly
    ) -> Result:
        """One key result month by month, back to the beginning of the build, with its control chart."""
        day = self.checked_date(as_at)
        known = {one.id: one for one in tracked(self)}
        if key_result not in known:
            near = nearest(key_result, known)
            remedy = f"write '{near}' if that is what you mean" if near else ""
            raise UsageError("key result", f"there is no '{key_result}'.", "", remedy)
        return series(self, [known[key_result]], day, readings=self._readings(), progress=progress)

    def _readings(self) -> tuple[Reading, ...]:
        """Readings are of the whole system; a narrower scope sees none of them."""
        return self.readings if self.scope.is_whole_system else ()

    def _segments_said(self) -> str:
        known = sorted({one.segment for one in self.definitions.contents.outcomes.values()})
        return f"Allowed: {', '.join(known)}."
