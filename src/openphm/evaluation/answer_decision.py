"""Decision: scale, refine, stop, or too early to say; and the sentence to say it with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from openphm.evaluation.answer_money import Money
from openphm.evaluation.findings import Findings
from openphm.evaluation.gates import Light

LIKELY = 0.9


class Choice(StrEnum):
    """What the figures speak for. People decide."""

    SCALE = "scale"
    REFINE = "refine"
    STOP = "stop"
    TOO_EARLY = "too early to say"


@dataclass(frozen=True)
class Decision:
    """A choice and its reasons in plain words."""

    choice: Choice
    words: str


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
            "Too few to say: fewer people were offered the service and could be compared than the "
            f"{findings.fewest} that an effect needs.",
        )
    if not may_claim:
        return Decision(
            Choice.TOO_EARLY, "Too early to say: these data do not allow a claim about the programme."
        )
    ratio = effect.calibrated if effect.calibrated.is_known else effect.rate_ratio
    if not ratio.is_known:
        return Decision(Choice.TOO_EARLY, f"Too early to say: {effect.title} cannot be compared.")
    wanted_up = (hoped or -1) > 0
    said = (
        f"{effect.title}: {ratio.value - 1:+.0%} (95% interval {ratio.lower - 1:+.0%} to "
        f"{ratio.upper - 1:+.0%}) compared with what would have happened anyway"
    )
    if ratio.upper < 1 if wanted_up else ratio.lower > 1:
        return Decision(Choice.STOP, f"Stop, or find out why: {said}.")
    if not (ratio.lower > 1 if wanted_up else ratio.upper < 1):
        return _unclear(said, hoped, lower=ratio.lower - 1, upper=ratio.upper - 1)
    care = " Read it with care: not every check was passed." if light is Light.AMBER else ""
    return _better(said + ".", findings, money, care)


def _unclear(said: str, hoped: float | None, *, lower: float, upper: float) -> Decision:
    if hoped is not None and (upper < hoped if hoped > 0 else lower > hoped):
        return Decision(
            Choice.STOP, f"Stop or change it: {said}; the {hoped:+.0%} hoped for is outside the interval."
        )
    return Decision(Choice.TOO_EARLY, f"Too early to say: {said}.")


def _better(said: str, findings: Findings, money: Money | None, care: str) -> Decision:
    deaths = findings.deaths
    if deaths.is_known and deaths.lower > 1:
        return Decision(
            Choice.REFINE, f"Refine: {said} But more people died than among the controls: look at that first."
        )
    if money is None:
        return Decision(Choice.SCALE, f"Scale: {said}{care}")
    pays = money.probability
    if isfinite(pays) and pays >= LIKELY:
        return Decision(Choice.SCALE, f"Scale: {said} It pays for itself with probability {pays:.0%}.{care}")
    return Decision(
        Choice.REFINE,
        f"Refine: {said} It pays for itself only with probability {pays:.0%}: it cost £{money.cost:,.0f} "
        f"over the same months.{care}",
    )
