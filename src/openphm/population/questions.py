"""The questions behind the reports, as methods of a Population; each is answered in a module of its own."""

from __future__ import annotations

from datetime import date

from openphm.core.results import Result
from openphm.population import areas, impact, inequalities, life_stages, movement
from openphm.population.asking import Asking
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

    @property
    def life_stages(self) -> tuple[LifeStage, ...]:
        """The life stages in force, by age."""
        return stages_of(self.definitions)
