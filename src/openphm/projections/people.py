"""People: the segments of a population year by year, by single year of age and sex.

A year is: deaths at the rate of segment and age group; moves between segments by the transition matrix of the
age group; everybody a year older (90 stands for 90 and over); births; and net migration, which closes the gap
to the published projection in each five-year band and sex, so that the segments sum to it. Where none is
published, migration is that of the last year. Transition rates are shrunk to those of all ages,

    T[k,s,s'] = (n[k,s,s'] + κ n[s,s'] / n[s]) / (n[k,s] + κ)

with κ people, so that a rare segment of a small place does not move by the chance of two people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from openphm.population.transitions import GROUPS, Movements
from openphm.projections.path import Floats

AGES, BANDS = 91, 19
PRIOR = 50.0
BAND_OF_AGE = np.arange(AGES) // 5
GROUP_OF_AGE = np.searchsorted(np.array(GROUPS), np.arange(AGES), side="right") - 1


@dataclass(frozen=True)
class Rates:
    """Yearly rates of each age group (K): moves [K, S, S] with rows that sum to 1, deaths [K, S].

    newcomers  where those who come are found, by age group [K, S]; infants  where the newborn are [S]
    births     newborn a year; net  those who join less those who leave ÷ those there, by age group [K]
    """

    moves: Floats
    deaths: Floats
    newcomers: Floats
    infants: Floats
    births: float
    net: Floats

    def drawn(self, counted: Movements, rng: np.random.Generator) -> Rates:
        """Rates that may as well have made these counts: moves are Dirichlet, deaths beta."""
        total = counted.stayed.sum(axis=2, keepdims=True) + PRIOR
        moves = rng.gamma(np.maximum(self.moves * total, 1e-9))
        whole = counted.stayed.sum(axis=2) + counted.died + counted.left / 2 + PRIOR
        events = np.maximum(self.deaths * whole, 1e-9)
        deaths = rng.beta(events, np.maximum(whole - events, 1e-9))
        return replace(self, moves=moves / moves.sum(axis=2, keepdims=True), deaths=deaths)

    @classmethod
    def of(cls, counted: Movements) -> Rates:
        """Rates from a year's counts."""
        stayed = counted.stayed
        at_risk = stayed.sum(axis=2) + counted.died + counted.left / 2
        everyone = _shares(stayed.sum(axis=0), np.eye(stayed.shape[1]))
        total = stayed.sum(axis=2, keepdims=True)
        moves = (stayed + PRIOR * everyone) / (total + PRIOR)
        dying = np.divide(
            counted.died.sum(axis=0),
            at_risk.sum(axis=0),
            out=np.zeros(stayed.shape[1]),
            where=at_risk.sum(axis=0) > 0,
        )
        by_age = counted.died.sum(axis=1) / np.maximum(at_risk.sum(axis=1), 1)
        expected = by_age.mean() if not counted.died.sum() else counted.died.sum() / at_risk.sum()
        prior = np.clip(dying[None, :] * (by_age / max(expected, 1e-12))[:, None], 0, 0.9)
        deaths = (counted.died + PRIOR * prior) / (at_risk + PRIOR)
        came = counted.joined + 1e-9 * stayed.sum(axis=1)
        born = counted.born.sum(axis=0)
        return cls(
            moves,
            deaths,
            _shares(came, stayed.sum(axis=1)),
            _shares(born[None], stayed[0].sum(axis=0)[None])[0],
            float(born.sum()),
            (counted.joined - counted.left).sum(axis=1) / np.maximum(stayed.sum(axis=(1, 2)), 1),
        )


def _shares(counts: Floats, fallback: Floats) -> Floats:
    """Rows as shares; a row without a count takes the shares of the fallback."""
    held = np.where(counts.sum(axis=-1, keepdims=True) > 0, counts, np.maximum(fallback, 1e-12))
    return np.asarray(held / held.sum(axis=-1, keepdims=True), dtype=np.float64)


@dataclass(frozen=True)
class Flows:
    """The people of each year [Y+1, S, 91, 2], and what changed them [Y]."""

    people: Floats
    births: Floats
    deaths: Floats
    migration: Floats


def banded(people: Floats) -> Floats:
    """Single years of age (second last axis) as five-year bands."""
    return np.asarray(np.add.reduceat(people, np.arange(0, AGES, 5), axis=-2), dtype=np.float64)


def targets(people: Floats, published: Floats | None) -> Floats | None:
    """Registered people of each band and sex [Y+1, 19, 2], growing as the published projection."""
    if published is None:
        return None
    bands = banded(published)
    factor = np.divide(bands, bands[0], out=np.ones_like(bands), where=bands[0] > 0)
    return np.asarray(banded(people.sum(axis=0)) * factor, dtype=np.float64)


def moved_people(people: Floats, rates: Rates, years: int, target: Floats | None) -> Flows:
    """The path of segments in which people move.

    people: of year 0 [S, 91, 2]; target: people of each band and sex [Y+1, 19, 2], or None.
    """
    path, births, deaths, migration = [people], [], [], []
    for year in range(1, years + 1):
        now, died, born = _aged(path[-1], rates)
        wanted = target[year] if target is not None else banded(now.sum(axis=0)) * _net_of_bands(rates)
        closed = _closed(now, wanted, rates)
        path.append(closed)
        births.append(born)
        deaths.append(died)
        migration.append(float(closed.sum() - now.sum()))
    return Flows(np.stack(path), np.array(births), np.array(deaths), np.array(migration))


def fixed_people(people: Floats, rates: Rates | None, years: int, target: Floats | None) -> Floats:
    """Bands [Y+1, S, 19, 2] in which each segment keeps its share of every age and sex."""
    base = banded(people)
    if target is None:
        if rates is None:
            raise ValueError("without a published projection, rates of the list are needed")
        moved = banded(moved_people(people, rates, years, None).people.sum(axis=1))
        target = moved
    whole = base.sum(axis=0)
    factor = np.divide(target, whole, out=np.ones_like(target), where=whole > 0)
    return np.asarray(base * factor[:, None], dtype=np.float64)


def _aged(people: Floats, rates: Rates) -> tuple[Floats, float, float]:
    """A year older: after deaths, moves and births. Answers the people, the deaths and the births."""
    deaths = rates.deaths[GROUP_OF_AGE].T[:, :, None] * people
    alive = people - deaths
    moved = np.einsum("sax,ast->tax", alive, rates.moves[GROUP_OF_AGE])
    older = np.zeros_like(moved)
    older[:, 1:] = moved[:, :-1]
    older[:, -1] += moved[:, -1]
    older[:, 0] = rates.births * rates.infants[:, None] / older.shape[2]
    return older, float(deaths.sum()), rates.births


def _closed(people: Floats, wanted: Floats, rates: Rates) -> Floats:
    """People with migration, so that every band and sex has those wanted."""
    have = banded(people.sum(axis=0))
    scale = np.divide(wanted, have, out=np.ones_like(wanted), where=have > 0)
    kept = people * np.minimum(scale, 1)[BAND_OF_AGE][None]
    more = np.where(have > 0, np.maximum(wanted - have, 0), wanted)
    ages = np.bincount(BAND_OF_AGE)
    come = rates.newcomers[GROUP_OF_AGE].T[:, :, None] * (more / ages[:, None])[BAND_OF_AGE][None]
    return np.asarray(kept + come, dtype=np.float64)


def _net_of_bands(rates: Rates) -> Floats:
    first = GROUP_OF_AGE[np.arange(0, AGES, 5)]
    return np.asarray(1 + rates.net[first][:, None], dtype=np.float64)
