"""Answer: what a study says, and no more than its light allows.

The table of `openphm evaluate run` has one row an outcome. On red nothing is shown that only a comparison can
say; what was counted stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from openphm.core.records import PlanLock
from openphm.core.results import Cell, Provenance, Result, Scalar
from openphm.evaluation.answer_decision import Decision, decide
from openphm.evaluation.answer_money import Money, money_of
from openphm.evaluation.effects import Effect
from openphm.evaluation.findings import Findings
from openphm.evaluation.gates import Check, Light, Verdict
from openphm.evaluation.numbers_in_words import about, within
from openphm.evaluation.plan import Plan
from openphm.population.panel import PanelRows

COLUMNS = (
    "outcome", "observed", "expected", "avoided", "avoided_lower", "avoided_upper", "rate_ratio", "lower",
    "upper", "raw_change", "natural_change", "light",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Answer:
    """A study that was run.

    checks     what the build and the list of offers add to the checks of the engine
    expected   the smallest change that people like these a year earlier would show; NaN when not known
    """

    plan: Plan
    lock: PlanLock
    rows: PanelRows
    findings: Findings
    checks: tuple[Check, ...]
    expected: float
    provenance: Provenance

    @cached_property
    def verdict(self) -> Verdict:
        """Green, amber or red, and why: the engine's checks and those of the data."""
        engine = self.findings.verdict.checks
        if self.findings.is_counts_only:
            engine = tuple(one for one in engine if one.name != "people")
            engine += (Check("people", Light.RED, _too_few(self.findings)),)
        return Verdict.of([*engine, *self.checks])

    @property
    def may_claim(self) -> bool:
        """Whether anything that only a comparison can say may be shown."""
        return self.verdict.may_claim and not self.findings.is_counts_only

    @cached_property
    def smallest_detectable(self) -> float:
        """The smallest change that would be found: from the error found, or expected from the year before."""
        found = self.findings.effect().smallest_detectable
        return found if isfinite(found) else self.expected

    @cached_property
    def money(self) -> Money | None:
        """What it cost and saved over the same months; None without costs, or when nothing may be said."""
        return money_of(self.plan, self.findings) if self.may_claim else None

    @cached_property
    def decision(self) -> Decision:
        """Scale, refine, stop, or too early to say."""
        return decide(
            self.findings,
            self.money,
            may_claim=self.may_claim,
            hoped=self.plan.file.planning_effect,
            light=self.verdict.light,
        )

    def table(self) -> Result:
        """One row an outcome, in the columns of the contract."""
        return Result(
            f"evaluate/{self.plan.id.removeprefix('evaluations/')}",
            COLUMNS,
            outcome_rows(self.findings, may_claim=self.may_claim, light=self.light),
            self.provenance,
            notes=self.notes,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know, the most important first."""
        return tuple(dict.fromkeys([*self.headlines, *self.footnotes]))

    @property
    def headlines(self) -> tuple[str, ...]:
        """The decision, the light and what stands beside the money."""
        light = f"{self.verdict.light.word.capitalize()}. {self.verdict.words}"
        return (self.decision.words, light, *(self.money.warnings if self.money is not None else ()))

    @property
    def footnotes(self) -> tuple[str, ...]:
        """What stands below: what could be found, notes of outcomes, the plan and its lock."""
        said = []
        if isfinite(self.smallest_detectable):
            said.append(
                f"Smallest detectable effect: a fall of {-self.smallest_detectable:.0%} in "
                f"{within(self.plan.primary.title)} (80% power)."
            )
        else:
            said.append(
                "The smallest detectable effect cannot be told: a follow-up earlier too few met the rule, or "
                "none of them had the outcome."
            )
        said.extend(one for effect in self.findings.effects for one in effect.notes[:1] if self.may_claim)
        said.append(
            f"Plan {self.lock.sha256[:12]}, locked {self.lock.locked_at:%-d %B %Y %H:%M} UTC by "
            f"{self.lock.locked_by}, for build {self.lock.build}."
        )
        return tuple(dict.fromkeys(said))

    @property
    def light(self) -> Light:
        """The light of the whole."""
        return Light.RED if self.findings.is_counts_only else self.verdict.light


def outcome_rows(
    findings: Findings, *, may_claim: bool, light: Light
) -> tuple[tuple[Cell | Scalar, ...], ...]:
    """One row an outcome, in the columns of the contract; without a claim only what was counted."""
    return tuple(_row(effect, may_claim=may_claim, light=light) for effect in findings.effects)


def _row(effect: Effect, *, may_claim: bool, light: Light) -> tuple[Cell | Scalar, ...]:
    behind = effect.contributors
    avoided, ratio, change = effect.avoided, effect.rate_ratio, effect.change

    def cell(value: float, people: int = behind.claim, *, is_claim: bool = True) -> Cell:
        known = isfinite(value) and (may_claim or not is_claim)
        return Cell(value if known else None, n_people=people, largest_share=effect.top_share)

    return (
        effect.outcome,
        cell(effect.observed, behind.cohort_after, is_claim=False),
        cell(effect.expected),
        cell(avoided.value),
        cell(avoided.lower),
        cell(avoided.upper),
        cell(ratio.value),
        cell(ratio.lower),
        cell(ratio.upper),
        cell(change.raw.value, behind.raw, is_claim=False),
        cell(change.natural.value, behind.natural),
        light.word,
    )


def _too_few(findings: Findings) -> str:
    people = about(findings.panel.n_treated).capitalize()
    return f"{people} people were offered the service and can be compared; {findings.fewest} are needed."
