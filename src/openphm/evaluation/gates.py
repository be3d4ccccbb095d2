"""Gates: green, amber, red, each with its reason in plain words. On red no causal claim is shown.

The limits are those of the method page, in one table, so that a reader can see them and a test can hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from math import isnan


class Light(IntEnum):
    """The higher, the worse: the light of several checks is their highest."""

    GREEN = 0
    AMBER = 1
    RED = 2

    @property
    def word(self) -> str:
        """green, amber, red."""
        return self.name.lower()


@dataclass(frozen=True)
class Gate:
    """A limit for amber and a limit for red; red may be infinite (never red by this alone)."""

    amber: float
    red: float

    def light(self, value: float, error: float = 0.0) -> Light:
        """The light of a value that is bad when large. What could not be computed (NaN) is amber.

        error  the standard error of a value that chance moves. Beyond the red limit it is red when it is
               told from 0 with 95%, or beyond twice the limit whatever its error; otherwise amber: in a small
               study chance alone often goes beyond a limit, and that is no sign of a bias. Green needs a
               check that could have failed: see `is_imprecise`.
        """
        if isnan(value):
            return Light.AMBER
        is_told = isnan(error) or value > TOLD * error or value > 2 * self.red
        if value > self.red and is_told:
            return Light.RED
        is_passed = value <= min(self.amber, self.red) and not self.is_imprecise(value, error)
        return Light.GREEN if is_passed else Light.AMBER

    def is_imprecise(self, value: float, error: float) -> bool:
        """Whether the 95% interval holds what is red whatever its error: twice the red limit."""
        return error > 0 and value + TOLD * error > 2 * self.red


NEVER = float("inf")
TOLD = 1.96
FEWEST_TREATED = 30
BALANCE = Gate(0.05, 0.10)
VARIANCE_RATIO = Gate(1.25, 2.0)
UNMATCHED = Gate(0.05, 0.15)
# Control persons worth their weight, as a multiple of the treated: amber below 3, red below 1.
EFFECTIVE = Gate(-3.0, -1.0)
LARGEST_WEIGHT = Gate(0.01, 0.05)
HELD_OUT_LOG = Gate(0.10, 0.20)
NEGATIVE_CONTROLS = Gate(0.03, 0.10)
LOST = Gate(0.02, 0.05)
ONE_PERSON = Gate(0.05, NEVER)


@dataclass(frozen=True)
class Check:
    """One check: what was found, the light, and a sentence for somebody who signs.

    without_claim  the sentence where no claim may be made, for a check whose own sentence tells the effect
    """

    name: str
    light: Light
    words: str
    value: float = float("nan")
    without_claim: str = ""


@dataclass(frozen=True)
class Verdict:
    """All checks of a study and the light of the whole."""

    checks: tuple[Check, ...]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Verdict:
        """Worst first, otherwise in the order given. Once one is red, no sentence tells the effect."""
        held = sorted(checks, key=lambda one: -one.light)
        if held and held[0].light is Light.RED:
            held = [replace(one, words=one.without_claim or one.words) for one in held]
        return cls(tuple(held))

    @property
    def light(self) -> Light:
        """The worst of the checks."""
        return max((one.light for one in self.checks), default=Light.GREEN)

    @property
    def may_claim(self) -> bool:
        """Whether a causal claim may be shown."""
        return self.light is not Light.RED

    @property
    def words(self) -> str:
        """One sentence, and the reasons when it is not green."""
        reasons = " ".join(one.words for one in self.checks if one.light is self.light)
        if self.light is Light.GREEN:
            return "The two groups can be compared, and every check was passed."
        if self.light is Light.AMBER:
            return f"Read with care. {reasons}"
        return f"No claim about the programme can be made from these data. {reasons}"


def worst(*lights: Light) -> Light:
    """The highest of some lights."""
    return max(lights)
