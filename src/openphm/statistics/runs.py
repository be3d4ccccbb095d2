"""Runs in a series: the patterns by which a control chart tells news from noise.

Each function gives a flag for each point of the series. Source: NHS England, Making Data Count.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openphm.statistics.interval import Flags, Floats

Signs = NDArray[np.int8]


def part_of_run(side: Signs, length: int) -> Flags:
    """Points in a row of at least `length` on one side of the mean (side −1 or 1; 0 ends a row)."""
    return np.asarray((side != 0) & (_row_lengths(side) >= length))


def trend_direction(points: Floats, length: int) -> Signs:
    """1 or −1 for each point of at least `length` that rise, or fall, one after another; else 0.

    A point that ends a rise and begins a fall, both long enough, belongs to the later.
    """
    step = np.nan_to_num(np.sign(np.diff(points))).astype(np.int8)
    way = np.zeros(len(points), dtype=np.int8)
    if not len(step):
        return way
    # So many points make one step fewer.
    long = np.where(part_of_run(step, length - 1), step, 0).astype(np.int8)
    way[:-1] = long
    way[1:] = np.where(long != 0, long, way[1:])
    # Where a fall begins at the point that ended a rise, the step after it speaks last.
    way[:-1] = np.where(long != 0, long, way[:-1])
    return way


def part_of_trend(points: Floats, length: int) -> Flags:
    """Points in a row of at least `length` that rise, or fall, one after another. Equal points end a row."""
    return np.asarray(trend_direction(points, length) != 0)


def part_of_two_in_three(is_near: Flags, side: Signs) -> Flags:
    """Points near a limit, two or more of three in a row, all three on one side of the mean."""
    flags = np.zeros(len(side), dtype=bool)
    if len(side) < 3:
        return flags
    near, sides = (np.lib.stride_tricks.sliding_window_view(a, 3) for a in (is_near, side))
    is_window = (near.sum(axis=1) >= 2) & (np.abs(sides.sum(axis=1, dtype=np.int64)) == 3)
    for offset in range(3):
        flags[offset : offset + len(is_window)] |= is_window
    return np.asarray(flags & is_near)


def _row_lengths(side: Signs) -> NDArray[np.intp]:
    """For each point, how many points its row of equal values has."""
    if not len(side):
        return np.zeros(0, dtype=np.intp)
    begins = np.concatenate([[True], side[1:] != side[:-1]])
    counts = np.diff(np.append(np.flatnonzero(begins), len(side)))
    return np.asarray(counts[np.cumsum(begins) - 1])
