"""A cohort of one population: the questions that can be asked of it, each a Result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from openphm.core.errors import DefinitionError, UsageError
from openphm.core.results import Result
from openphm.definitions.interventions import Intervention
from openphm.population.asking import Asking
from openphm.population.cohorts import changing, counting, explaining, frozen, profile, worklist
from openphm.population.cohorts.allowed import check_places
from openphm.population.cohorts.chosen import Chosen, What, choose
from openphm.population.cohorts.members import members_sql, month_before


class Cohort:
    """People of a population who meet a definition, as at any month end.

    Nobody is read when it is made; each question reads the build for the scope of the population.
    `chosen` holds its id, title, criterion and steps.
    """

    def __init__(self, population: Asking, what: What) -> None:
        self.population = population
        self.chosen: Chosen = choose(what, population.definitions, population.known)
        self._asked: dict[date, Sequence[changing.Moved]] = {}
        frozen.check_frozen(self.chosen)
        check_places(population, self.chosen)

    @cached_property
    def intervention(self) -> Intervention | None:
        """The service specification of what these people are offered; None when it names none."""
        named = self.chosen.file.intervention if self.chosen.file else ""
        contents = self.population.definitions.contents
        return contents.interventions.get(named.removeprefix("interventions/")) if named else None

    def members_sql(self) -> str:
        """SELECT of person_key and as_at of the members, over `people` of `Asking.ask` at its date."""
        return members_sql(self.chosen)

    def count(self, as_at: date | None = None) -> Result:
        """How many people are in it, and what share of the people registered in scope."""
        return counting.count(self.population, self.chosen, self._date(as_at))

    def attrition(self, as_at: date | None = None) -> Result:
        """How many remain after each step, and how many more would be in without that step alone."""
        return counting.attrition(self.population, self.chosen, self._date(as_at))

    def profile(self, as_at: date | None = None) -> Result:
        """Its wider determinants, conditions, use and cost, next to everybody registered in scope."""
        return profile.profile(self.population, self.chosen, self._date(as_at))

    def compare(self, other: Cohort | What, as_at: date | None = None) -> Result:
        """Two cohorts side by side, with standardised mean differences."""
        return profile.compare(self.population, self.chosen, self._other(other), self._date(as_at))

    def explain(self, person_id: str, as_at: date | None = None) -> Result:
        """Which steps one person meets, with value, date and how far short. For direct care alone."""
        return explaining.explain(self.population, self.chosen, person_id, self._date(as_at))

    def near_misses(self, as_at: date | None = None) -> Result:
        """How many people miss one step only, by the step and by how much."""
        return explaining.near_misses(self.population, self.chosen, self._date(as_at))

    def people(self, as_at: date | None = None) -> Result:
        """The members by pseudonym. For direct care alone."""
        return worklist.people(self.population, self.chosen, self._date(as_at))

    def trend(self, months: int = 24, as_at: date | None = None) -> Result:
        """Members and people registered at each of the last month ends that the build can answer."""
        last = self._date(as_at)
        possible = [day for day in self.population.month_ends[11:] if day <= last]
        return counting.trend(self.population, self.chosen, possible[-months:] or [last])

    def changes(self, as_at: date | None = None) -> Result:
        """New, continuing and left people since the month before, by network and practice."""
        last = self._date(as_at)
        return changing.changes(self.population, self.chosen, self._moved(last), last)

    def reasons(self, as_at: date | None = None) -> Result:
        """Why people are new or left: the steps that they newly meet, or no longer meet."""
        last = self._date(as_at)
        return changing.reasons(self.population, self.chosen, self._moved(last), last)

    def worklist(self, as_at: date | None = None) -> Result:
        """One row a person with why, what changed and the next step. For direct care alone."""
        last = self._date(as_at)
        before = self._before(last)
        return worklist.worklist(self.population, self.chosen, self.intervention, last, before)

    def versions(self) -> Result:
        """The versions of its definition that are known here, and which one is in use."""
        return frozen.versions(self.population, self.chosen)

    def difference(self, other: Cohort | What, as_at: date | None = None) -> Result:
        """From this definition to another: how many people join and leave."""
        return frozen.difference(self.population, self.chosen, self._other(other), self._date(as_at))

    def freeze(self, as_at: date | None = None) -> dict[str, Any]:
        """The definition as plain data with checksum, build, date and count, and no people."""
        return frozen.freeze(self.population, self.chosen, self._date(as_at))

    def _date(self, as_at: date | None) -> date:
        """The date of the question. Raises DefinitionError: a question about no date cannot be asked."""
        try:
            return self.population.checked_date(as_at)
        except UsageError as error:
            raise DefinitionError.of(error.problems) from error

    def _before(self, as_at: date) -> date:
        before = month_before(self.population, as_at)
        if before is None:
            raise DefinitionError(
                "--as-at", f"the build holds no month before {as_at}.", "A later month end."
            )
        return before

    def _moved(self, as_at: date) -> Sequence[changing.Moved]:
        """Who is in it now or was the month before, asked once for each date."""
        if as_at not in self._asked:
            before = self._before(as_at)
            self._asked[as_at] = changing.moved(self.population, self.chosen, as_at, before)
        return self._asked[as_at]

    def _other(self, other: Cohort | What) -> Chosen:
        if isinstance(other, Cohort):
            return other.chosen
        return choose(other, self.population.definitions, self.population.known)

    def __repr__(self) -> str:
        return f"Cohort({self.chosen.id}: {self.chosen.title})"
