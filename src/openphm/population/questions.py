"""The questions behind the reports, as methods of a Population; each is answered in a module of its own."""

from __future__ import annotations

from datetime import date

from openphm.core.results import Result
from openphm.population import areas, impact, inequalities, journeys, life_stages, movement
from openphm.population.asking import Asking
from openphm.population.journeys import Journey
from openphm.population.journeys_timeline import timeline
from openphm.population.life_stage_definition import LifeStage, stages_of


class Questions(Asking):
    """What the reports ask. as_at: a month end of the build with 12 months before it; its own by default."""

    def condition_impact(self, as_at: date | None = None) -> Result:
        """Each condition (Figure 7): prevalence, and use compared with similar people without it."""
        return impact.condition_impact(self, self.checked_date(as_at))

    def life_stage_cost(self, as_at: date | None = None, *, by: str | None = None) -> Result:
        """Cost by life stage (Figure 8) and setting, in all and for each person-year; by: "sex"."""
        return life_stages.life_stage_cost(self, self.checked_date(as_at), by)

    def inequalities(self, as_at: date | None = None, *, by: str | None = None) -> Result:
        """Standardised rates by deprivation, ethnic group and sex, with slope, relative index and gap."""
        return inequalities.inequalities(self, self.checked_date(as_at), by)

    def areas(self, as_at: date | None = None, *, by: str | None = None) -> Result:
        """Observed and expected by PCN and practice, with funnel limits; by: "pcn" or "practice"."""
        return areas.areas(self, self.checked_date(as_at), by)

    def movement(self, as_at: date | None = None, *, by: str | None = None) -> Result:
        """Who moved between segments in the 12 months to a date; by: "segment" or "subsegment"."""
        return movement.movement(self, self.checked_date(as_at), by)

    def journeys(self, as_at: date | None = None, *, asked: Journey | None = None) -> Result:
        """What happened in the months before and after an event; see `Journey` for what can be asked."""
        return journeys.journeys(self, self.checked_date(as_at), asked or Journey())

    def event_name(self, event: str) -> str:
        """An event of a journey in words."""
        return journeys.event_name(self, event)

    def timeline(self, person_id: str, as_at: date | None = None) -> Result:
        """One person's events in order. Raises AccessRefused unless the scope is for direct care."""
        return timeline(self, person_id, self.checked_date(as_at))

    @property
    def life_stages(self) -> tuple[LifeStage, ...]:
        """The life stages in force, by age."""
        return stages_of(self.definitions)
