"""Community and mental health care: counts follow from the money of Figure 12, because the national
extracts carry no price and every contact is priced at its mean.

Mental health services see people with the mental health flag only; their money is the share
`mh_share` of the subsegment's, the rest is community contacts.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.medicines import by_contact
from openphm.synthetic.activity.person_years import expected, lasting, rows_of
from openphm.synthetic.clock import Calendar
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Bools, Floats
from openphm.synthetic.lives import Life, dated, joined, kept
from openphm.synthetic.risks import MENTAL_ILLNESS, Risks
from openphm.synthetic.states import States
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment
from openphm.synthetic.unit_costs import UnitCosts

_TALKING_SHARE, _BED_SHARE = 0.22, 0.22
_MEAN_STAY = 24.0
_NOT_ATTENDED = 0.09


def add_community(
    life: Life,
    risks: Risks,
    states: States,
    costs: UnitCosts,
    calendar: dict[str, Calendar],
    rng: np.random.Generator,
) -> None:
    """Adds `community`, `mental_contact`, `talking` and `mental_spell`."""
    figure, profile = by_subsegment("figure12"), by_subsegment("profiles")
    money = figure["community_mental_health_gbp"] * by_subsegment("calibration")["community_mental_health"]
    flagged = _flagged_years(life, risks, states)
    mental_money = money * profile["mh_share"]
    rate = (money - mental_money) / costs.price("community_contact")
    rows = rows_of(rng.poisson(expected(states, rate, lasting(life.people.intended, 0.35, rng))), states)
    life.add("community", _contacts(rows, calendar, rng))
    services = (
        ("mental_contact", 1 - _TALKING_SHARE - _BED_SHARE, costs.price("mental_health_contact"), 0.3),
        ("talking", _TALKING_SHARE, costs.price("talking_therapies_contact"), 0.3),
    )
    weight = _spread_over_flagged(flagged, states)
    for kind, share, price, shape in services:
        use = lasting(life.people.intended, shape, rng)
        mean = expected(states, mental_money * share / price, use) * weight
        rows = rows_of(rng.poisson(mean), states)
        life.add(kind, _while_ill(_contacts(rows, calendar, rng), life, risks))
    life.facts["mental_contact"] = joined(
        [life.facts["mental_contact"], _sure_contacts(life, risks, states, rng)]
    )
    _add_spells(
        life,
        risks,
        states,
        mental_money * _BED_SHARE / costs.price("mental_health_admission"),
        weight,
        calendar,
        rng,
    )


def _contacts(rows, calendar: dict[str, Calendar], rng: np.random.Generator) -> dict[str, np.ndarray]:
    return dated(
        rows.person, calendar["office"].draw(rows.start, rows.stop, rng), year=rows.year.astype(np.int8),
        state=rows.state.astype(np.int8), attended=rng.random(len(rows)) >= _NOT_ATTENDED,
    )  # fmt: skip


def _flagged_years(life: Life, risks: Risks, states: States) -> Bools:
    """people × years in which mental health services may see the person.

    A contact counts for two years: nobody who is not flagged at the end is seen in the last two.
    """
    illness = model().indices(*MENTAL_ILLNESS)
    edges = life.people.edges(life.clock.years)
    years = states.state.shape[1]
    ill = np.stack([life.present(edges[:, k] - 1)[:, illness].any(axis=1) for k in range(years)], axis=1)
    return ill | by_contact(life, risks)


def _spread_over_flagged(flagged: Bools, states: States) -> Floats:
    """Weights that leave the mean of each subsegment as it is when only flagged people are seen."""
    weight = np.zeros(flagged.shape)
    for s in range(len(SUBSEGMENTS)):
        in_state = states.state == s
        exposure = states.exposure * in_state
        seen = (exposure * flagged).sum()
        if seen > 0:
            weight[in_state & flagged] = min(exposure.sum() / seen, 60.0)
    return weight


def _while_ill(facts: dict[str, np.ndarray], life: Life, risks: Risks) -> dict[str, np.ndarray]:
    """Contacts no earlier than the first illness, for those who are seen because of an illness."""
    first = life.onset[:, model().indices(*MENTAL_ILLNESS)].min(axis=1)
    who = facts["person"]
    care = by_contact(life, risks)[who, facts["year"]]
    moved = np.maximum(facts["date"], np.minimum(first[who], life.people.stop[who] - 1))
    facts["date"] = np.where(care, facts["date"], moved).astype(np.int32)
    return facts


def _sure_contacts(
    life: Life, risks: Risks, states: States, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """One attended contact in each year in which contacts alone raise the flag."""
    who, year = np.nonzero(by_contact(life, risks) & (states.stop - states.start > 20))
    start, stop = states.start[who, year] + 5, states.stop[who, year] - 8
    day = start + np.floor(rng.random(len(who)) * np.maximum(stop - start, 1)).astype(np.int64)
    return dated(
        who, day, year=year.astype(np.int8), state=states.state[who, year].astype(np.int8),
        attended=np.ones(len(who), bool),
    )  # fmt: skip


def _add_spells(
    life: Life, risks: Risks, states: States, bed_days: Floats, weight: Floats, calendar: dict[str, Calendar],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Stays on mental health wards, for people ill in that year; they end before the year does."""
    rate = bed_days / _MEAN_STAY
    rows = rows_of(rng.poisson(expected(states, rate, np.ones(life.count)) * weight), states)
    days = np.minimum(
        1 + rng.gamma(1.4, (_MEAN_STAY - 1) / 1.4, len(rows)).astype(np.int64), rows.stop - rows.start - 1
    )
    days = np.maximum(days, 0)
    day = calendar["any"].draw(rows.start, np.maximum(rows.stop - days, rows.start + 1).astype(np.int32), rng)
    facts = dated(
        rows.person, day, discharge=(day + days).astype(np.int32), year=rows.year.astype(np.int8),
        state=rows.state.astype(np.int8),
    )  # fmt: skip
    first = life.onset[:, model().indices(*MENTAL_ILLNESS)].min(axis=1)[facts["person"]]
    care = by_contact(life, risks)[facts["person"], facts["year"]]
    life.add("mental_spell", kept(facts, care | (facts["date"] > first)))
