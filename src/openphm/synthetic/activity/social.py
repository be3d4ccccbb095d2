"""Adult social care, waiting lists, immunisations and cancer pathways.

Long-term support for a learning, physical or sensory reason is itself a sign of disability, so outside
3c and the frailer subsegments people get short-term, mental health or social support only.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from openphm.synthetic.clock import FAR, Calendar, Days, to_day
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Bools, Ints, Streams, quota, stratified, stratified_uniform
from openphm.synthetic.lives import Facts, Life, dated, joined, kept
from openphm.synthetic.risks import Risks
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment, code_of

NURSING, RESIDENTIAL, COMMUNITY, REABLEMENT, LOW_LEVEL, CARER = range(6)
SERVICE_TYPES = (
    "Long Term Support: Nursing Care",
    "Long Term Support: Residential Care",
    "Long Term Support: Community",
    "Short Term Support: ST-Max",
    "Short Term Support: Ongoing Low Level",
    "Carer Support: Direct to Carer",
)
WEEKLY_GBP = np.array([1211.0, 1043.0, 434.0, 1120.0, 150.0, 140.0])
ACCESS, PERSONAL_CARE, VISUAL, HEARING, MEMORY, LEARNING, MENTAL, ISOLATION = range(8)
SUPPORT_REASONS = (
    "Physical Support: Access & mobility only",
    "Physical Support: Personal care support",
    "Sensory Support: Support for visual impairment",
    "Sensory Support: Support for hearing impairment",
    "Support with Memory & Cognition",
    "Learning Disability Support",
    "Mental Health Support",
    "Social Support: Support for Social Isolation/Other",
)
_FRAIL = tuple(code_of(code) for code in ("3a", "4a", "4b", "4c", "5a", "5b"))
_FRAIL_SERVICES = np.array([0.12, 0.22, 0.50, 0.10, 0.06, 0.0])
_DISABLED_SERVICES = np.array([0.02, 0.15, 0.79, 0.02, 0.02, 0.0])
_OTHER_SERVICES = np.array([0.0, 0.0, 0.0, 0.45, 0.45, 0.10])
_MENTAL_SERVICES = np.array([0.0, 0.02, 0.50, 0.20, 0.28, 0.0])
_SERVICES = {code_of("3c"): _DISABLED_SERVICES, code_of("3d"): _MENTAL_SERVICES}
_WAIT_DAYS = 160.0
_EARLIER_WAITS_A_YEAR = 0.26
_ADULT = 18.1


def add_social_care(life: Life, states: States, rng: np.random.Generator) -> None:
    """Adds `service`: one row a person, service and financial year, because prices change in April."""
    people = life.people
    who = _supported(life, rng)
    intended = people.intended[who]
    kind = _kinds(intended, rng)
    start, stop = _service_days(life, who, kind, rng)
    size = np.where(
        kind == COMMUNITY, rng.lognormal(-0.18, 0.6, len(who)), rng.lognormal(-0.02, 0.2, len(who))
    )
    facts = dated(
        who,
        start,
        until=stop.astype(np.int32),
        kind=kind.astype(np.int8),
        reason=_reasons(life, who, kind, rng).astype(np.int8),
        weekly_gbp=WEEKLY_GBP[kind] * size,
        package=np.arange(len(who)),
    )
    life.add("service", _cut_each_april(facts, life, states))


def _supported(life: Life, rng: np.random.Generator) -> Ints:
    """Adults with support: a fixed share of each subsegment, so that few people do not decide its cost."""
    people = life.people
    share = by_subsegment("profiles")["social_care"]
    adult = people.age_at(np.maximum(people.joined, life.clock.start)) > _ADULT
    chosen = []
    for s in range(len(share)):
        mine = np.flatnonzero((people.intended == s) & adult)
        chosen.append(rng.permutation(mine)[: quota(share[s], len(mine), rng)])
    return np.sort(np.concatenate(chosen))


def _kinds(intended: Ints, rng: np.random.Generator) -> Ints:
    """The kind of service, with the shares of each subsegment as near as whole people allow."""
    kind = np.empty(len(intended), dtype=np.int64)
    for s in np.unique(intended):
        shares = _FRAIL_SERVICES if s in _FRAIL else _SERVICES.get(int(s), _OTHER_SERVICES)
        who = np.flatnonzero(intended == s)
        kind[who] = stratified(shares, len(who), rng)
    return kind


def _service_days(life: Life, who: Ints, kind: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Long-term support began months or years ago and goes on; short-term support lasts six weeks."""
    stop = life.people.stop[who].astype(np.int64)
    first = np.maximum(life.people.joined, life.clock.start)[who].astype(np.int64)
    long_term = kind <= COMMUNITY
    ongoing = kind == LOW_LEVEL
    since = np.floor(-2.2 * 365 * np.log1p(-stratified_uniform(len(who), rng))).astype(np.int64) + 10
    start = np.where(long_term | ongoing, stop - since, stop - 45 - rng.integers(0, 315, len(who)))
    start = np.clip(start, np.minimum(first - 700, stop - 2), stop - 2)
    end = np.where(long_term | ongoing, FAR, start + 42)
    return start, np.minimum(end, np.where(long_term | ongoing, FAR, stop - 1))


def _reasons(life: Life, who: Ints, kind: Ints, rng: np.random.Generator) -> Ints:
    """Why support is given; a disability only where the subsegment allows long-term support for one."""
    m = model()
    intended = life.people.intended[who]
    onset = life.onset[who]
    reason = np.where(rng.random(len(who)) < 0.3, ACCESS, PERSONAL_CARE)
    reason = np.where(onset[:, m.index("dementia")] < FAR, MEMORY, reason)
    reason = np.where(onset[:, m.index("sensory_blind")] < FAR, VISUAL, reason)
    reason = np.where(onset[:, m.index("learning_disability")] < FAR, LEARNING, reason)
    reason = np.where(intended == code_of("3d"), MENTAL, reason)
    plain = (intended <= code_of("3f")) & ~np.isin(
        intended, [code_of("3a"), code_of("3b"), code_of("3c"), code_of("3d")]
    )
    return np.where(plain, ISOLATION, reason)


def _cut_each_april(facts: Facts, life: Life, states: States) -> Facts:
    """One row for each financial year a service touches, from the history on."""
    clock, people = life.clock, life.people
    aprils = np.array([clock.back(k) for k in range(clock.years, -1, -1)], dtype=np.int64)
    parts = []
    for y in range(clock.years):
        start = np.maximum(facts["date"], np.maximum(aprils[y], people.joined[facts["person"]]))
        over = np.minimum(facts["until"], np.minimum(people.stop[facts["person"]], aprils[y + 1]))
        touches = over > start
        open_ = (over == clock.stop) & (facts["until"] >= clock.stop)
        part = kept(
            {**facts, "date": start.astype(np.int32), "until": np.where(open_, FAR, over).astype(np.int32)},
            touches,
        )
        who = part["person"]
        own = np.clip((people.stop[who] - 1 - part["date"]) // 366, 0, clock.years - 1)
        part["year"] = np.full(len(who), clock.years - 1 - y, np.int8)
        part["state"] = states.state[who, own].astype(np.int8)
        parts.append(part)
    return joined(parts)


def add_waiting(life: Life, risks: Risks, calendar: dict[str, Calendar], rng: np.random.Generator) -> None:
    """Adds `pathway`: open from `date` to `until`. People waiting at the end have one that is still open."""
    people = life.people
    first = np.maximum(people.joined, life.clock.start)
    who = np.flatnonzero(risks.waiting)
    since = np.floor(-_WAIT_DAYS * np.log(rng.random(len(who)))).astype(np.int64) + 15
    now = _pathway(
        who, np.maximum(people.stop[who] - since, people.birth[who] + 10), np.full(len(who), FAR), rng
    )
    years = (people.stop - first) / 365.2425
    number = rng.poisson(_EARLIER_WAITS_A_YEAR * years * (0.5 + 2.2 * risks.waiting + (people.intended >= 5)))
    before = np.repeat(np.arange(people.count), number)
    start = calendar["hospital"].draw(first[before], people.stop[before], rng).astype(np.int64)
    end = start + np.floor(-_WAIT_DAYS * np.log(rng.random(len(before)))).astype(np.int64) + 10
    over = end < people.stop[before] - 14
    ended = _pathway(before[over], start[over], end[over], rng)
    life.add("pathway", joined([now, ended]))


def _pathway(who: Ints, start: Ints, until: Ints, rng: np.random.Generator) -> Facts:
    return dated(
        who,
        start,
        until=np.asarray(until).astype(np.int32),
        specialty=rng.integers(0, 10, len(who)).astype(np.int8),
        inpatient=rng.random(len(who)) < 0.28,
    )


def add_other(life: Life, streams: Streams, calendar: dict[str, Calendar]) -> None:
    """Adds `vaccination` and `cancer_pathway`."""
    rng = streams.of("other")
    people = life.people
    life.add("vaccination", _vaccinations(life, calendar, rng))
    m = model()
    cancer = life.onset[:, m.index("cancer")]
    first = np.maximum(people.joined, life.clock.start)
    who = np.flatnonzero((cancer >= first + 60) & (cancer < people.stop - 5))
    spread = life.onset[who, m.index("metastatic_cancer")]
    life.add(
        "cancer_pathway",
        dated(who, cancer[who] - rng.integers(8, 50, len(who)), diagnosed=cancer[who], spread=spread),
    )


def _vaccinations(life: Life, calendar: dict[str, Calendar], rng: np.random.Generator) -> Facts:
    """Influenza each autumn for the old and the ill; childhood vaccines in the first two years."""
    people, clock = life.people, life.clock
    parts = []
    first = np.maximum(people.joined, clock.start)
    for k in range(clock.years + 1):
        autumn = to_day(date(clock.as_at.year - k, 9, 18))
        age = people.age_at(autumn)
        chance = np.where(age > 65, 0.76, np.where(people.intended >= code_of("3a"), 0.38, 0.04))
        day = autumn + rng.integers(0, 75, people.count)
        given = (rng.random(people.count) < chance) & (day >= first) & (day < people.stop)
        who = np.flatnonzero(given)
        parts.append(dated(who, day[who], vaccine=np.zeros(len(who), np.int8)))
    for vaccine, weeks in ((1, 8), (1, 12), (1, 16), (2, 52), (2, 174)):
        day: Days = people.birth + 7 * weeks + rng.integers(0, 30, people.count)
        given: Bools = (rng.random(people.count) < 0.9) & (day >= first) & (day < people.stop)
        who = np.flatnonzero(given)
        parts.append(dated(who, day[who], vaccine=np.full(len(who), vaccine, np.int8)))
    return joined(parts)
