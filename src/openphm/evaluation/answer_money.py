"""Money: what a programme cost and saved over the same months.

    saving   = −(observed − expected) in pounds over the follow-up
    cost     = programme cost × months followed ÷ months that the money paid for
    net      = saving − cost          ratio = saving ÷ cost          P(net > 0) from the error of the saving

A saving of six months divided by a cost of twelve is not a ratio of anything: it is shown beside the right
one, with a warning, because such ratios are published. The saving is of two kinds: the part that leaves a
budget (cash-releasing) and the rest, which frees beds and hours (capacity).
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.special import ndtr

from openphm.core.errors import PlanError, Problem
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.findings import Findings
from openphm.evaluation.plan import Plan

SAME = 0.02
"""Periods within 2% of each other are the same."""


@dataclass(frozen=True)
class Money:
    """Pounds over the months that people were followed.

    saving           with limits; negative when the programme's people cost more
    cost             of the programme over the same months
    cost_as_given    over its own period
    saving_months    months that the saving was counted over
    cost_months      months that the cost was paid for
    """

    saving: Estimate
    cost_as_given: float
    saving_months: float
    cost_months: float
    cash_share: float
    method: str = ""

    @property
    def cost(self) -> float:
        """Of the programme over the months of the saving."""
        return self.cost_as_given * self.saving_months / self.cost_months

    @property
    def net(self) -> Estimate:
        """Saving less cost over the same months."""
        return _times(self.saving, 1.0, -self.cost)

    @property
    def ratio(self) -> Estimate:
        """Saving for each pound of cost, over the same months."""
        return _times(self.saving, 1 / self.cost)

    @property
    def ratio_as_published(self) -> float:
        """Saving of one period over the cost of another, as such figures are often published."""
        return self.saving.value / self.cost_as_given

    @property
    def cash(self) -> Estimate:
        """The part of the saving that can leave a budget."""
        return _times(self.saving, self.cash_share)

    @property
    def capacity(self) -> Estimate:
        """The part of the saving that frees beds and hours."""
        return _times(self.saving, 1 - self.cash_share)

    @property
    def cash_net(self) -> Estimate:
        """The cash-releasing part less the cost."""
        return _times(self.saving, self.cash_share, -self.cost)

    @property
    def probability(self) -> float:
        """That the net is above 0."""
        return float(ndtr(self.net.value / self.saving.error)) if self.saving.error > 0 else float("nan")

    @property
    def is_same_period(self) -> bool:
        """Whether the cost was given for the months of the saving."""
        return abs(self.saving_months / self.cost_months - 1) <= SAME

    @property
    def beside(self) -> str:
        """The warning that stands beside the figures and gives none of them; empty for one period."""
        if self.is_same_period:
            return ""
        return (
            f"The plan gives the programme's cost for {self.cost_months:.3g} months, and the saving was "
            f"counted over {self.saving_months:.3g}. Below, cost and saving are of the same months. Do not "
            "divide the one by the other as they were given: that mixes periods."
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must stand beside the figures."""
        if self.is_same_period:
            return ()
        return (
            f"The cost is of {self.cost_months:.3g} months and the saving of {self.saving_months:.3g}. "
            f"Dividing one by the other as they are would give {self.ratio_as_published:.4g}; over the same "
            f"months it is {self.ratio.value:.4g}.",
        )


def money(
    saving: Estimate, *, cost: float, saving_months: float, cost_months: float, cash_share: float = 0.35,
    method: str = "",
) -> Money:  # fmt: skip
    """Money from a saving and a cost. Raises PlanError for periods or costs that make no sense.

    >>> trent = money(Estimate.around(230_000, 0), cost=80_000, saving_months=6, cost_months=12)
    >>> trent.ratio_as_published, trent.ratio.value
    (2.875, 5.75)
    """
    problems = [
        Problem(f"costs.{name}", f"it is {value:g}", "above 0")
        for name, value in (
            ("programme_gbp", cost),
            ("period_months", cost_months),
            ("follow-up", saving_months),
        )
        if not value > 0
    ]
    if not 0 <= cash_share <= 1:
        problems.append(Problem("costs.cash_releasing_share", f"it is {cash_share:g}", "a share, 0 to 1"))
    if problems:
        raise PlanError.of(problems)
    return Money(saving, cost, saving_months, cost_months, cash_share, method)


def money_of(plan: Plan, findings: Findings) -> Money | None:
    """The money of a study; None when the plan says nothing of costs, or its outcome was left out."""
    cost = plan.file.cost
    if cost is None or cost.outcome not in {one.name for one in findings.panel.outcomes}:
        return None
    panel = findings.panel
    found = findings.cost(cost.outcome)
    served = cost.programme_gbp * (panel.n_treated / cost.people if cost.people else 1.0)
    return money(
        found.saved,
        cost=served,
        saving_months=float(panel.exposure[panel.treated].mean()),
        cost_months=cost.period_months,
        cash_share=cost.cash_releasing_share,
        method=found.method,
    )


def _times(one: Estimate, by: float, plus: float = 0.0) -> Estimate:
    return Estimate(
        one.value * by + plus, one.lower * by + plus, one.upper * by + plus, one.error * abs(by), False,
        one.confidence,
    )  # fmt: skip
