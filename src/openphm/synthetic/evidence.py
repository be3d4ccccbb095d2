"""What practices wrote: codes for conditions, deficits, risks and measurements, before they are codes.

Each condition a practice knows has three entries or more, of different concepts, spread over time. Others
have entries that are no evidence: family history, something suspected, or a resolved code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from openphm.synthetic.clock import FAR, YEAR
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Ints
from openphm.synthetic.frailty import CODED
from openphm.synthetic.lives import BY_GP, NOT_EVIDENCE, ONSET, RESOLVED, Facts, Life, dated, joined, kept
from openphm.synthetic.onsets import BACK_PAIN_DAYS, LOOKBACK_MONTHS
from openphm.synthetic.risks import Risks
from openphm.synthetic.states import States

_REVIEWS_A_YEAR = 0.35
_FAMILY_OR_SUSPECTED = 0.10
_MEASURED_A_YEAR = 0.55
_MINORITY_BMI = 26.8
CURRENT, EX, NEVER = 0, 1, 2


def write_evidence(
    life: Life, risks: Risks, states: States, resolvable: Sequence[int], rng: np.random.Generator
) -> None:
    """Adds `condition_entry`, `deficit_entry`, `bmi`, `smoking`, `risk_entry` and `fit_note`."""
    life.add("condition_entry", _condition_entries(life, set(resolvable), rng))
    life.add("deficit_entry", _deficit_entries(life, rng))
    life.add("bmi", _weights(life, risks, rng))
    life.add("smoking", _smoking(life, risks, rng))
    life.add("risk_entry", _risk_entries(risks, life, rng))
    life.add("fit_note", _fit_notes(risks, states, rng))


def _entry(who: Ints, day: Ints, what: Ints, role: int, slot: Ints | int) -> Facts:
    return dated(
        who, day, condition=what.astype(np.int16), role=np.full(len(who), role, np.int8),
        slot=np.broadcast_to(slot, who.shape).astype(np.int8),
    )  # fmt: skip


def _condition_entries(life: Life, resolvable: set[int], rng: np.random.Generator) -> Facts:
    who, what = np.nonzero((life.onset < FAR) & (life.known_by == BY_GP))
    onset = life.onset[who, what].astype(np.int64)
    end = np.minimum(life.resolved[who, what], life.people.stop[who]).astype(np.int64)
    lapsing = np.isin(what, [model().index(one) for one in LOOKBACK_MONTHS]) & (
        life.resolved[who, what] < FAR
    )
    end = np.where(lapsing, onset + BACK_PAIN_DAYS + 1, end)
    room = np.maximum(end - onset - 1, 0)
    near = (rng.random(len(who)) * np.minimum(room, 400)).astype(np.int64)
    far = (rng.random(len(who)) ** 0.5 * room).astype(np.int64)
    parts = [
        _entry(who, onset, what, ONSET, 0),
        _entry(who, onset + near, what, ONSET, 1),
        _entry(who, np.where(lapsing, onset + BACK_PAIN_DAYS, onset + far), what, ONSET, 2),
    ]
    first = np.maximum(onset, life.clock.start)
    reviews = np.repeat(
        np.arange(len(who)), rng.poisson(_REVIEWS_A_YEAR * np.maximum(end - first, 0) / YEAR) * ~lapsing
    )
    day = first[reviews] + (rng.random(len(reviews)) * (end - first)[reviews]).astype(np.int64)
    parts.append(_entry(who[reviews], day, what[reviews], ONSET, rng.integers(0, 6, len(reviews))))
    ended = (
        (life.resolved[who, what] < FAR)
        & np.isin(what, list(resolvable))
        & (life.resolved[who, what] < life.people.stop[who])
    )
    parts.append(_entry(who[ended], life.resolved[who, what][ended], what[ended], RESOLVED, 0))
    parts.append(_no_evidence(life, rng))
    return joined(parts)


def _no_evidence(life: Life, rng: np.random.Generator) -> Facts:
    """Family history and suspicions, for conditions the person does not have."""
    who = np.flatnonzero(rng.random(life.count) < _FAMILY_OR_SUSPECTED)
    what = rng.integers(0, len(model().ids), len(who))
    free = life.onset[who, what] == FAR
    who, what = who[free], what[free]
    first = np.maximum(life.people.birth[who], life.clock.start - 2000)
    day = first + (rng.random(len(who)) * (life.people.stop[who] - first)).astype(np.int64)
    return _entry(who, day, what, NOT_EVIDENCE, rng.integers(0, 4, len(who)))


def _deficit_entries(life: Life, rng: np.random.Generator) -> Facts:
    """Two or three entries for each coded deficit."""
    who, what = np.nonzero(life.deficits < FAR)
    onset = life.deficits[who, what].astype(np.int64)
    room = life.people.stop[who] - onset - 1
    parts = []
    for slot, power in ((0, None), (1, 1.5), (2, 0.6)):
        after = 0 if power is None else (rng.random(len(who)) ** power * room).astype(np.int64)
        keep = np.ones(len(who), bool) if slot < 2 else rng.random(len(who)) < 0.6
        parts.append(
            kept(
                dated(
                    who, onset + after, deficit=what.astype(np.int8), slot=np.full(len(who), slot, np.int8)
                ),
                keep,
            )
        )
    return joined(parts)


def _weights(life: Life, risks: Risks, rng: np.random.Generator) -> Facts:
    """Body mass index of adults: measured now and then, and always after it rose or fell for good."""
    people, clock = life.people, life.clock
    adult = (people.age_at(people.stop) > 18.3).nonzero()[0]
    first = np.maximum(people.birth + int(18.2 * YEAR), clock.start - 300)
    number = rng.poisson(_MEASURED_A_YEAR * (people.stop - first)[adult].clip(0) / YEAR)
    usual = np.repeat(adult, number)
    day = first[usual] + (rng.random(len(usual)) * (people.stop - first)[usual]).astype(np.int64)
    obese = np.flatnonzero((risks.obese_since < FAR) & (risks.obese_until == FAR))
    lately = np.maximum(risks.obese_since[obese], people.stop[obese] - 1100)
    sure = lately + (rng.random(len(obese)) * (people.stop[obese] - lately) * 0.9).astype(np.int64)
    lost = np.flatnonzero(risks.obese_until < FAR)
    who = np.concatenate([usual, obese, obese, lost, lost])
    when = np.concatenate(
        [day, risks.obese_since[obese], sure, risks.obese_since[lost] + 5, risks.obese_until[lost]]
    )
    keep = (when >= people.birth[who] + int(18.05 * YEAR)) & (when < people.stop[who])
    who, when = who[keep], when[keep]
    heavy = (risks.obese_since[who] <= when) & (when < risks.obese_until[who])
    steady = rng.random(life.count)[who]
    light = 19.5 + 7.0 * steady
    value = np.where(heavy, 31.2 + 11 * steady**2, light) + rng.normal(0, 0.3, len(who))
    return dated(
        who,
        when,
        value=np.round(np.where(heavy, np.maximum(value, 30.4), np.minimum(value, _MINORITY_BMI)), 1),
    )


def _smoking(life: Life, risks: Risks, rng: np.random.Generator) -> Facts:
    """Smoking status of adults, asked every other year, and always soon after it changed."""
    people, clock = life.people, life.clock
    adult = (people.age_at(people.stop) > 18.3).nonzero()[0]
    first = np.maximum(people.birth + int(18.2 * YEAR), clock.start - 700)
    number = 1 + rng.poisson(0.5 * (people.stop - first)[adult].clip(0) / YEAR)
    usual = np.repeat(adult, number)
    day = first[usual] + (rng.random(len(usual)) * (people.stop - first)[usual].clip(0)).astype(np.int64)
    smokers = np.flatnonzero((risks.smokes_since < FAR) & (risks.smokes_until == FAR))
    lately = np.maximum(risks.smokes_since[smokers] + 5, people.stop[smokers] - 900)
    sure = lately + (rng.random(len(smokers)) * (people.stop[smokers] - 3 - lately).clip(1)).astype(np.int64)
    former = np.flatnonzero(risks.smokes_until < FAR)
    who = np.concatenate([usual, smokers, smokers, former])
    when = np.concatenate([day, risks.smokes_since[smokers], sure, risks.smokes_until[former]])
    keep = (when < people.stop[who]) & (when >= people.birth[who] + int(18 * YEAR))
    who, when = who[keep], when[keep]
    status = np.where(
        when < risks.smokes_since[who], NEVER, np.where(when < risks.smokes_until[who], CURRENT, EX)
    )
    return dated(who, when, status=status.astype(np.int8))


RISK_ENTRIES = ("ndh", "hypercholesterolaemia", "hazardous_alcohol")


def _risk_entries(risks: Risks, life: Life, rng: np.random.Generator) -> Facts:
    """Two entries or more for each risk that is a code."""
    parts = []
    for number, days in enumerate((risks.prediabetes, risks.cholesterol, risks.hazardous_drinking)):
        who = np.flatnonzero(days < FAR)
        first = days[who].astype(np.int64)
        lately = np.maximum(first, life.people.stop[who] - 1200)
        for day in (
            first,
            lately + (rng.random(len(who)) * (life.people.stop[who] - lately)).astype(np.int64),
        ):
            parts.append(dated(who, day, risk=np.full(len(who), number, np.int8)))
    return joined(parts)


def _fit_notes(risks: Risks, states: States, rng: np.random.Generator) -> Facts:
    """Two or more notes in each year in which somebody was not fit for work."""
    number = np.where(
        risks.fit_note & (states.stop - states.start > 20), 2 + rng.poisson(0.8, risks.fit_note.shape), 0
    )
    cell = np.repeat(np.arange(number.size), number.ravel())
    start, stop = states.start.ravel()[cell] + 4, states.stop.ravel()[cell] - 8
    day = start + np.floor(rng.random(len(cell)) * np.maximum(stop - start, 1)).astype(np.int64)
    return dated(cell // number.shape[1], day)


def coded_deficits() -> Mapping[str, int]:
    """Frailty deficits that have codes of their own, and their place in `Life.deficits`."""
    return {name: place for place, name in enumerate(CODED)}
