"""Risks and circumstances: obesity, smoking, fit notes, opioids, the mental health flag, waiting, care.

At the end of registration each takes the share that Figure 12 prints for the subsegment; nobody in 1b
or 1c carries a flag that would make them 1a. Going back, a flag of a year (opioids, fit notes, mental
health care without a diagnosis) lasts or is new with a fixed chance, so that healthy people move
between 1a and 1c.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.synthetic.clock import FAR, YEAR
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Bools, Ints, Streams, choose, gumbel, quota
from openphm.synthetic.lives import Life
from openphm.synthetic.population import People
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment, code_of

MENTAL_ILLNESS = ("anxiety", "depression", "smi", "eating_disorder", "personality_disorder")
_STAYS, _STARTS = 0.55, 0.022
_NEVER_FLAGGED = (code_of("1b"), code_of("1c"))
_WORKING_AGE = (16.2, 66.8)
_SMOKERS, _FORMER_SMOKERS = 0.14, 0.26


@dataclass
class Risks:
    """Flags of each person. Arrays of people × years count years back from the end of registration.

    opioid, fit_note, mental   flags by year; `mental` is care without a diagnosed illness
    mental_now                 the mental health flag at the end, with illness
    obese_since, obese_until   FAR when never; people who lost weight have an end
    smokes_since, smokes_until the same for smoking; never smokers have FAR twice
    prediabetes, cholesterol, hazardous_drinking   first day or FAR
    waiting                    on a waiting list at the end
    """

    opioid: Bools
    fit_note: Bools
    mental: Bools
    mental_now: Bools
    obese_since: Ints
    obese_until: Ints
    smokes_since: Ints
    smokes_until: Ints
    prediabetes: Ints
    cholesterol: Ints
    hazardous_drinking: Ints
    waiting: Bools


def draw_risks(life: Life, streams: Streams) -> Risks:
    """The risks of everybody in the chunk."""
    rng = streams.of("risks")
    people, years = life.people, life.clock.years
    age = people.age_at(people.stop)
    adult, working = age >= 18.1, (age > _WORKING_AGE[0]) & (age < _WORKING_AGE[1])
    ill = life.present(people.stop - 1)[:, model().indices(*MENTAL_ILLNESS)].any(axis=1)
    everyone = np.ones(people.count, bool)
    opioid = _by_quota(people, "opioid", age > 10, 0.012 * age, rng)
    fit_note = _by_quota(people, "not_fit_for_work", working, 0 * age, rng)
    obese = _by_quota(people, "obesity", adult, 0 * age, rng)
    waiting = _by_quota(people, "waiting_list", everyone, 0.008 * age, rng)
    mental_now = _by_quota(people, "mental_health_flag", ill | (age > 9), 0 * age, rng, first=ill)
    long_here = people.stop - people.joined > 40  # time enough for a prescription or a note
    flagged = (opioid | fit_note | mental_now) & long_here | obese | (life.deficits[:, 1] < FAR)
    smoker, prediabetes, cholesterol, drinking = _other_risks(people, flagged, adult, rng)
    since, until = _smoking_days(people, smoker, adult, rng)
    obese_since, obese_until = _weight_days(people, obese, adult, rng)
    has_diabetes = life.onset[:, model().index("diabetes")] < FAR
    return Risks(
        opioid=_years_back(people, opioid, years, rng),
        fit_note=_years_back(people, fit_note, years, rng) & working[:, None],
        mental=_years_back(people, mental_now & ~ill, years, rng) & (age > 12)[:, None],
        mental_now=mental_now,
        obese_since=obese_since,
        obese_until=obese_until,
        smokes_since=since,
        smokes_until=until,
        prediabetes=_first_days(people, prediabetes & ~has_diabetes, 5, rng),
        cholesterol=_first_days(people, cholesterol, 7, rng),
        hazardous_drinking=_first_days(people, drinking, 5, rng),
        waiting=waiting,
    )


def _by_quota(
    people: People,
    measure: str,
    allowed: Bools,
    lean: np.ndarray,
    rng: np.random.Generator,
    first: Bools | None = None,
) -> Bools:
    """The published share of each subsegment, among those allowed; those in `first` come first."""
    share = by_subsegment("figure12")[measure]
    score = gumbel(people.count, rng) + lean + (0 if first is None else 1000.0 * first)
    drawn = np.zeros(people.count, bool)
    for s in range(len(SUBSEGMENTS)):
        who = np.flatnonzero(people.intended == s)
        if len(who):
            drawn[who[choose(score[who], quota(share[s], len(who), rng), allowed[who])]] = True
    return drawn if first is None else drawn | first


def _other_risks(people: People, flagged: Bools, adult: Bools, rng: np.random.Generator) -> tuple[Bools, ...]:
    """Smoking, prediabetes, cholesterol, drinking: everybody left in 1a has at least one."""
    n = people.count
    free = ~np.isin(people.intended, _NEVER_FLAGGED) & adult
    shares = (_SMOKERS, 0.07, 0.12, 0.025)
    drawn = [(rng.random(n) < share) & free for share in shares]
    needs = (people.intended == code_of("1a")) & ~flagged & ~np.any(drawn, axis=0)
    which = np.searchsorted(np.cumsum((0.52, 0.13, 0.28, 0.07)), rng.random(n)).clip(0, 3)
    return tuple(one | (needs & (which == i)) for i, one in enumerate(drawn))


def _years_back(people: People, now: Bools, years: int, rng: np.random.Generator) -> Bools:
    """A flag of each year, going back: it lasts with one chance and is new with another."""
    flags = np.zeros((len(now), years), dtype=bool)
    flags[:, 0] = now
    starts = np.where(people.intended == code_of("1b"), 0.0, _STARTS)
    starts = np.where(people.intended == code_of("1c"), 0.6 * _STARTS, starts)
    starts = np.where(people.intended >= code_of("3a"), 2.5 * _STARTS, starts)
    for k in range(1, years):
        u = rng.random(len(now))
        flags[:, k] = np.where(flags[:, k - 1], u < _STAYS, u < starts)
    return flags


def _first_days(people: People, drawn: Bools, mean_years: float, rng: np.random.Generator) -> Ints:
    """Since when: exponential, after the eighteenth birthday, and not in the last month."""
    since = 30 - mean_years * YEAR * np.log(rng.random(len(drawn)))
    day = np.maximum(people.stop - since.astype(np.int64), people.birth + int(18.1 * YEAR))
    return np.where(drawn, np.minimum(day, people.stop - 20), FAR)


def _smoking_days(people: People, smoker: Bools, adult: Bools, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Smokers started young; some people gave up, a few of them in the history (they were 1a before)."""
    former = ~smoker & adult & (rng.random(len(smoker)) < _FORMER_SMOKERS)
    start = people.birth + ((18.1 + 3 * rng.random(len(smoker))) * YEAR).astype(np.int64)
    start = np.minimum(start, people.stop - 30)
    quit_ = people.stop - 60 + (14 * YEAR * np.log(rng.random(len(smoker)))).astype(np.int64)
    former &= quit_ > start + 200
    since = np.where(smoker | former, start, FAR)
    return since, np.where(former, quit_, FAR)


def _weight_days(people: People, obese: Bools, adult: Bools, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Since when a person weighs too much; a few lost it again in the history."""
    since = _first_days(people, obese, 8, rng)
    lost = ~obese & adult & (people.age_at(people.stop) > 24) & (rng.random(len(obese)) < 0.05)
    until = people.stop - 90 - (rng.random(len(obese)) * 3.2 * YEAR).astype(np.int64)
    return np.where(lost, until - 900, since), np.where(lost, until, FAR)


def risk_flag_at(life: Life, risks: Risks, day: Ints, year: int) -> Bools:
    """A risk flag of 1a on a day at the end of the person's year `year` (medicines left out)."""
    fixed = (risks.obese_since <= day) & (day < risks.obese_until)
    fixed |= (risks.smokes_since <= day) & (day < risks.smokes_until)
    for first in (risks.prediabetes, risks.cholesterol, risks.hazardous_drinking, life.deficits[:, 1]):
        fixed |= first <= day
    return fixed | risks.opioid[:, year] | risks.fit_note[:, year] | risks.mental[:, year]
