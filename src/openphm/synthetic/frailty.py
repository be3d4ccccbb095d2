"""Frailty deficits: which people have them, since when, and what the practice wrote about frailty.

Some deficits are conditions; the others are symptoms and circumstances with codes of their own. Older
people are given as many as their subsegment means (13 or more in 4a, 9 to 12 in 3a, fewer elsewhere)
with a margin of one for polypharmacy, which follows from prescriptions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.synthetic.clock import FAR, YEAR
from openphm.synthetic.conditions import Model, model
from openphm.synthetic.draws import Bools, Ints, Streams, choose, gumbel, quota
from openphm.synthetic.lives import Facts, Life, dated, joined
from openphm.synthetic.population import People
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment, code_of

CODED = (
    "falls",
    "social_vulnerability",
    "activity_limitation",
    "anaemia",
    "dizziness",
    "dyspnoea",
    "foot_problems",
    "fragility_fracture",
    "heart_valve_disease",
    "housebound",
    "hypotension_syncope",
    "mobility_transfer",
    "requirement_for_care",
    "skin_ulcer",
    "sleep_disturbance",
    "urinary_incontinence",
    "urinary_system_disease",
    "weight_loss_anorexia",
)
OLD = 65
SEVERE_FROM, MODERATE_FROM, MILD_FROM = 13, 9, 5
_TRIMMED = ("sensory_deaf", "peptic_ulcer", "osteoporosis", "osteoarthritis", "rheumatoid_arthritis")
_CODED_SHARE = 0.6
_MILD, _MODERATE, _SEVERE = 1, 2, 3


@dataclass(frozen=True)
class Bounds:
    """How many deficits each person may have, polypharmacy left out: [low, high]."""

    low: Ints
    high: Ints


def condition_deficits(has: Bools, m: Model) -> Ints:
    """How many different deficits a person's conditions are."""
    names = [name for name in dict.fromkeys(m.deficit) if name]
    return sum(
        (has[:, m.deficit == name].any(axis=1).astype(np.int64) for name in names),
        np.zeros(len(has), np.int64),
    )


def trim_conditions(people: People, has: Bools) -> None:
    """Take minor conditions from older people who would be frailer than their subsegment says."""
    m = model()
    high = (
        _bounds(people, np.random.default_rng(0)).high - 2
    )  # falls and social vulnerability may come on top
    old = people.age_at(people.stop) >= OLD
    for condition in _TRIMMED:
        c = m.index(condition)
        over = old & (condition_deficits(has, m) > high) & has[:, c]
        msk = has[:, m.of_kind("msk")].sum(axis=1)
        keeps_rule = (people.intended != code_of("3e")) | (msk > 1) | (m.kind[c] != "msk")
        has[over & keeps_rule, c] = False


def _bounds(people: People, rng: np.random.Generator) -> Bounds:
    n = people.count
    low, high = np.zeros(n, np.int64), np.full(n, MODERATE_FROM - 2)
    for code, least, most in (
        ("4a", 13, 21),
        ("3a", 9, 11),
        ("4b", 0, 11),
        ("4c", 0, 11),
        ("5a", 0, 21),
        ("5b", 0, 21),
    ):
        who = people.intended == code_of(code)
        low[who], high[who] = least, most
    low = np.where(people.intended == code_of("4a"), low + np.minimum(rng.geometric(0.36, n) - 1, 5), low)
    low = np.where(people.intended == code_of("3a"), low + rng.integers(0, 3, n), low)
    return Bounds(low, np.maximum(low, high))


def add_frailty(life: Life, streams: Streams) -> None:
    """Give coded deficits with their days, and the frailty levels a practice recorded."""
    rng = streams.of("frailty")
    people = life.people
    deficits = np.zeros((people.count, len(CODED)), dtype=bool)
    figure = by_subsegment("figure12")
    for s in range(len(SUBSEGMENTS)):
        who = np.flatnonzero(people.intended == s)
        for d, name in enumerate(("falls", "social_vulnerability")):
            score = gumbel(len(who), rng) + np.clip(people.age_at(people.stop)[who] - 50, -20, 40) * 0.03
            deficits[who[choose(score, quota(figure[name][s], len(who), rng))], d] = True
    base = condition_deficits(life.onset < FAR, model()) + deficits.sum(axis=1)
    bounds = _bounds(people, rng)
    extra = rng.poisson(np.where(people.age_at(people.stop) >= OLD, 1.0, 0.25))
    wanted = np.clip(np.maximum(bounds.low - base, np.minimum(extra, bounds.high - base)), 0, len(CODED) - 2)
    score = gumbel((people.count, len(CODED) - 2), rng)
    rank = np.argsort(np.argsort(-score, axis=1), axis=1)
    deficits[:, 2:] = rank < wanted[:, None]
    life.deficits = _deficit_days(people, deficits, rng)
    life.facts["frailty_level"] = _levels(life, rng)


def _deficit_days(people: People, deficits: Bools, rng: np.random.Generator) -> np.ndarray:
    """Frailty builds up over years: most deficits are old, some are new."""
    since = -17.0 * YEAR * np.log(rng.random(deficits.shape)) + 20
    age_days = (people.stop - people.birth)[:, None]
    youngest = np.where(age_days > 60 * YEAR, 45 * YEAR, 20)
    since = np.minimum(since, np.maximum(age_days - youngest, 20))
    day = people.stop[:, None] - since.astype(np.int64)
    day = np.maximum(day, people.birth[:, None] + 5)
    return np.where(deficits, np.minimum(day, people.stop[:, None] - 5), FAR).astype(np.int32)


def deficits_at(life: Life, day: np.ndarray) -> Ints:
    """Deficits on a day, one a person, without polypharmacy."""
    coded = (life.deficits <= day[:, None]).sum(axis=1)
    return condition_deficits(life.onset <= day[:, None], model()) + coded


def _levels(life: Life, rng: np.random.Generator) -> Facts:
    """Frailty levels that practices coded: soon after the band is reached, for part of the people."""
    people = life.people
    m = model()
    names = [name for name in dict.fromkeys(m.deficit) if name]
    days = [np.where(m.deficit == name, life.onset, FAR).min(axis=1) for name in names]
    days = np.sort(np.concatenate([np.stack(days, axis=1), life.deficits], axis=1), axis=1)
    coded = rng.random(people.count) < _CODED_SHARE
    sixty_five = people.birth + np.ceil(OLD * YEAR + 40)
    parts: list[Facts] = []
    next_level = np.full(people.count, FAR)
    for level, needed in ((_SEVERE, SEVERE_FROM), (_MODERATE, MODERATE_FROM), (_MILD, MILD_FROM)):
        reached = np.maximum(days[:, needed - 1], sixty_five)
        day = np.minimum(reached + rng.integers(5, 150, people.count), people.stop - 2)
        day = np.where(coded & (reached < people.stop), day, FAR)
        who = np.flatnonzero(day < np.minimum(next_level, people.stop))
        parts.append(dated(who, day[who], level=np.full(len(who), level, dtype=np.int8)))
        next_level = np.minimum(next_level, day)
    return joined(parts)
