"""Projection: a scenario worked out, central figures and simulated ones side by side."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openphm.core.errors import PlanError, nearest
from openphm.definitions.projection_facts import ProjectionFacts
from openphm.definitions.scenario_ranges import Range
from openphm.definitions.scenarios import FEWEST_PEOPLE, Scenario
from openphm.projections.account import Account, mitigated_units, planned_account
from openphm.projections.mitigation import Cover, Planned, left, programme_cost
from openphm.projections.money import Rates, discount_factors, payback_year, present_to_date, ratio
from openphm.projections.path import BASE, PRICE, Floats, Path, stated_path
from openphm.projections.simulate import simulate

SUBSTITUTION, PROGRAMME, INTERACTION = "substitution", "programme", "interaction"


@dataclass(frozen=True)
class Projection:
    """A scenario over its path. Years 1, 2 ... are those that are planned; year 0 was measured."""

    scenario: Scenario
    path: Path
    planned: tuple[Planned, ...]
    rates: Rates

    @cached_property
    def plan(self) -> Account:
        """The central figures."""
        return planned_account(self.path, self.planned)

    @cached_property
    def full(self) -> Account:
        """The central figures as if every ramp were at its end."""
        return planned_account(self.path, self.planned, full=True)

    @cached_property
    def runs(self) -> Account:
        """The simulated figures, runs on the first axis."""
        return simulate(self.path, self.planned, self.scenario)

    @cached_property
    def factors(self) -> Floats:
        """Discount factors of years 1, 2 ...: pounds of those years as pounds of the base year's prices.

        The rates are real ones, so what general prices grew is taken out first.
        """
        return discount_factors(self.rates, self.path.years) / self.path.general_price[1:]

    @property
    def n_people(self) -> int:
        """People that what the plan changes rests on, at the least; 0 when all is stated."""
        return min([self.path.n_people, *(one.n_people for one in self.planned)])

    def people_behind(self, wanted: Collection[str]) -> int:
        """People that what the plan makes of some activities rests on, at the least; 0 when it is stated."""
        path = self.path
        held = {name: n for name, n in zip(path.activities, path.behind, strict=False) if name in wanted}
        most = max(held.values(), default=path.n_people)
        for one in self.planned:
            if sources := one.sources(wanted, path.activities):
                most = min(most, one.people_behind(sources))
        return most

    def net_present_value(self, account: Account) -> Floats:
        """Net present value to each year 1, 2 ... [..., years]."""
        return present_to_date(account.net[..., 1:], self.factors)

    def benefit_cost_ratio(self, account: Account) -> Floats:
        """Benefit ÷ cost at present value, to each year."""
        return ratio(
            present_to_date(account.saving[..., 1:], self.factors),
            present_to_date(account.programme[..., 1:], self.factors),
        )

    def break_even(self, account: Account) -> Floats:
        """The share of the planned effect at which cost and benefit to each year are equal."""
        return ratio(
            present_to_date(account.programme[..., 1:], self.factors),
            present_to_date(account.saving[..., 1:], self.factors),
        )

    @property
    def payback(self) -> int | None:
        """The year from which the saving to date stays above the spending to date."""
        return payback_year(self.plan.net[1:])

    @cached_property
    def unmitigated_change(self) -> dict[str, Floats]:
        """Pounds that each driver adds to the cost of the base year, price last [years+1]; they sum."""
        cost = self.path.unit_cost
        real = {name: np.einsum("ysp,sp->y", added, cost) for name, added in self.path.added().items()}
        nominal = np.einsum("ysp,sp,yp->y", self.path.units, cost, self.path.price - 1)
        return {**real, PRICE: nominal}

    @cached_property
    def base_cost(self) -> float:
        """Pounds of the base year."""
        return float(np.einsum("sp,sp->", self.path.stages[BASE][0], self.path.unit_cost))

    @cached_property
    def mitigated_change(self) -> dict[str, Floats]:
        """Pounds that each intervention takes away by itself, what they share, what substitution adds."""
        weigh = _weigher(self.path)
        alone = {}
        for one in self.planned:
            weight = one.weights(self.path.years)
            alone[one.intervention.id] = -weigh(self.path.units * (1 - left([one], [weight], [one.centre()])))
        weights = [one.weights(self.path.years) for one in self.planned]
        together = -weigh(
            self.path.units * (1 - left(self.planned, weights, [p.centre() for p in self.planned]))
        )
        whole = weigh(mitigated_units(self.path, self.planned) - self.path.units)
        zero = np.zeros(self.path.years + 1)
        return {
            **alone,
            INTERACTION: self._without_noise(together - sum(alone.values(), start=zero)),
            SUBSTITUTION: self._without_noise(whole - together),
        }

    def _without_noise(self, pounds: Floats) -> Floats:
        """Differences of large sums with what is left of the computer's own rounding taken as nought."""
        return np.where(np.abs(pounds) < 1e-12 * self.base_cost, 0.0, pounds)

    @cached_property
    def programme_change(self) -> dict[str, Floats]:
        """Pounds of each programme."""
        return {one.intervention.id: programme_cost(one, self.path) for one in self.planned}

    def cash_releasing(self, account: Account) -> Floats:
        """The part of the saving that can leave a budget, less the programme."""
        return np.asarray(self.scenario.cash_releasing_share * account.saving - account.programme)

    def capacity_value(self, account: Account) -> Floats:
        """The part of the saving that frees staff and beds for others and leaves no budget."""
        return np.asarray((1 - self.scenario.cash_releasing_share) * account.saving)

    def beds(self, nights: Floats) -> Floats:
        """Beds for bed days at the planned occupancy."""
        return np.asarray(nights / 365.25 / self.scenario.occupancy)


def _weigher(path: Path) -> Callable[[Floats], Floats]:
    def weigh(units: Floats) -> Floats:
        return np.asarray(np.einsum("ysp,sp,yp->y", units, path.unit_cost, path.price), dtype=np.float64)

    return weigh


def project(
    scenario: Scenario,
    facts: ProjectionFacts,
    *,
    path: Path | None = None,
    covers: Mapping[str, Cover] | None = None,
) -> Projection:
    """Work a scenario out.

    path, covers: of a baseline from a build, with the cover of each intervention by its id. A stated baseline
    needs neither. Raises PlanError where the two do not fit.
    """
    if path is None:
        if scenario.stated is None:
            raise PlanError(scenario.label, "the baseline is to come from a build.", remedy="give --store")
        path = stated_path(scenario, scenario.stated)
    held = covers or {}
    planned = []
    for number, one in enumerate(scenario.interventions):
        if one.id in held:
            _check_size(scenario, number, held[one.id])
        cover = held[one.id] if one.id in held else _stated_cover(scenario, path, number)
        planned.append(Planned(one, cover, _changes(scenario, path, number)))
    return Projection(scenario, path, tuple(planned), _rates(scenario, facts))


def _check_size(scenario: Scenario, number: int, cover: Cover) -> None:
    """A cohort of a build has people, and no more are planned for than it has."""
    wanted = scenario.interventions[number].people
    where = f"{scenario.label}, interventions[{number}]"
    if cover.n_people == 0:
        raise PlanError(f"{where}.cohort", "nobody of this baseline is in the cohort.", remedy="widen it")
    # Judged by tens: whoever tries one number after another must not learn how many people there are.
    if wanted is not None and wanted > -(-cover.n_people // FEWEST_PEOPLE) * FEWEST_PEOPLE:
        raise PlanError(
            f"{where}.people",
            f"the cohort has fewer than {wanted:,} people.",
            "No more people than the cohort has, or than the baseline where no cohort is named.",
            "write fewer, or leave `people:` out to plan for the whole cohort",
        )


def _stated_cover(scenario: Scenario, path: Path, number: int) -> Cover:
    people = scenario.interventions[number].people
    share = 1.0 if people is None or scenario.stated is None else people / scenario.stated.people
    return Cover.of_share(path, share)


def _changes(scenario: Scenario, path: Path, number: int) -> tuple[Range, ...]:
    one = scenario.interventions[number]
    unknown = [name for name in one.activities if name not in path.activities]
    if unknown:
        raise _unknown(scenario, number, unknown, path.activities)
    by_activity = {effect.activity: effect.change for effect in one.effects}
    return tuple(by_activity.get(name, Range(0.0)) for name in path.activities)


def _unknown(scenario: Scenario, number: int, unknown: Sequence[str], known: Sequence[str]) -> PlanError:
    close = nearest(unknown[0], known)
    return PlanError(
        f"{scenario.label}, interventions[{number}]",
        f"'{unknown[0]}' is not an activity of the baseline.",
        f"Activities: {', '.join(known)}.",
        f"write '{close}' if that is what you mean" if close else "name one of these",
    )


def _rates(scenario: Scenario, facts: ProjectionFacts) -> Rates:
    if scenario.discounting not in facts.discount_rates:
        raise PlanError(
            f"{scenario.label}, discounting",
            f"'{scenario.discounting}' is not a known set of discount rates.",
            f"Discount rates: {', '.join(sorted(facts.discount_rates))}.",
        )
    return facts.discount_rates[scenario.discounting]
