"""Make one chunk of people: lives first, then their activity and its prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openphm.synthetic.activity.community import add_community
from openphm.synthetic.activity.medicines import add_medicines
from openphm.synthetic.activity.person_years import calendars
from openphm.synthetic.activity.planned import add_outpatients, add_planned
from openphm.synthetic.activity.practice import add_practice
from openphm.synthetic.activity.social import NURSING, RESIDENTIAL, add_other, add_social_care, add_waiting
from openphm.synthetic.activity.urgent import add_urgent
from openphm.synthetic.clock import FAR
from openphm.synthetic.conditions import draw_conditions
from openphm.synthetic.draws import Bools, Streams
from openphm.synthetic.evidence import write_evidence
from openphm.synthetic.frailty import add_frailty, trim_conditions
from openphm.synthetic.households import Homes, settle
from openphm.synthetic.lives import Life
from openphm.synthetic.onsets import date_conditions
from openphm.synthetic.places import Places
from openphm.synthetic.planted import Plant, Planted, plant_service
from openphm.synthetic.population import Roll, draw_people
from openphm.synthetic.prices import price_all
from openphm.synthetic.risks import draw_risks
from openphm.synthetic.settings import Settings
from openphm.synthetic.states import draw_states
from openphm.synthetic.tables import code_of
from openphm.synthetic.unit_costs import UnitCosts
from openphm.synthetic.vocabulary import Vocabulary

_CARE_HOME_SHARES = {"4a": 0.10, "4c": 0.12, "5b": 0.08}


@dataclass(frozen=True)
class World:
    """What all chunks share."""

    settings: Settings
    roll: Roll
    places: Places
    vocabulary: Vocabulary
    costs: UnitCosts
    plant: Plant | None = None


@dataclass(frozen=True)
class Made:
    """A chunk: complete lives, where people live, and what a planted service did."""

    life: Life
    homes: Homes
    planted: Planted | None


def make_chunk(world: World, chunk: int, streams: Streams) -> Made:
    """One chunk of people, complete."""
    settings = world.settings
    people = draw_people(world.roll, world.roll.chunk(chunk, settings.chunks), settings, streams)
    has = draw_conditions(people, streams)
    trim_conditions(people, has)
    told = np.array(sorted(world.vocabulary.telling))
    life = date_conditions(people, has, settings.clock, told, world.vocabulary.resolvable, streams)
    add_frailty(life, streams)
    risks = draw_risks(life, streams)
    states = draw_states(life, risks, streams)
    days = calendars(settings.clock)
    add_urgent(life, states, days, streams.of("urgent"))
    add_planned(life, states, days, streams.of("planned"))
    add_outpatients(life, states, days, streams.of("outpatients"))
    add_practice(life, states, days, streams.of("practice"))
    add_medicines(life, risks, states, world.vocabulary.telling, days, streams.of("medicines"))
    add_community(life, risks, states, world.costs, days, streams.of("community"))
    add_social_care(life, states, streams.of("social care"))
    add_waiting(life, risks, days, streams.of("waiting"))
    add_other(life, streams, days)
    write_evidence(life, risks, states, world.vocabulary.resolvable, streams.of("evidence"))
    homes = settle(people, _in_care_home(life, streams), world.places, chunk, streams.of("homes"))
    planted = None
    if world.plant is not None:
        planted = plant_service(life, homes, world.places, world.plant, streams.of("plant"))
    price_all(life, states, world.costs, streams.of("prices"))
    return Made(life, homes, planted)


def _in_care_home(life: Life, streams: Streams) -> Bools:
    """People whose long-term support is in a home, and some of the frail who pay for themselves."""
    service = life.facts["service"]
    placed = np.isin(service["kind"], (NURSING, RESIDENTIAL)) & (
        service["until"] >= np.minimum(FAR, life.clock.stop)
    )
    inside = np.bincount(service["person"][placed], minlength=life.count) > 0
    u = streams.of("care homes").random(life.count)
    for code, share in _CARE_HOME_SHARES.items():
        inside |= (life.people.intended == code_of(code)) & (u < share)
    return inside
