"""Prices written on records: acute care, social care and medicines.

Figure 12 is met here, by one factor for each subsegment and category (data/calibration.csv). Prices of
earlier years are lower by the GDP deflator. Records that carry no price in the national sets get none.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.medicines import formulary
from openphm.synthetic.activity.planned import BIRTH, DAY_CASE, ELECTIVE, REGULAR
from openphm.synthetic.draws import Floats, categorical
from openphm.synthetic.lives import Facts, Life
from openphm.synthetic.states import States
from openphm.synthetic.tables import by_subsegment
from openphm.synthetic.unit_costs import UnitCosts

ED_HRGS = ("VB11Z", "VB09Z", "VB08Z", "VB07Z", "VB06Z", "VB05Z", "VB04Z", "VB03Z", "VB02Z", "VB01Z")
_ED_PRICES = np.array([126.76, 182.12, 269.19, 367.49, 391.24, 503.29, 683.68, 515.45, 872.61, 1179.98])
_ED_MAJOR = np.array([0.17, 0.34, 0.26, 0.11, 0.06, 0.03, 0.01, 0.01, 0.006, 0.004])
_ED_MINOR = np.array([0.62, 0.36, 0.02, 0, 0, 0, 0, 0, 0, 0])
_SHORT_STAY, _LONG_STAY, _EACH_NIGHT = 826.0, 2100.0, 110.0
_PLANNED = {DAY_CASE: 1077.0, ELECTIVE: 6689.0, REGULAR: 448.0, BIRTH: 2700.0}
_OUTPATIENT_FIRST, _OUTPATIENT_LATER = 205.0, 134.0


def price_all(life: Life, states: States, costs: UnitCosts, rng: np.random.Generator) -> None:
    """Adds `price` (pounds) to the kinds that carry one, and `hrg` to attendances."""
    _price_attendances(life, costs, rng)
    facts = life.facts
    stay = facts["emergency"]["discharge"] - facts["emergency"]["date"]
    base = np.where(stay <= 1, _SHORT_STAY, _LONG_STAY + _EACH_NIGHT * np.minimum(stay, 30))
    _price(facts["emergency"], base, "acute_unplanned", 0.35, costs, rng)
    planned = facts["planned"]
    base = np.array([_PLANNED[kind] for kind in sorted(_PLANNED)])[planned["kind"]]
    birth = planned["kind"] == BIRTH
    _price(planned, base, "acute_planned", 0.5, costs, rng)
    planned["price"] = np.where(
        birth, costs.deflate(np.full(len(birth), _PLANNED[BIRTH]), planned["date"]), planned["price"]
    )
    first = rng.random(len(facts["outpatient"]["date"])) < 0.36
    facts["outpatient"]["first"] = first
    base = np.where(first, _OUTPATIENT_FIRST, _OUTPATIENT_LATER)
    _price(facts["outpatient"], base, "acute_other", 0.45, costs, rng)
    facts["outpatient"]["price"][~facts["outpatient"]["attended"]] = 0.0
    service = facts["service"]
    factor = by_subsegment("calibration")["social_care"][service["state"]]
    service["weekly_gbp"] = np.round(costs.deflate(service["weekly_gbp"] * factor, service["date"]), 2)
    _price_items(life, states, costs, rng)


def _price(
    facts: Facts, base: Floats, category: str, spread: float, costs: UnitCosts, rng: np.random.Generator
) -> None:
    """Base price × the factor of the cell × a log-normal spread of mean 1, in pounds and pence."""
    factor = by_subsegment("calibration")[category][facts["state"]]
    noise = np.exp(spread * rng.standard_normal(len(base)) - spread**2 / 2)
    facts["price"] = np.round(costs.deflate(base * factor * noise, facts["date"]), 2)


def _price_attendances(life: Life, costs: UnitCosts, rng: np.random.Generator) -> None:
    """Attendances at the price list; where there are no admissions, Figure 12 is met here instead."""
    facts = life.facts["ed"]
    count = len(facts["date"])
    minor, major = categorical(_ED_MINOR, count, rng), categorical(_ED_MAJOR, count, rng)
    group = np.where(facts["minor"], minor, np.where(facts["admitted"], np.minimum(major + 2, 9), major))
    facts["hrg"] = group.astype(np.int8)
    _price(facts, _ED_PRICES[group], "acute_unplanned", 0.08, costs, rng)
    listed = np.round(costs.deflate(_ED_PRICES[group], facts["date"]), 2)
    admitting = by_subsegment("profiles")["admissions"][facts["state"]] > 0
    facts["price"] = np.where(admitting, listed, facts["price"])


def _price_items(life: Life, states: States, costs: UnitCosts, rng: np.random.Generator) -> None:
    """Net ingredient cost of each prescription item."""
    facts = life.facts["issue"]
    who = facts["person"]
    last = states.state.shape[1] - 1
    year = np.clip((life.people.stop[who] - 1 - facts["date"]) // 365, 0, last)
    facts["year"] = year.astype(np.int8)
    facts["state"] = states.state[who, year].astype(np.int8)
    factor = by_subsegment("calibration")["general_practice"][facts["state"]]
    price = formulary().nic_gbp[facts["medicine"]] * factor * rng.uniform(0.85, 1.15, len(who))
    facts["price"] = np.round(costs.deflate(price, facts["date"]), 2)
