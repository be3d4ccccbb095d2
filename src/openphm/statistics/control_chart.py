"""XmR control charts: is a month's figure news, or noise? With the rules of Making Data Count.

Sources  Wheeler DJ (2000), Understanding Variation, 2nd ed., SPC Press (2.66 and 3.267 mean moving ranges);
         NHS England, Making Data Count (rules, improvement direction, assurance against a target);
         Reading C and others, NHSRplotthedots (the same rules in R).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from openphm.statistics.interval import Flags, Floats
from openphm.statistics.runs import part_of_run, part_of_trend, part_of_two_in_three, trend_direction

LIMIT = 2.66
NEAR_LIMIT = 2.66 * 2 / 3
RANGE_LIMIT = 3.267
FEWEST_POINTS = 12

Improvement = Literal["up", "down", "monitor"]
Verdict = Literal["common_cause", "improvement", "concern", "neutral_high", "neutral_low"]
Assurance = Literal["pass", "fail", "hit_or_miss"]


class SpecialCause(IntEnum):
    """Why a point is special: the first of these rules that it meets."""

    NONE = 0
    OUTSIDE_LIMITS = 1
    TREND = 2
    TWO_OF_THREE_NEAR_LIMIT = 3
    SHIFT = 4


# What a reader is told, by the rule and its direction (1 high or rising, −1 low or falling).
WORDS = {
    (SpecialCause.OUTSIDE_LIMITS, 1): "above the upper limit",
    (SpecialCause.OUTSIDE_LIMITS, -1): "below the lower limit",
    (SpecialCause.TREND, 1): "part of a rise",
    (SpecialCause.TREND, -1): "part of a fall",
    (SpecialCause.TWO_OF_THREE_NEAR_LIMIT, 1): "one of two in three near the upper limit",
    (SpecialCause.TWO_OF_THREE_NEAR_LIMIT, -1): "one of two in three near the lower limit",
    (SpecialCause.SHIFT, 1): "part of a run above the mean",
    (SpecialCause.SHIFT, -1): "part of a run below the mean",
}


@dataclass(frozen=True)
class Phase:
    """A stretch with limits of its own: points `start` to before `end`. `is_short`: fewer than 12 points.

    centre is the mean; lower and upper are the process limits; range_limit is that of the moving range.
    """

    start: int
    end: int
    centre: float
    lower: float
    upper: float
    near_lower: float
    near_upper: float
    range_limit: float
    is_short: bool


@dataclass(frozen=True)
class Chart:
    """An XmR chart of one series: a value, and what is said of it, for each point.

    special      a SpecialCause for each point; direction: 1 high or rising, −1 low or falling, 0 common cause
    verdicts     a word for each point: what its special cause means, given the way improvement lies
    assurance    whether the process will meet the target: None without a target or a direction
    """

    values: Floats
    moving_range: Floats
    phases: tuple[Phase, ...]
    special: NDArray[np.int8]
    direction: NDArray[np.int8]
    verdicts: tuple[Verdict, ...]
    assurance: Assurance | None

    @property
    def variation(self) -> Verdict:
        """The verdict on the latest point: the first icon of Making Data Count."""
        return self.verdicts[-1]

    @property
    def is_short(self) -> bool:
        """The latest phase has fewer than 12 points: read its limits as a first guess."""
        return self.phases[-1].is_short

    @property
    def labels(self) -> tuple[str, ...]:
        """What is said of each point, for a screen or a table: empty where nothing is."""
        pairs = zip(self.special.tolist(), self.direction.tolist(), strict=True)
        return tuple(WORDS.get((SpecialCause(cause), way), "") for cause, way in pairs)

    def line(self, name: Literal["centre", "lower", "upper", "near_lower", "near_upper"]) -> Floats:
        """A line of the chart, a value for each point, stepping from phase to phase."""
        return np.concatenate([np.full(one.end - one.start, getattr(one, name)) for one in self.phases])


@dataclass(frozen=True)
class XmR:
    """Settings of an XmR chart; `fit` does the work.

    improvement    the way improvement lies: "up", "down", or "monitor" where neither is better
    target         a line that the process should keep to, in the unit of the values
    rebase_at      where a new phase begins: positions of points, because the process is known to have changed
    fix_after      the limits of a phase come from its first so many points; all of them when None
    shift, trend   how many points on one side of the mean, or rising or falling, are news: 7 in Making Data
                   Count; 8 and 6 in other schools
    is_screened    moving ranges above 3.267 times their mean are left out of the mean range
    """

    improvement: Improvement = "monitor"
    target: float | None = None
    rebase_at: tuple[int, ...] = ()
    fix_after: int | None = None
    shift: int = 7
    trend: int = 7
    is_screened: bool = True

    def __post_init__(self) -> None:
        if self.improvement not in ("up", "down", "monitor"):
            raise ValueError(f"improvement is one of up, down, monitor; it is {self.improvement}")
        if self.shift < 3 or self.trend < 3:
            raise ValueError("shift and trend are 3 points at least")
        if self.fix_after is not None and self.fix_after < 2:
            raise ValueError("fix_after is 2 points at least: limits need a moving range")

    def fit(self, values: ArrayLike) -> Chart:
        """values: one-dimensional, in order of time, two or more known; NaN is a gap, which ends a run.

            limits = mean ± 2.66 × mean moving range     near limits at two thirds of that
            moving range = |x − the point before|, within a phase

        Raises ValueError when a phase would have fewer than two known points.
        """
        series = np.asarray(values, dtype=np.float64)
        if series.ndim != 1:
            raise ValueError(f"values have {series.ndim} dimensions; a chart has one series")
        if len(series) < 2:
            raise ValueError(f"the series has {len(series)} points; limits need two at least")
        stretches = _stretches(len(series), self.rebase_at)
        phases = tuple(self._phase(series, start, end) for start, end in stretches)
        found = [self._judge(series[one.start : one.end], one) for one in phases]
        special = np.concatenate([part[0] for part in found])
        direction = np.concatenate([part[1] for part in found])
        ranges = np.concatenate([_moving_range(series[one.start : one.end]) for one in phases])
        verdicts = tuple(self._verdict(int(one)) for one in direction)
        return Chart(series, ranges, phases, special, direction, verdicts, self._assurance(phases[-1]))

    def _phase(self, series: Floats, start: int, end: int) -> Phase:
        used = series[start : end if self.fix_after is None else min(end, start + self.fix_after)]
        known = int((~np.isnan(used)).sum())
        ranges = _moving_range(used)
        if known < 2 or np.isnan(ranges).all():
            raise ValueError(
                f"the phase from point {start} has no two known points in a row to make limits from"
            )
        mean_range = float(np.nanmean(ranges))
        if self.is_screened and mean_range > 0:
            mean_range = float(np.nanmean(ranges[ranges < RANGE_LIMIT * mean_range]))
        centre = float(np.nanmean(used))
        return Phase(
            start,
            end,
            centre,
            centre - LIMIT * mean_range,
            centre + LIMIT * mean_range,
            centre - NEAR_LIMIT * mean_range,
            centre + NEAR_LIMIT * mean_range,
            RANGE_LIMIT * mean_range,
            known < FEWEST_POINTS,
        )

    def _judge(self, points: Floats, phase: Phase) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """The special cause and its direction for each point of a phase."""
        side = np.nan_to_num(np.sign(points - phase.centre)).astype(np.int8)
        is_outside = (points < phase.lower) | (points > phase.upper)
        is_near = ~is_outside & ((points < phase.near_lower) | (points > phase.near_upper))
        way = trend_direction(points, self.trend)
        rules: tuple[tuple[SpecialCause, Flags, NDArray[np.int8]], ...] = (
            (SpecialCause.SHIFT, part_of_run(side, self.shift), side),
            (SpecialCause.TWO_OF_THREE_NEAR_LIMIT, part_of_two_in_three(is_near, side), side),
            (SpecialCause.TREND, part_of_trend(points, self.trend), way),
            (SpecialCause.OUTSIDE_LIMITS, is_outside, side),
        )
        special = np.zeros(len(points), dtype=np.int8)
        direction = np.zeros(len(points), dtype=np.int8)
        for cause, is_met, towards in rules:  # the rule that comes first in priority is written last
            special[is_met] = cause
            direction[is_met] = towards[is_met]
        return special, direction

    def _verdict(self, direction: int) -> Verdict:
        if direction == 0:
            return "common_cause"
        if self.improvement == "monitor":
            return "neutral_high" if direction > 0 else "neutral_low"
        return "improvement" if (direction > 0) == (self.improvement == "up") else "concern"

    def _assurance(self, latest: Phase) -> Assurance | None:
        """Whether every value that chance allows is on the target's good side, on its bad side, or both."""
        if self.target is None or self.improvement == "monitor":
            return None
        is_up = self.improvement == "up"
        if self.target > latest.upper:
            return "fail" if is_up else "pass"
        if self.target < latest.lower:
            return "pass" if is_up else "fail"
        return "hit_or_miss"


def _moving_range(points: Floats) -> Floats:
    """|x − the point before|: NaN for the first point and on either side of a gap."""
    return np.concatenate([[np.nan], np.abs(np.diff(points))]) if len(points) else points


def _stretches(length: int, rebase_at: Sequence[int]) -> list[tuple[int, int]]:
    edges = [0, *rebase_at, length]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError(f"rebase_at {tuple(rebase_at)} does not rise within 1 to {length - 1}")
    return list(pairwise(edges))
