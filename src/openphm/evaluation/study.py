"""Study: from a locked plan and a build to findings.

    study = Study(plan, population, offers)
    study.planning()                    before the lock: nothing of the follow-up is opened
    study.run(lock)                     after it: an Answer

The plan's hash is on everything that follows; a plan that was changed after its lock is another plan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.core.errors import PlanError
from openphm.core.periods import Month
from openphm.core.records import PlanLock
from openphm.evaluation.answer import Answer
from openphm.evaluation.evaluation import Evaluation
from openphm.evaluation.gates import Check, Light
from openphm.evaluation.numbers_in_words import about, share_of
from openphm.evaluation.outcome import Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.plan import Plan, PlannedOutcome, checksum_of_offers
from openphm.evaluation.study_planning import Planning, detectable_of, planning, question_of
from openphm.population import Population
from openphm.population.opened import opened as opened
from openphm.population.panel import PanelQuestion, PanelRows, panel
from openphm.population.panel_coverage import Gap, gaps
from openphm.population.risk_set import Offer, first_offers, index_months


@dataclass(frozen=True)
class Study:
    """A plan, the build it is asked of, and who was offered the service when."""

    plan: Plan
    population: Population
    offers: tuple[Offer, ...]

    def planning(self) -> Planning:
        """What could be found. Raises PlanError when index dates or places do not fit the build."""
        return planning(self.plan, self.population, self.offers)

    def run(self, lock: PlanLock | None) -> Answer:
        """The answer. Raises PlanError unless this very plan was locked, or when it cannot be answered."""
        self._refuse_unlocked(lock)
        assert lock is not None
        outcomes, covered = self._covered()
        rows = panel(
            self.population,
            PanelQuestion(
                question_of(self.plan, self.offers),
                self.plan.file.follow_up_months,
                tuple(one.amount for one in outcomes),
                self.plan.covariates,
            ),
        )
        made, alone = panel_of(self.plan, outcomes, rows)
        checks = [*covered, *self._said_of_people(rows, alone)]
        if checksum_of_offers(self.offers) != lock.offers_sha256:
            checks.append(
                Check(
                    "offers",
                    Light.AMBER,
                    "The list of offers is not the one that stood at the lock.",
                )
            )
        expected = detectable_of(self.plan, self.population, rows.funnel)[1]
        fitted = Evaluation().fit(made)
        return Answer(self.plan, lock, rows, fitted, tuple(checks), expected, self.population.provenance())

    def _refuse_unlocked(self, lock: PlanLock | None) -> None:
        if lock is None or lock.sha256 != self.plan.sha256:
            raise PlanError(
                f"plan {self.plan.id}",
                "it is not locked" if lock is None else "it was changed after it was locked",
                "Outcomes of the follow-up are opened only when the plan is fixed.",
                f"`openphm evaluate lock {self.plan.id.removeprefix('evaluations/')}`, or run it with --lock",
            )

    def _covered(self) -> tuple[tuple[PlannedOutcome, ...], list[Check]]:
        """Outcomes whose feeds begin before the study; what is missing. PlanError for the primary."""
        plan = self.plan
        months = index_months(self.population, first_offers(self.offers), plan.file.look_back_months)
        first = months[0].plus(-plan.file.look_back_months)
        last = min(months[-1].plus(plan.file.follow_up_months), Month.containing(self.population.as_at))
        checks, left_out = [], set()
        titles = {one.id: one.title for one in plan.outcomes}
        for gap in gaps(self.population, [one.amount for one in plan.outcomes], first, last):
            why = _why_left_out(gap)
            if why and gap.amount == plan.primary.id:
                raise PlanError(
                    f"outcomes.{gap.amount}",
                    f"{why}; the study looks back to {first}",
                    "A feed that begins in mid-study looks like a rise, one that is not there like nought.",
                    "shorten look_back_months, leave early offers out, or choose another primary outcome",
                )
            if why:
                left_out.add(gap.amount)
                said = f"{titles[gap.amount]} is left out: {why}."
            else:
                said = f"{titles[gap.amount]}: {gap.months} months of the study were not delivered as usual."
            checks.append(Check("coverage", Light.AMBER, said, gap.months))
        return tuple(one for one in plan.outcomes if one.id not in left_out), checks

    def _said_of_people(self, rows: PanelRows, alone: int) -> list[Check]:
        funnel, found = rows.funnel, []
        for number, said in (
            (funnel.repeated, "offers repeat an earlier one to the same person; the first counts"),
            (funnel.unknown, "people offered it are not in this build and are left out"),
            (funnel.known - funnel.registered, "people were not registered here when offered it"),
            (funnel.registered - funnel.eligible, "people did not meet the rule on the day before"),
            (alone, "people were offered it in a month without any eligible control"),
        ):
            if number:
                share = number / max(funnel.offered, 1)
                light = Light.AMBER if share > 0.05 else Light.GREEN
                found.append(Check("people", light, f"{about(number).capitalize()} {said}.", number))
        cut = float(rows.is_cut[rows.treated].mean())
        if cut > 0:
            who = share_of(cut, int(rows.treated.sum()))
            said = f"{who} offered the service have a follow-up that the data cut short; months are counted."
            found.append(Check("data_end", Light.GREEN, said, cut))
        return found


def _why_left_out(gap: Gap) -> str:
    if gap.is_absent:
        return "this build does not hold it"
    return "" if gap.begins is None else f"its feed begins in {Month.containing(gap.begins)}"


def panel_of(plan: Plan, outcomes: tuple[PlannedOutcome, ...], rows: PanelRows) -> tuple[Panel, int]:
    """The panel of a study, and how many treated people are left out because a month has no control."""
    with_controls = np.unique(rows.index_month[~rows.treated])
    kept = np.isin(rows.index_month, with_controls)
    named = set(rows.covariate_names)
    made = Panel(
        treated=rows.treated[kept],
        index_month=rows.index_month[kept],
        person=rows.person[kept],
        exposure=rows.months[kept],
        follow_up=float(rows.follow_up),
        covariates=rows.covariates[kept],
        covariate_names=rows.covariate_names,
        outcomes=tuple(
            Outcome(
                one.id, rows.before[one.id][kept], rows.after[one.id][kept],
                kind=one.kind, role=one.role, title=one.title,
            )
            for one in outcomes
        ),
        prognostic=plan.prognostic & named,
        area=rows.area[kept],
        area_names=rows.area_names,
        ended_by=rows.ended_by[kept],
        was_eligible=rows.was_eligible[kept],
    )  # fmt: skip
    return made, int((rows.treated & ~kept).sum())
