"""Scenarios: what is true, what is hidden, and how many people there are."""

from __future__ import annotations

from dataclasses import dataclass

from openphm.evaluation.person_months import Rule
from tests.bench.evaluation.lives import RULE_AT_LEAST, RULE_WITHIN, World


@dataclass(frozen=True)
class Scenario:
    """A world, how long people are followed, and who may be a control."""

    name: str
    words: str
    world: World
    follow_up: int = 12
    anywhere: bool = False

    @property
    def rule(self) -> Rule:
        """Seven visits in the 12 months before the index date."""
        return Rule(
            at_least=RULE_AT_LEAST, within=RULE_WITHIN, follow_up=self.follow_up, anywhere=self.anywhere
        )


# The made-up ICS: 0.3 to 0.4 visits a year, 0.2% to 0.5% of people at seven or more.
ICS = {"level": -5.0, "spread": 1.1, "onset": 0.02, "people": 60_000, "uptake": 0.0}

SCENARIOS = {
    one.name: one
    for one in (
        Scenario("S1", "effect −30%, 310 people, 12 months", World(rate_ratio=0.7)),
        Scenario("S2", "no effect, 310 people, 12 months", World()),
        Scenario("S3", "effect −30%, followed 6 months", World(rate_ratio=0.7), follow_up=6),
        Scenario("S4", "effect −30%, 85 people", World(rate_ratio=0.7, uptake=-4.0)),
        Scenario("S4n", "no effect, 85 people", World(uptake=-4.0)),
        Scenario("S5", "no effect; hidden: rates 16% higher where the service is", World(area_hidden=0.15)),
        Scenario("S6", "no effect; hidden: offers by unrecorded frailty", World(chosen_hidden=0.7)),
        Scenario("S7", "effect −30%, not yet treated controls", World(rate_ratio=0.7), anywhere=True),
        Scenario("S8", "no effect, not yet treated controls", World(), anywhere=True),
        Scenario("ICS", "effect −30% at the made-up ICS's own rates", World(rate_ratio=0.7, **ICS)),
        Scenario("ICSn", "no effect at the made-up ICS's own rates", World(**ICS)),
        Scenario("tiny", "no effect, 10 to 50 people", World(uptake=-5.0)),
    )
}  # fmt: skip
