"""A build opened for one scope: what can be asked of it."""

from __future__ import annotations

from datetime import date
from types import TracebackType

from openphm.core.results import Result
from openphm.definitions import Definitions
from openphm.definitions.profiles import ProfileRow
from openphm.population import moves, quality, segments
from openphm.population.cohorts import Cohort
from openphm.population.cohorts.chosen import What
from openphm.population.cohorts.describing import rows_of
from openphm.population.measures import Measuring
from openphm.population.questions import Questions


class Population(Questions, Measuring):
    """The people of one build that a Scope allows, and questions about them.

    Made by `open` or `open_in_scope`. Each question answers a Result.
    """

    def segments(self, as_at: date | None = None, *, by: str | None = None) -> Result:
        """The segment matrix: 30 measures for each subsegment, for all, and what is unattributed.

        as_at: a month end of the build with 12 months before it; the build's own when not given.
        by: "practice" or "pcn" for one matrix a place, as columns place_code and place_name.
        """
        return segments.matrix(self, self.checked_date(as_at), by)

    def moves(self, before: Definitions, after: Definitions, as_at: date | None = None) -> Result:
        """How many people each change of the segment rules would move, from where to where."""
        return moves.moves(self, before, after, self.checked_date(as_at))

    def cohort(self, what: What) -> Cohort:
        """People who meet a definition: an id, the path of a YAML file, plain data or a criterion.

        Raises DefinitionError with every problem of it.
        """
        return Cohort(self, what)

    def profile_rows(self) -> tuple[ProfileRow, ...]:
        """The rows by which a cohort is described: id, title, heading and unit of each."""
        return tuple(one.row for one in rows_of(self.definitions, self.known))

    def attribution(self) -> Result:
        """Pounds of activity, of the segments and of nobody in the 12 months of the build."""
        return segments.attribution(self)

    def data_quality(self, name: str) -> Result:
        """One of the data quality tables: see `openphm.population.quality.TABLES`."""
        return quality.answer(self, name)

    def __enter__(self) -> Population:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Population(build {self.build.id}, as at {self.as_at})"
