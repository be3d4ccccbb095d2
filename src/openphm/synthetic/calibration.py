"""Measure what a made-up ICS costs by subsegment, and bring it to Figure 12.

`Measured` adds up the last twelve months of lives as the definitions would price them, by the true
subsegment. `calibrated_factors` says by how much each factor of data/calibration.csv has to move. Run
`python -m openphm.synthetic.calibration 160000` after a change to rates, and keep what it prints.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from openphm.definitions import load
from openphm.synthetic.activity.planned import BIRTH
from openphm.synthetic.activity.practice import STAFF
from openphm.synthetic.activity.urgent import RESPONSES
from openphm.synthetic.chunks import World, make_chunk
from openphm.synthetic.clock import add_months
from openphm.synthetic.draws import Bools, Floats, Streams
from openphm.synthetic.lives import Facts, Life
from openphm.synthetic.places import make_places
from openphm.synthetic.population import make_roll
from openphm.synthetic.settings import Settings
from openphm.synthetic.tables import COST_CATEGORIES, SUBSEGMENTS, by_subsegment
from openphm.synthetic.truth import ORDER, subsegments
from openphm.synthetic.unit_costs import UnitCosts
from openphm.synthetic.vocabulary import Vocabulary

ITEMS = (
    "planned",
    "emergency",
    "ed",
    "ambulance",
    "births",
    "outpatient",
    "appointments",
    "medicines",
    "community",
    "mental_contact",
    "talking",
    "mental_spell",
    "social",
)
_CATEGORY_OF_ITEM = (0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 5)
_MOVED_BY_FACTOR = np.array([1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1, 1, 1], dtype=bool)
_LOST_TO_DIRT = {
    "planned": 0.005,
    "emergency": 0.005,
    "ed": 0.03,
    "births": 0.005,
    "outpatient": 0.005,
    "medicines": 0.003,
    "community": 0.015,
    "mental_contact": 0.015,
    "talking": 0.015,
    "mental_spell": 0.015,
    "social": 0.10,
}


@dataclass
class Measured:
    """Sums over people: 16 subsegments × items of cost, and × counts."""

    person_years: Floats = field(default_factory=lambda: np.zeros(16))
    people: Floats = field(default_factory=lambda: np.zeros(16))
    pounds: Floats = field(default_factory=lambda: np.zeros((16, len(ITEMS))))
    counts: dict[str, Floats] = field(default_factory=dict)

    def by_category(self) -> Floats:
        """Pounds a person-year, 16 × 6."""
        total = np.zeros((16, len(COST_CATEGORIES)))
        for item, category in enumerate(_CATEGORY_OF_ITEM):
            total[:, category] += self.pounds[:, item]
        return total / np.maximum(self.person_years, 1e-9)[:, None]

    def cost_error(self) -> float:
        """Σ population × |ours − Figure 12| ÷ Σ population × Figure 12, over 16 × 6 cells."""
        figure = by_subsegment("figure12")
        target = np.stack([figure[f"{one}_gbp"] for one in COST_CATEGORIES], axis=1)
        weight = figure["population"][:, None]
        return float((weight * np.abs(self.by_category() - target)).sum() / (weight * target).sum())

    def add(self, life: Life, costs: UnitCosts, excluded_bnf: tuple[str, ...]) -> None:
        """Add one chunk of lives."""
        people, stop = life.people, life.clock.stop
        start = int(add_months(np.array([stop], dtype=np.int32), -12)[0])
        last = np.minimum(people.stop, stop) - 1
        days = np.minimum(people.stop, stop) - np.maximum(people.joined, start)
        rule = subsegments(life, last.astype(np.int32), excluded_bnf)
        segment = np.array([SUBSEGMENTS.index(code) for code in ORDER])[rule]
        counted = days > 0
        self.person_years += np.bincount(segment, np.where(counted, days, 0) / 365.0, minlength=16)
        self.people += np.bincount(segment[people.stop == stop], minlength=16)
        for item, facts, pounds in _priced(life, costs, start):
            inside = (
                (facts["date"] >= start) & (facts["date"] < stop)
                if item != "social"
                else np.ones(len(pounds), bool)
            )
            kept = pounds * inside * (1 - _LOST_TO_DIRT.get(item, 0.0))
            self.pounds[:, ITEMS.index(item)] += np.bincount(segment[facts["person"]], kept, minlength=16)
            number = np.bincount(segment[facts["person"]][inside & (pounds > 0)], minlength=16)
            self.counts[item] = self.counts.get(item, np.zeros(16)) + number
        for name, facts, amount in _counted(life):
            inside = (facts["date"] >= start) & (facts["date"] < stop)
            number = np.bincount(segment[facts["person"]], amount * inside, minlength=16)
            self.counts[name] = self.counts.get(name, np.zeros(16)) + number


def _counted(life: Life) -> Iterator[tuple[str, Facts, Floats]]:
    facts = life.facts
    yield "gp_contacts", facts["contact"], np.ones(len(facts["contact"]["date"]))
    stays = facts["emergency"]
    yield "emergency_bed_days", stays, (stays["discharge"] - stays["date"]).astype(float)
    yield "ed_major", facts["ed"], (~facts["ed"]["minor"]).astype(float)


def _priced(life: Life, costs: UnitCosts, start: int) -> Iterator[tuple[str, Facts, Floats]]:
    """Facts and pounds of every item of cost."""
    facts = life.facts
    birth: Bools = facts["planned"]["kind"] == BIRTH
    yield "planned", facts["planned"], np.where(birth, 0, facts["planned"]["price"])
    yield "births", facts["planned"], np.where(birth, facts["planned"]["price"], 0)
    for item in ("emergency", "ed", "outpatient"):
        yield item, facts[item], facts[item]["price"]
    response = np.array([costs.price("ambulance_incident", one) for one in RESPONSES])
    yield "ambulance", facts["ambulance"], response[facts["ambulance"]["response"]]
    staff = np.array([costs.price("gp_appointment", one) for one in STAFF])
    contact = facts["contact"]
    yield "appointments", contact, np.where(contact["appointment"], staff[contact["staff"]], 0)
    yield "medicines", facts["issue"], facts["issue"]["price"]
    for item, point in (
        ("community", "community_contact"),
        ("mental_contact", "mental_health_contact"),
        ("talking", "talking_therapies_contact"),
    ):
        yield item, facts[item], np.where(facts[item]["attended"], costs.price(point), 0.0)
    nights = facts["mental_spell"]["discharge"] - facts["mental_spell"]["date"]
    yield "mental_spell", facts["mental_spell"], nights * costs.price("mental_health_admission")
    service = facts["service"]
    until = np.minimum(service["until"], life.clock.stop)
    weeks = np.maximum(until - np.maximum(service["date"], start), 0) / 7
    yield "social", service, weeks * service["weekly_gbp"]


def measure(people: int, seed: int) -> Measured:
    """Lives of a whole made-up ICS, measured; no record is written."""
    settings = Settings(people, seed=seed)
    definitions, whole = load(), Streams(seed, -1)
    costs = UnitCosts.load(definitions, settings.as_at)
    vocabulary = Vocabulary(definitions)
    world = World(settings, make_roll(settings, whole), make_places(whole), vocabulary, costs)
    excluded = vocabulary.codes("polypharmacy_exclusions", "bnf", "not")
    measured = Measured()
    for chunk in range(settings.chunks):
        made = make_chunk(world, chunk, Streams(seed, chunk))
        measured.add(made.life, costs, excluded)
    return measured


def calibrated_factors(measured: Measured) -> Floats:
    """The factors of data/calibration.csv that would have met Figure 12; 16 × 6."""
    figure, now = by_subsegment("figure12"), by_subsegment("calibration")
    factors = np.ones((16, len(COST_CATEGORIES)))
    per_year = measured.pounds / np.maximum(measured.person_years, 1e-9)[:, None]
    for c, category in enumerate(COST_CATEGORIES):
        of_category = np.array(_CATEGORY_OF_ITEM) == c
        moved = per_year[:, of_category & _MOVED_BY_FACTOR].sum(axis=1)
        fixed = per_year[:, of_category & ~_MOVED_BY_FACTOR].sum(axis=1)
        if (
            category == "acute_unplanned"
        ):  # the factor moves admissions; attendances only where there are none
            admitting = by_subsegment("profiles")["admissions"] > 0
            ed = per_year[:, ITEMS.index("ed")]
            moved, fixed = np.where(admitting, moved - ed, moved), np.where(admitting, fixed + ed, fixed)
        wanted = np.maximum(figure[f"{category}_gbp"] - fixed, 0)
        factors[:, c] = now[category] * np.where(moved > 0, wanted / np.maximum(moved, 1e-9), 1)
    return factors


def main() -> None:
    """Print new rows for data/calibration.csv."""
    measured = measure(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    writer = csv.writer(sys.stdout)
    writer.writerow(("subsegment", *COST_CATEGORIES))
    for code, row in zip(SUBSEGMENTS, calibrated_factors(measured), strict=True):
        writer.writerow((code, *(f"{value:.4f}" for value in row)))


if __name__ == "__main__":
    main()
