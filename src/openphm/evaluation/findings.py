"""Findings: what an evaluation answers, and how it fares when attacked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from openphm.core.errors import PlanError, nearest
from openphm.evaluation.balance_table import Balance, balance_table
from openphm.evaluation.costs import DRAWS, CostDifference, cost_difference
from openphm.evaluation.effects import Effect, effect_of
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.event_study import EventStudy, event_study
from openphm.evaluation.fitted import Fitted
from openphm.evaluation.gates import FEWEST_TREATED, Check, Verdict
from openphm.evaluation.natural_change import died_beside
from openphm.evaluation.outcome import End
from openphm.evaluation.panel import Panel
from openphm.evaluation.refutations import REFUTATIONS, Refutation, calibration
from openphm.evaluation.sensitivity import Calibration
from openphm.evaluation.verdict import Facts, checks
from openphm.evaluation.weighting import MATCHED

# Attempts that decide the light; the others inform.
DECISIVE = (
    "held_out_year",
    "placebo_date",
    "negative_controls",
    "leave_one_area_out",
    "other_estimators",
    "top_users",
)


@dataclass(frozen=True, eq=False)
class Findings:
    """The answers to one panel. Made by `Evaluation.fit`; every question is answered once and kept.

    fewest  treated people below which only counts are given
    """

    fitted: Fitted
    fewest: int = FEWEST_TREATED

    @property
    def panel(self) -> Panel:
        """The rows that were evaluated."""
        return self.fitted.panel

    @property
    def is_counts_only(self) -> bool:
        """Too few treated people to estimate anything, or nobody to compare them with."""
        return self.panel.n_treated < self.fewest or self.fitted.weighting is None

    @cached_property
    def calibration(self) -> Calibration:
        """The systematic error that the negative controls show."""
        return calibration(self.fitted)

    @cached_property
    def balance(self) -> Balance:
        """How alike the groups are, term by term."""
        fitted = self.fitted
        sets = fitted.matched.weights_of(len(fitted.panel))
        return balance_table(fitted.terms, fitted.panel.treated, fitted.weights, sets)

    @cached_property
    def effects(self) -> tuple[Effect, ...]:
        """The effect on every outcome, in the order of the panel."""
        return tuple(self.effect(one.name) for one in self.panel.outcomes)

    def effect(self, outcome: str | None = None) -> Effect:
        """The effect on an outcome, the primary one when none is named. Raises PlanError when unknown."""
        named = self.panel.primary if outcome is None else self.panel.outcome(outcome)
        if named.name not in self._known:
            self._known[named.name] = effect_of(
                self.fitted, named, self.calibration, may_estimate=not self.is_counts_only
            )
        return self._known[named.name]

    def refute(self, attempt: str, outcome: str | None = None) -> Refutation:
        """Try to show that the answer is wrong: one of `refutations.REFUTATIONS`."""
        if attempt not in REFUTATIONS:
            raise PlanError(
                "refute",
                f"'{attempt}' is not a check",
                f"The checks are {', '.join(REFUTATIONS)}.",
                f"did you mean '{nearest(attempt, REFUTATIONS)}'?",
            )
        named = self.panel.primary if outcome is None else self.panel.outcome(outcome)
        if (attempt, named.name) not in self._refuted:
            self._refuted[attempt, named.name] = REFUTATIONS[attempt](self.fitted, named)
        return self._refuted[attempt, named.name]

    def event_study(self, outcome: str | None = None) -> EventStudy:
        """Rates by quarter around the index date."""
        named = self.panel.primary if outcome is None else self.panel.outcome(outcome)
        return event_study(self.panel, named, self.fitted.weights, self.fitted.clusters)

    def cost(self, outcome: str, *, draws: int = DRAWS) -> CostDifference:
        """The difference in cost per person-year and the saving, with bootstrap-t limits under 200 people.

        Raises PlanError when nobody is comparable or people are too few.
        """
        named = self.panel.outcome(outcome)
        if self.is_counts_only or self.fitted.weighting is None:
            raise PlanError(
                f"outcome.{outcome}",
                f"{self.panel.n_treated} people were offered the service",
                f"A cost difference needs {self.fewest} or more, and controls like them.",
                "show the counts, and wait until more people have been offered the service",
            )
        return cost_difference(
            self.panel,
            named,
            self.fitted.weighting,
            terms=self.fitted.terms,
            clusters=self.fitted.clusters,
            draws=draws,
        )

    @cached_property
    def deaths(self) -> Estimate:
        """Ratio of death rates, treated to controls; unknown when no deaths are recorded in either group."""
        if self.panel.ended_by is None or self.is_counts_only:
            return Estimate.unknown()
        died = self.panel.ended_by == End.DIED
        return died_beside(self.panel, died, self.fitted.weights, self.fitted.clusters)

    @cached_property
    def people_died(self) -> int:
        """People behind the ratio of deaths: those who died among the treated or the controls, if fewer."""
        if self.panel.ended_by is None:
            return 0
        died = self.panel.ended_by == End.DIED
        weighed = self.fitted.weights > 0
        return min(
            len(np.unique(self.panel.person[rows & weighed & died]))
            for rows in (self.panel.treated, ~self.panel.treated)
        )

    @cached_property
    def lost(self) -> tuple[float, float]:
        """Share of treated and of weighted controls who left before the planned end (deaths do not count)."""
        if self.panel.ended_by is None:
            return float("nan"), float("nan")
        left = (self.panel.ended_by == End.LEFT).astype(np.float64)
        treated = self.panel.treated
        weights = np.where(treated, 0.0, self.fitted.weights)
        return float(left[treated].mean()), float(weights @ left / max(weights.sum(), 1e-300))

    @cached_property
    def refutations(self) -> tuple[Refutation, ...]:
        """Every attempt on the primary outcome."""
        return tuple(self.refute(name) for name in REFUTATIONS)

    @cached_property
    def verdict(self) -> Verdict:
        """Green, amber or red, and why."""
        return Verdict.of(self._checks())

    def _checks(self) -> Iterator[Check]:
        yield from checks(self._facts())
        if not self.is_counts_only:
            for one in self.refutations:
                if one.name in DECISIVE:
                    yield Check(one.name, one.light, one.words, without_claim=one.without_claim)

    def _facts(self) -> Facts:
        fitted, effect = self.fitted, self.effect()
        weighting, treated = fitted.weighting, fitted.panel.treated
        shares = None if weighting is None else weighting.share_by_person(treated, fitted.clusters)
        return Facts(
            treated=fitted.panel.n_treated,
            fewest=self.fewest,
            is_comparable=weighting is not None,
            worst=self.balance.worst,
            worst_variance=self.balance.worst_variance,
            given_up=() if weighting is None else weighting.given_up,
            alone=max(fitted.alone_share, fitted.outside),
            unmatched=fitted.unmatched_share,
            is_matched=weighting is not None and weighting.method == MATCHED,
            effective=0.0 if weighting is None else weighting.effective_number(treated, fitted.clusters),
            largest_weight=1.0 if shares is None else float(shares.max()),
            lost=self.lost,
            top_share=effect.top_share,
            no_events=not effect.rate_ratio.is_known,
        )

    @cached_property
    def _refuted(self) -> dict[tuple[str, str], Refutation]:
        """Attempts already made, by name and outcome."""
        return {}

    @cached_property
    def _known(self) -> dict[str, Effect]:
        """Effects already worked out, by outcome."""
        return {}
