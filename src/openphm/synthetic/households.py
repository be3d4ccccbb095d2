"""Households, homes and names: who lives together, where, and with which practice.

Adults of one neighbourhood live alone, or two or three of like age together; children live with adults
of their parents' age. Members share an address, a property number and a surname. Some old and disabled
people live in care homes, which everybody there shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from openphm.synthetic.clock import YEAR
from openphm.synthetic.draws import Bools, Floats, Ints, categorical
from openphm.synthetic.places import N_CARE_HOMES, POSTCODES_IN_LSOA, Places
from openphm.synthetic.population import FEMALE, MALE, People
from openphm.synthetic.tables import read_columns

_ADULTS_IN_A_HOME = np.array([0.30, 0.53, 0.17])
"""Shares of homes with one, two and three adults."""
_PARENT_AGES = (21.0, 50.0)
NAMED_AFTER_FATHER = 0.05
_FATHERS_AGE = 18
_FIRST_UPRN = 990_000_000_000
_HOUSEHOLDS_A_CHUNK = 100_000
CARE_HOME_UPRN = 989_000_000_000


@dataclass(frozen=True)
class Homes:
    """Where each person lives and what they are called; index arrays, text comes from `Names`.

    home         number that people of one address share
    care_home    index of the care home or -1
    """

    home: Ints
    care_home: Ints
    lsoa: Ints
    postcode: Ints
    practice: Ints
    practice_before: Ints
    forename: Ints
    surname: Ints

    @property
    def uprn(self) -> Ints:
        return np.where(self.care_home >= 0, CARE_HOME_UPRN + self.care_home, _FIRST_UPRN + self.home)


@cache
def name_lists() -> dict[str, list[str]]:
    """Forenames (f, m), surnames (s) and streets (t)."""
    columns = read_columns("names")
    lists = {kind: list(columns["name"][columns["kind"] == kind]) for kind in ("f", "m", "s", "e", "t")}
    lists["s"] = [start + end for start in lists["s"] for end in lists["e"]]
    return lists


def settle(
    people: People, in_care_home: Bools, places: Places, chunk: int, rng: np.random.Generator
) -> Homes:
    """Homes, practices and names for a chunk of people."""
    household = np.full(people.count, -1, dtype=np.int64)
    decile_of_home: list[Ints] = []
    made = 0
    for decile in range(1, 11):
        members = np.flatnonzero((people.decile == decile) & ~in_care_home)
        grouped, number = _households(people, members, rng)
        household[members] = made + grouped
        decile_of_home.append(np.full(number, decile))
        made += number
    household = _together(people, household)
    lsoa_of_home = _areas(np.concatenate(decile_of_home), places, rng)
    care_home = np.where(in_care_home, _care_homes(people.decile, places, rng), -1)
    at_home = care_home < 0
    lsoa = np.where(at_home, lsoa_of_home[household], places.care_home_lsoa[care_home])
    pick = np.where(at_home, household * 7 % POSTCODES_IN_LSOA, care_home % POSTCODES_IN_LSOA)
    practice_of_home = _practices(lsoa_of_home, places, rng)
    practice_of_care_home = _practices(places.care_home_lsoa, places, np.random.default_rng(7))
    practice = np.where(at_home, practice_of_home[household], practice_of_care_home[care_home])
    moved = people.moved > people.joined
    elsewhere = places.practices_near[lsoa, rng.integers(0, 3, people.count)]
    surname_of_home = rng.integers(0, len(name_lists()["s"]), made)
    own = rng.integers(0, len(name_lists()["s"]), people.count)
    same = at_home & (rng.random(people.count) < 0.9)
    surname = np.where(same, surname_of_home[household], own)
    surname = np.where(people.twin >= 0, surname[np.maximum(people.twin, np.arange(people.count))], surname)
    forename = rng.integers(0, len(name_lists()["f"]), people.count)
    elder_twin = (people.twin >= 0) & (people.twin > np.arange(people.count))
    forename = np.where(elder_twin & (forename == forename[people.twin]), forename + 1, forename)
    forename = _named_after_fathers(people, np.where(same, household, -1), forename, rng)
    return Homes(
        home=chunk * _HOUSEHOLDS_A_CHUNK + household,
        care_home=care_home,
        lsoa=lsoa,
        postcode=places.postcode_index(lsoa, pick),
        practice=practice,
        practice_before=np.where(moved, elsewhere, practice),
        forename=forename,
        surname=surname,
    )


def _together(people: People, household: Ints) -> Ints:
    """Twins who are children live in one home."""
    child = people.age_at(people.stop) < 18
    elder = np.minimum(people.twin, np.arange(people.count))
    moves = (people.twin >= 0) & child & child[people.twin] & (household >= 0) & (household[people.twin] >= 0)
    return np.where(moves, household[elder], household)


def _named_after_fathers(people: People, family: Ints, forename: Ints, rng: np.random.Generator) -> Ints:
    """Some sons have the forename of the eldest man of their home, if he is old enough to be the father."""
    men = np.flatnonzero((people.sex == MALE) & (family >= 0))
    if not len(men):
        return forename
    eldest_first = men[np.argsort(people.birth[men], kind="stable")]
    _, place = np.unique(family[eldest_first], return_index=True)
    father = np.full(int(family.max()) + 1, -1, dtype=np.int64)
    father[family[eldest_first[place]]] = eldest_first[place]
    his = father[family[men]]
    son = people.birth[men] - people.birth[his] >= _FATHERS_AGE * YEAR
    named = men[son & (rng.random(len(men)) < NAMED_AFTER_FATHER)]
    forename = forename.copy()
    forename[named] = forename[father[family[named]]]
    return forename


def _households(people: People, members: Ints, rng: np.random.Generator) -> tuple[Ints, int]:
    """Household of each member (from 0) and how many there are, within one neighbourhood decile."""
    if not len(members):
        return np.empty(0, dtype=np.int64), 0
    age = people.age_at(people.stop)[members]
    adults = np.flatnonzero(age >= 18)
    children = np.flatnonzero(age < 18)
    if not len(adults):
        return np.zeros(len(members), dtype=np.int64), 1
    order = adults[np.argsort(age[adults] + rng.normal(0, 4, len(adults)))]
    sizes = 1 + categorical(_ADULTS_IN_A_HOME, len(order), rng)
    home = np.searchsorted(np.cumsum(sizes), np.arange(len(order)), side="right")
    household = np.empty(len(members), dtype=np.int64)
    household[order] = home
    eldest = np.zeros(home[-1] + 1)
    np.maximum.at(eldest, home, age[order])
    families = np.flatnonzero((eldest > _PARENT_AGES[0]) & (eldest < _PARENT_AGES[1]))
    families = families if len(families) else np.arange(len(eldest))
    with_children = rng.permutation(families)[: max(1, int(len(families) * 0.6))]
    household[children] = rng.choice(with_children, len(children))
    return household, len(eldest)


def _areas(decile: Ints, places: Places, rng: np.random.Generator) -> Ints:
    """A small area of the right decile for each household."""
    lsoa = np.empty(len(decile), dtype=np.int64)
    for d in range(1, 11):
        options = places.lsoas_of_decile(d)
        who = np.flatnonzero(decile == d)
        lsoa[who] = options[categorical(places.weight[options], len(who), rng)]
    return lsoa


def _practices(lsoa: Ints, places: Places, rng: np.random.Generator) -> Ints:
    """One of the three practices near an area; larger practices draw more people."""
    near = places.practices_near[lsoa]
    weight: Floats = places.practice_weight[near] * np.array([1.0, 0.35, 0.2])
    edges = np.cumsum(weight, axis=1) / weight.sum(axis=1, keepdims=True)
    return near[np.arange(len(lsoa)), (rng.random(len(lsoa))[:, None] > edges).sum(axis=1).clip(0, 2)]


def _care_homes(decile: Ints, places: Places, rng: np.random.Generator) -> Ints:
    """A care home in an area of the person's decile, so that deprivation stays as drawn."""
    home_decile = places.decile[places.care_home_lsoa]
    chosen = rng.integers(0, N_CARE_HOMES, len(decile))
    for d in range(1, 11):
        options = np.flatnonzero(home_decile == d)
        who = np.flatnonzero(decile == d)
        if len(options):
            chosen[who] = rng.choice(options, len(who))
    return chosen


def forenames(people: People, homes: Homes) -> list[str]:
    """Forenames by sex."""
    lists = name_lists()
    return [
        lists["f" if sex == FEMALE else "m"][index % len(lists["f" if sex == FEMALE else "m"])]
        for sex, index in zip(people.sex, homes.forename, strict=True)
    ]


def addresses(homes: Homes) -> list[str]:
    """First lines of addresses: a number and a street, or the name of a care home."""
    streets = name_lists()["t"]
    return [
        care_home_name(care) if care >= 0 else f"{home % 97 + 1} {streets[home % len(streets)]}"
        for home, care in zip(homes.home, homes.care_home, strict=True)
    ]


def care_home_name(index: int) -> str:
    """An invented name for a care home."""
    return f"{name_lists()['s'][index * 4 % 384]} House"
