"""A build opened for one scope: what can be asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from types import TracebackType

from openphm.access import Scope
from openphm.core.records import Fingerprint
from openphm.core.results import Result
from openphm.definitions import Definitions
from openphm.population import moves, quality, segments
from openphm.population.cohorts import Cohort
from openphm.population.cohorts.chosen import What
from openphm.population.outcome_questions import OutcomeQuestions
from openphm.population.overlap import Group, Meeting, meetings
from openphm.population.questions import Questions


class Population(Questions, OutcomeQuestions):
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

    def group(self, what: What, places: Scope | None = None) -> Group:
        """A cohort in some places of this scope, to see how it meets groups asked about before."""
        return Group(self.cohort(what).chosen, places or self.scope)

    def meetings(
        self, now: Group, earlier: Sequence[Fingerprint], as_at: date | None = None
    ) -> list[tuple[Fingerprint, Meeting]]:
        """Each earlier question with the people who are in one of the two groups alone.

        Questions that today's definitions no longer know are left out.
        """
        groups = [(one, Group.of_question(one.criteria, self)) for one in earlier]
        held = [(one, group) for one, group in groups if group is not None]
        found = meetings(self, now, [group for _, group in held], self.checked_date(as_at))
        return [(one, meeting) for (one, _), meeting in zip(held, found, strict=True)]

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
