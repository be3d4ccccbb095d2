"""Decision: scale, refine, stop, or too early to say; and the sentence to say it with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from openphm.evaluation.answer_money import Money
from openphm.evaluation.effects import Effect
from openphm.evaluation.estimate import Estimate
from openphm.evaluation.findings import Findings
from openphm.evaluation.gates import Light
from openphm.evaluation.numbers_in_words import chance, change_in_words, interval_in_words, within
from openphm.pages.reading import pounds

LIKELY = 0.9
TOO_EARLY = "Too early to say:"


class Choice(StrEnum):
    """What the figures speak for. People decide."""

    SCALE = "scale"
    REFINE = "refine"
    STOP = "stop"
    TOO_EARLY = "too early to say"

    @property
    def next_step(self) -> str:
        """What is done with such an answer."""
        return _NEXT[self]


_NEXT = {
    Choice.SCALE: "Offer it to more people, with a plan that is locked before they are followed.",
    Choice.REFINE: "Look for whom it works and what it costs, change it, and evaluate the change.",
    Choice.STOP: "Stop offering it, or find out why it did not work before it is offered again.",
    Choice.TOO_EARLY: "Mend what the checks name, follow people for longer, or offer it to more of them.",
}


@dataclass(frozen=True)
class Decision:
    """A choice and its reasons in plain words.

    lead, reason  the beginning of the sentence, and the rest of it
    """

    choice: Choice
    lead: str
    reason: str

    @property
    def words(self) -> str:
        """The whole sentence."""
        return f"{self.lead} {self.reason}"


def decide(
    findings: Findings, money: Money | None, *, may_claim: bool, hoped: float | None, light: Light
) -> Decision:
    """From the primary outcome, the money and the light.

    Too early: too few people, a red light, or an interval that holds both no effect and the effect hoped for.
    Stop: things got worse, or the best that the interval allows is less than was hoped for.
    Scale: it worked and probably pays. Refine: it worked and does not pay yet, or deaths need a look.
    """
    effect = findings.effect()
    if findings.is_counts_only:
        return Decision(
            Choice.TOO_EARLY,
            "Too few to say:",
            "fewer people were offered the service and could be compared than the "
            f"{findings.fewest} that an effect needs.",
        )
    if not may_claim:
        return Decision(Choice.TOO_EARLY, TOO_EARLY, "these data do not allow a claim about the programme.")
    ratio = effect.calibrated if effect.calibrated.is_known else effect.rate_ratio
    if not ratio.is_known:
        return Decision(Choice.TOO_EARLY, TOO_EARLY, f"{within(effect.title)} cannot be compared.")
    wanted_up = (hoped or -1) > 0
    said = _in_words(effect, ratio)
    if ratio.upper < 1 if wanted_up else ratio.lower > 1:
        return Decision(Choice.STOP, "Stop, or find out why.", f"{said}.")
    if not (ratio.lower > 1 if wanted_up else ratio.upper < 1):
        return _unclear(said, hoped, lower=ratio.lower - 1, upper=ratio.upper - 1)
    care = " Read it with care: not every check was passed." if light is Light.AMBER else ""
    return _better(said + ".", findings, money, care)


def _in_words(effect: Effect, ratio: Estimate) -> str:
    """The change of the primary outcome with its interval, as it is said aloud."""
    is_cost = effect.kind == "cost"
    change = change_in_words(ratio.value - 1, is_cost=is_cost)
    limits = interval_in_words(ratio.lower - 1, ratio.upper - 1, is_cost=is_cost)
    return f"{effect.title}: {change} would have happened anyway (95% interval {limits})"


def _unclear(said: str, hoped: float | None, *, lower: float, upper: float) -> Decision:
    if hoped is not None and (upper < hoped if hoped > 0 else lower > hoped):
        return Decision(
            Choice.STOP, "Stop or change it.", f"{said}. The {hoped:+.0%} hoped for is outside the interval."
        )
    return Decision(Choice.TOO_EARLY, "Too early to say.", f"{said}.")


def _better(said: str, findings: Findings, money: Money | None, care: str) -> Decision:
    deaths = findings.deaths
    if deaths.is_known and deaths.lower > 1:
        return Decision(
            Choice.REFINE,
            "Refine.",
            f"{said} But more people died than among the controls: look at that first.",
        )
    if money is None:
        return Decision(Choice.SCALE, "Scale.", f"{said}{care}")
    pays = money.probability
    if isfinite(pays) and pays >= LIKELY:
        return Decision(
            Choice.SCALE, "Scale.", f"{said} The chance that it pays for itself is {chance(pays)}.{care}"
        )
    return Decision(
        Choice.REFINE,
        "Refine.",
        f"{said} It cost {pounds(money.cost)} over the same months, and the chance that it pays for itself "
        f"is {chance(pays)}.{care}",
    )
