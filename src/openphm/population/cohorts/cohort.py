"""A cohort of one population: the questions that can be asked of it, each a Result."""

from __future__ import annotations

from datetime import date

from openphm.core.results import Result
from openphm.population.asking import Asking
from openphm.population.cohorts import counting
from openphm.population.cohorts.chosen import Chosen, What, choose
from openphm.population.cohorts.members import members_sql


class Cohort:
    """People of a population who meet a definition, as at any month end.

    Nobody is read when it is made; each question reads the build for the scope of the population.
    """

    def __init__(self, population: Asking, what: What) -> None:
        self.population = population
        self.chosen: Chosen = choose(what, population.definitions, population.known)

    def members_sql(self) -> str:
        """SELECT of person_key and as_at of the members, over `people` of `Asking.ask` at its date."""
        return members_sql(self.chosen)

    def count(self, as_at: date | None = None) -> Result:
        """How many people are in it, and what share of the people registered in scope."""
        return counting.count(self.population, self.chosen, self.population.checked_date(as_at))

    def attrition(self, as_at: date | None = None) -> Result:
        """How many remain after each step, and how many more would be in without that step alone."""
        return counting.attrition(self.population, self.chosen, self.population.checked_date(as_at))

    def __repr__(self) -> str:
        return f"Cohort({self.chosen.id}: {self.chosen.title})"
