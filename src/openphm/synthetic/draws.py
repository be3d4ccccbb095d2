"""Random streams and the few ways of drawing that this room uses everywhere.

Each chunk of people and each subject has a stream of its own, so that a change to outpatients does
not move a single admission, and the same seed gives the same files.
"""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Streams:
    """Generators by subject for one chunk (or for the whole ICS, with chunk -1)."""

    def __init__(self, seed: int, chunk: int) -> None:
        self._seed = seed
        self._chunk = chunk

    def of(self, subject: str) -> np.random.Generator:
        """The generator of a subject. Asking twice starts it again."""
        entropy = (self._seed, self._chunk + 1, zlib.crc32(subject.encode()))
        return np.random.Generator(np.random.SFC64(np.random.SeedSequence(entropy)))


def quota(share: float, count: int, rng: np.random.Generator) -> int:
    """share × count as a whole number, rounded up or down at random so that the mean is right."""
    return min(count, int(np.floor(share * count + rng.random())))


def choose(score: Floats, how_many: int, allowed: Bools | None = None) -> Ints:
    """Indices of the `how_many` highest scores among those allowed (fewer when there are fewer)."""
    if allowed is not None:
        score = np.where(allowed, score, -np.inf)
        how_many = min(how_many, int(allowed.sum()))
    if how_many <= 0:
        return np.empty(0, dtype=np.int64)
    if how_many >= len(score):
        return np.flatnonzero(score > -np.inf)
    return np.argpartition(-score, how_many - 1)[:how_many]


def gumbel(shape: Any, rng: np.random.Generator) -> Floats:
    """Gumbel noise: adding it to log weights and keeping the highest draws without replacement."""
    return -np.log(-np.log(rng.random(shape) * (1 - 1e-12) + 1e-15))


def categorical(probabilities: Floats, count: int, rng: np.random.Generator) -> Ints:
    """`count` draws of an index with these probabilities."""
    edges = np.cumsum(probabilities) / np.sum(probabilities)
    return np.searchsorted(edges, rng.random(count), side="right").clip(0, len(edges) - 1)


def stratified(probabilities: Floats, count: int, rng: np.random.Generator) -> Ints:
    """As `categorical`, but with shares as near to the probabilities as whole people allow."""
    edges = np.cumsum(probabilities) / np.sum(probabilities)
    points = (np.arange(count) + rng.random()) / max(count, 1)
    drawn = np.searchsorted(edges, points, side="right").clip(0, len(edges) - 1)
    rng.shuffle(drawn)
    return drawn


def stratified_uniform(count: int, rng: np.random.Generator) -> Floats:
    """Uniform numbers spread evenly over 0 to 1, in random order: a mean with little noise."""
    points = (np.arange(count) + rng.random(count)) / max(count, 1)
    rng.shuffle(points)
    return points


def expand(counts: Ints) -> Ints:
    """Row -> owner: owner i repeated counts[i] times."""
    return np.repeat(np.arange(len(counts)), counts)
