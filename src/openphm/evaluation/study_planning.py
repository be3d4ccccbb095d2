"""Planning: what a study could find, said before it runs. Nothing of the follow-up is opened."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, nan

from openphm.core.results import Cell, Result, Scalar
from openphm.evaluation.gates import FEWEST_TREATED
from openphm.evaluation.numbers_in_words import about
from openphm.evaluation.plan import Plan
from openphm.evaluation.sensitivity import expected_error, smallest_detectable
from openphm.population import Population
from openphm.population.panel_planning import count_controls, earlier_amounts
from openphm.population.risk_set import ROWS, Funnel, Offer, RiskSetQuestion, check_controls, keep_risk_set


@dataclass(frozen=True)
class Planning:
    """What is known before a study: the people, and the smallest change that it would find.

    smallest_detectable  with 80% power: -0.16 is a fall of 16%; NaN when an earlier year cannot say
    earlier              people who met the rule a follow-up earlier, their mean and standard deviation of
                         the primary outcome
    """

    funnel: Funnel
    control_people: int
    control_rows: int
    months_without_controls: int
    earlier: tuple[int, float, float]
    smallest_detectable: float

    @property
    def is_too_few(self) -> bool:
        """Fewer people than any effect is estimated for."""
        return self.funnel.eligible < FEWEST_TREATED

    def words(self, planned: float | None) -> str:
        """What to expect, in one or two sentences."""
        treated = self.funnel.eligible
        if isfinite(self.smallest_detectable):
            found = (
                f"With {about(treated)} people offered the service, a fall of "
                f"{-self.smallest_detectable:.0%} or more would be found (4 times in 5)."
            )
        else:
            found = f"With {about(treated)} people, the smallest change that would be found cannot be said."
        if self.is_too_few:
            return f"Too few to say: {FEWEST_TREATED} or more are needed for an effect. {found}"
        if planned is not None and isfinite(self.smallest_detectable):
            if abs(planned) < abs(self.smallest_detectable):
                return f"{found} The change hoped for, {planned:+.0%}, is smaller and would likely be missed."
            return f"{found} The change hoped for is {planned:+.0%}."
        return found


def question_of(plan: Plan, offers: tuple[Offer, ...]) -> RiskSetQuestion:
    """Who is compared, as the plan says."""
    return RiskSetQuestion(plan.rule, offers, plan.file.control_places, plan.file.look_back_months)


def planning(plan: Plan, population: Population, offers: tuple[Offer, ...]) -> Planning:
    """Look at who was offered it and who could be a control, and at an earlier year. Raises PlanError."""
    check_controls(population, plan.file.control_places)
    funnel = keep_risk_set(population, question_of(plan, offers))
    people, rows, without = count_controls(population, ROWS, funnel.months)
    earlier, detectable = detectable_of(plan, population, funnel)
    return Planning(funnel, people, rows, without, earlier, detectable)


def detectable_of(
    plan: Plan, population: Population, funnel: Funnel
) -> tuple[tuple[int, float, float], float]:
    """(people like these a follow-up earlier, mean, spread of the primary outcome), smallest change found."""
    amounts = earlier_amounts(
        population, plan.rule, plan.primary.amount,
        before=funnel.months[0].start, months=plan.file.follow_up_months,
    )  # fmt: skip
    if len(amounts) < 2:
        return (len(amounts), nan, nan), nan
    mean, spread = float(amounts.mean()), float(amounts.std(ddof=1))
    if not funnel.eligible or mean <= 0:
        return (len(amounts), mean, spread), nan
    found = smallest_detectable(expected_error(funnel.eligible, mean, spread**2))
    return (len(amounts), mean, spread), found


def planning_result(plan: Plan, found: Planning, population: Population) -> Result:
    """The planning as an answer: columns step, value, unit."""
    funnel, treated = found.funnel, found.funnel.eligible
    earlier, mean, spread = found.earlier
    rows: list[tuple[Cell | Scalar, ...]] = [
        (step, Cell(value, n_people=value), "people")
        for step, value in (
            ("offered the service", funnel.offered),
            ("found in this build", funnel.known),
            ("registered when it was offered", funnel.registered),
            ("met the rule on the day before", treated),
            ("people who can be controls", found.control_people),
        )
    ]
    rows += [
        (
            "person-months at which they can be",
            Cell(found.control_rows, n_people=found.control_people),
            "rows",
        ),
        ("people like these a follow-up earlier", Cell(earlier, n_people=earlier), "people"),
        (f"{plan.primary.title}, their mean", Cell(_known(mean), n_people=earlier), "per_person"),
        (f"{plan.primary.title}, their spread", Cell(_known(spread), n_people=earlier), "per_person"),
        ("smallest detectable change", Cell(_known(found.smallest_detectable), n_people=earlier), "share"),
    ]
    if plan.file.planning_effect is not None:
        rows.append(("change hoped for", plan.file.planning_effect, "share"))
    return Result(
        f"evaluate/plan/{plan.id.removeprefix('evaluations/')}",
        ("step", "value", "unit"),
        tuple(rows),
        population.provenance(),
        notes=(
            found.words(plan.file.planning_effect),
            *_said(found),
            "Nothing of the follow-up was opened for this.",
            f"Plan {plan.sha256[:12]}.",
        ),
    )


def _said(found: Planning) -> list[str]:
    funnel, notes = found.funnel, []
    for number, said in (
        (funnel.repeated, "offers are repeats to the same person; the first counts"),
        (funnel.unknown, "people offered it are not in this build"),
        (funnel.known - funnel.registered, "people were not registered here when it was offered"),
        (funnel.registered - funnel.eligible, "people did not meet the rule on the day before"),
    ):
        if number:
            notes.append(f"{about(number).capitalize()} {said}.")
    if found.months_without_controls:
        notes.append(f"{found.months_without_controls} index months have no eligible control.")
    return notes


def _known(value: float) -> float | None:
    return value if isfinite(value) else None
