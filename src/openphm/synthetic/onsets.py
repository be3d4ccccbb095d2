"""When conditions began and ended, and how each is known.

Onsets go back years, so that a person's subsegment changes over the history. Some people had a
condition and were declared free of it. One in ten conditions is known to hospitals only: its first
evidence is a hospital contact in the history; a few are known by a medicine only.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.clock import YEAR, Clock, add_months
from openphm.synthetic.conditions import Model, model
from openphm.synthetic.draws import Bools, Ints, Streams
from openphm.synthetic.lives import BY_GP, BY_HOSPITAL, BY_MEDICINE, Life, nothing
from openphm.synthetic.population import People
from openphm.synthetic.tables import code_of

HOSPITAL_ONLY = 0.10
MEDICINE_ONLY = 0.03
MEDICINE_ONLY_AT_MOST = 0.25
LOOKBACK_MONTHS = {"back_neck_pain": 24, "metastatic_cancer": 24}
BACK_PAIN_DAYS = 80
_RECENT_DAYS = 640
_MARGIN = 25
_LONG_GONE = 780


def date_conditions(
    people: People, has: Bools, clock: Clock, told: Ints, resolvable: Ints, streams: Streams
) -> Life:
    """A life with conditions, without activity yet.

    told         indices of conditions that a medicine alone can tell of
    resolvable   indices of conditions that a code can end
    """
    rng = streams.of("onsets")
    m = model()
    onset, resolved = nothing(*has.shape), nothing(*has.shape)
    known = np.zeros(has.shape, dtype=np.int8)
    who, what = np.nonzero(has)
    onset[who, what] = _onset_days(people, who, what, m, rng)
    _follow_cancer(onset, has, m, rng)
    known[who, what] = _how_known(people, who, what, clock, told, rng)
    hospital = np.nonzero(known == BY_HOSPITAL)
    onset[hospital] = _hospital_days(people, hospital[0], hospital[1], clock, m, rng)
    _lapse(people, has, onset, resolved, resolvable, rng)
    return Life(people, clock, onset, resolved, known, nothing(people.count, 0))


def _onset_days(people: People, who: Ints, what: Ints, m: Model, rng: np.random.Generator) -> Ints:
    """Days since onset are exponential, cut off at the youngest age of the condition."""
    age_days = (people.stop - people.birth)[who]
    longest = np.maximum(age_days - (m.youngest[what] + 0.1) * YEAR, 30.0)
    mean = m.years[what] * YEAR
    since = -mean * np.log1p(-rng.random(len(who)) * -np.expm1(-(longest - _MARGIN) / mean))
    recent = np.isin(what, [m.index(one) for one in LOOKBACK_MONTHS])
    since = np.where(recent, rng.random(len(who)) * np.minimum(longest - _MARGIN, _RECENT_DAYS), since)
    return people.stop[who] - _MARGIN - np.floor(since).astype(np.int64)


def _follow_cancer(onset: np.ndarray, has: Bools, m: Model, rng: np.random.Generator) -> None:
    """Spread follows the first tumour: cancer is known no later than its metastasis."""
    cancer, spread = m.index("cancer"), m.index("metastatic_cancer")
    both = has[:, cancer] & has[:, spread]
    gap = rng.integers(0, 900, len(has))
    onset[:, cancer] = np.where(both, np.minimum(onset[:, cancer], onset[:, spread] - gap), onset[:, cancer])


def _how_known(
    people: People, who: Ints, what: Ints, clock: Clock, told: Ints, rng: np.random.Generator
) -> np.ndarray:
    """Most conditions are known to the practice, one in ten to hospitals only, a few by a medicine only."""
    m = model()
    u = rng.random(len(who))
    since = np.maximum(people.joined, clock.start)[who]
    room = people.stop[who] - since > 200
    old_enough = (since - people.birth[who]) / YEAR > m.youngest[what] + 0.2
    written = m.icd10[what] != ""
    hospital = (u < HOSPITAL_ONLY) & room & old_enough & written & ~m.of_kind("end_of_life")[what]
    tells = np.isin(what, told) & room & (people.joined[who] <= clock.start)
    share = MEDICINE_ONLY * len(who) / max(1, int(tells.sum()))
    medicine = (u > 1 - min(share, MEDICINE_ONLY_AT_MOST)) & tells
    return np.where(hospital, BY_HOSPITAL, np.where(medicine, BY_MEDICINE, BY_GP)).astype(np.int8)


def _hospital_days(
    people: People, who: Ints, what: Ints, clock: Clock, m: Model, rng: np.random.Generator
) -> Ints:
    """First hospital evidence: early in the history, or recent where a condition looks back."""
    first = np.maximum(people.joined, clock.start)[who] + 3
    recent = np.isin(what, [m.index(one) for one in LOOKBACK_MONTHS])
    first = np.where(recent, np.maximum(first, people.stop[who] - _RECENT_DAYS), first)
    last = people.stop[who] - _MARGIN
    return first + np.floor((last - first) * rng.random(len(who)) ** 2.2).astype(np.int64)


def _lapse(
    people: People,
    has: Bools,
    onset: np.ndarray,
    resolved: np.ndarray,
    resolvable: Ints,
    rng: np.random.Generator,
) -> None:
    """People who had a condition and were declared free of it, or whose last entry is long ago.

    Someone without a mental illness at the end may have been well for two years and more, so that
    neither contacts nor medicines of that time still flag them.
    """
    m = model()
    chance = np.where(has, 0.0, np.where(np.isin(np.arange(len(m.ids)), resolvable), m.resolves, 0.0))
    back = m.index("back_neck_pain")
    chance[:, back] = np.where(has[:, back] | (people.age_at(people.stop) < 8), 0, 0.11)
    age = people.age_at(people.stop)[:, None]
    who, what = np.nonzero((rng.random(has.shape) < chance) & (age > m.youngest[None, :] + 4.5))
    since = np.where(np.isin(m.kind[what], ("mental", "msk")), _LONG_GONE, 40)
    end = people.stop[who] - since - np.floor(rng.random(len(who)) * 900).astype(np.int64)
    oldest = people.birth[who] + (m.youngest[what] + 0.3) * YEAR
    length = np.minimum(-m.years[what] * YEAR * 0.5 * np.log(rng.random(len(who))) + 200, end - oldest)
    keep = length > 100
    who, what, end, length = who[keep], what[keep], end[keep], length[keep]
    onset[who, what] = np.where(what == back, end - BACK_PAIN_DAYS, end - length.astype(np.int64))
    resolved[who, what] = np.where(what == back, add_months(end, LOOKBACK_MONTHS["back_neck_pain"]), end)


def condition_at(life: Life, condition: str, day: np.ndarray) -> Bools:
    """Present on a day, one a person."""
    c = model().index(condition)
    return (life.onset[:, c] <= day) & (day < life.resolved[:, c])


END_OF_LIFE = (code_of("5a"), code_of("5b"))
