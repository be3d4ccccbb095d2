"""People: who is registered on the as-at date, who left or died before, and their age, sex and origin.

People registered on the as-at date get a subsegment by quota, so that the shares of Figure 12 are met as
nearly as whole people allow; everything else about a person is drawn conditional on it. Nothing of
this is written into a record: the truth is worked out again, from the life, in `truth`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import beta

from openphm.synthetic.clock import FAR, YEAR, Days, add_months
from openphm.synthetic.draws import Bools, Floats, Ints, Streams, categorical, stratified, stratified_uniform
from openphm.synthetic.places import decile_weights
from openphm.synthetic.settings import Settings
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment

MALE, FEMALE = 1, 2
BIRTHS_A_YEAR = 0.0093
JOINERS_A_YEAR = 0.020
MOVES_A_YEAR = 0.03
TWIN_BIRTHS = 0.015
"""Part of all births: about one in 65 in England (ONS, Birth characteristics)."""
_TWINS_WITHIN_DAYS = 3
ETHNIC_CODES = (
    "A",
    "B",
    "C",
    "D",
    "E",
    "F",
    "G",
    "H",
    "J",
    "K",
    "L",
    "M",
    "N",
    "P",
    "R",
    "S",
    "T",
    "W",
    "Z",
    "99",
)
_MINORITY_WEIGHTS = (0, 6, 44, 3, 2, 3, 3, 9, 6, 3, 5, 2, 7, 1, 3, 4, 1, 1, 0, 0)
_NOT_RECORDED = 0.06


@dataclass
class People:
    """One chunk of people, as arrays. Days are numbers; intervals are half-open.

    number       place in the whole made-up ICS; ids and NHS numbers follow from it
    intended     the subsegment they were drawn for, at the end of their registration
    joined, stop registered in [joined, stop); `stop` is the day after the as-at date for those still here
    death        day of death or FAR
    moved        day they changed practice, or `joined` when they never did
    twin         index of the twin in the chunk, or -1
    """

    number: Ints
    intended: Ints
    sex: Ints
    birth: Days
    ethnicity: Ints
    decile: Ints
    joined: Days
    stop: Days
    death: Days
    moved: Days
    twin: Ints

    @property
    def count(self) -> int:
        return len(self.number)

    def age_at(self, day: Days | int) -> Floats:
        """Age in years with its fraction."""
        return (day - self.birth) / YEAR

    def edges(self, years: int) -> Ints:
        """people × (years + 1): the ends of the person's own years, counted back from `stop`."""
        return np.stack([add_months(self.stop, -12 * k) for k in range(years + 1)], axis=1)


def subsegment_quota(people: int) -> Ints:
    """How many people each subsegment has, by largest remainder of the shares of Figure 12."""
    population = by_subsegment("figure12")["population"]
    exact = population / population.sum() * people
    counts = np.floor(exact).astype(np.int64)
    counts[np.argsort(counts - exact)[: people - counts.sum()]] += 1
    return counts


@dataclass(frozen=True)
class Roll:
    """The whole list before it is cut into chunks: subsegment, end of registration and death."""

    intended: Ints
    stop: Days
    died: Bools

    def chunk(self, index: int, chunks: int) -> Ints:
        """Numbers of the people in a chunk: a fair part of those here and of those gone."""
        return np.arange(index, len(self.intended), chunks)


def make_roll(settings: Settings, streams: Streams) -> Roll:
    """Everybody who is or was registered in the history."""
    rng = streams.of("roll")
    clock = settings.clock
    here = np.repeat(np.arange(16), subsegment_quota(settings.people))
    rng.shuffle(here)
    profile = by_subsegment("profiles")
    population = by_subsegment("figure12")["population"]
    share = population / population.sum()
    dying, leaving = share * profile["death_rate"], share * profile["leave_rate"]
    died = stratified(dying, round(settings.people * settings.years * dying.sum()), rng)
    left = stratified(leaving, round(settings.people * settings.years * leaving.sum()), rng)
    days = clock.stop - clock.start
    stops = [
        np.full(len(here), clock.stop),
        clock.start + 2 + np.floor(stratified_uniform(len(died) + len(left), rng) * (days - 2)),
    ]
    return Roll(
        intended=np.concatenate([here, died, left]),
        stop=np.concatenate(stops).astype(np.int32),
        died=np.concatenate([np.zeros(len(here), bool), np.ones(len(died), bool), np.zeros(len(left), bool)]),
    )


def draw_people(roll: Roll, numbers: Ints, settings: Settings, streams: Streams) -> People:
    """The people of one chunk."""
    rng = streams.of("people")
    clock = settings.clock
    intended, stop = roll.intended[numbers], roll.stop[numbers]
    age, male, decile, minority = (np.empty(len(numbers)) for _ in range(4))
    profile, figure = by_subsegment("profiles"), by_subsegment("figure12")
    for s in range(len(SUBSEGMENTS)):
        who = np.flatnonzero(intended == s)
        age[who] = _ages(profile, s, len(who), rng)
        male[who] = stratified_uniform(len(who), rng) < figure["male_share"][s]
        decile[who] = 1 + stratified(decile_weights(figure["mean_imd_decile"][s]), len(who), rng)
        minority[who] = stratified_uniform(len(who), rng) < figure["ethnic_minority_share"][s]
    birth = (stop - 1 - np.floor(age * YEAR)).astype(np.int32)
    twin = _twins(birth, decile, streams.of("twins"))
    birth = np.where(twin >= 0, np.minimum(birth, birth[twin]), birth).astype(np.int32)
    joined = _joining_days(birth, stop, intended, settings, rng)
    moved = np.where(
        rng.random(len(numbers)) < MOVES_A_YEAR * settings.years,
        rng.integers(clock.start + 1, clock.stop, len(numbers)),
        joined,
    )
    moved = np.where((moved > joined) & (moved < stop), moved, joined)
    return People(
        number=numbers,
        intended=intended,
        sex=np.where(male > 0, MALE, FEMALE),
        birth=birth,
        ethnicity=_ethnicities(minority > 0, rng),
        decile=decile.astype(np.int64),
        joined=joined,
        stop=stop,
        death=np.where(roll.died[numbers], stop, FAR).astype(np.int32),
        moved=moved.astype(np.int32),
        twin=twin,
    )


def _twins(birth: Days, decile: Floats, rng: np.random.Generator) -> Ints:
    """Who is whose twin: people of one kind of neighbourhood who are born within three days of each other.

    The later of two is then taken to be born with the other, which moves no age by more than that.
    """
    twin = np.full(len(birth), -1, dtype=np.int64)
    order = np.lexsort((birth, decile))
    first, second = order[:-1], order[1:]
    near = (decile[first] == decile[second]) & (birth[second] - birth[first] <= _TWINS_WITHIN_DAYS)
    places = np.flatnonzero(
        near & (np.arange(len(near)) % 2 == 0)
    )  # every second place: nobody has two twins
    wanted = min(len(places), round(TWIN_BIRTHS * len(birth) / (1 + TWIN_BIRTHS)))
    chosen = rng.permutation(places)[:wanted]
    twin[first[chosen]], twin[second[chosen]] = second[chosen], first[chosen]
    return twin


def _ages(profile: dict[str, np.ndarray], s: int, count: int, rng: np.random.Generator) -> Floats:
    """Ages in years at the end of registration, Beta distributed between the bounds of the subsegment."""
    low, high, spread = profile["age_low"][s], profile["age_high"][s], profile["age_spread"][s]
    centre = (profile["age_mean"][s] - low) / (high - low)
    drawn = beta.ppf(stratified_uniform(count, rng), centre * spread, (1 - centre) * spread)
    return low + (high - low) * np.clip(drawn, 0.0005, 0.9995)


def _joining_days(
    birth: Days, stop: Days, intended: Ints, settings: Settings, rng: np.random.Generator
) -> Days:
    """Most joined long ago; some came in the history; the newly born joined ten days after birth.

    People in an acute subsegment have been here for more than the year that put them there.
    """
    clock = settings.clock
    count = len(birth)
    long_ago = clock.start - rng.exponential(11 * YEAR, count)
    recent = rng.random(count) < JOINERS_A_YEAR * settings.years
    recent &= ~np.isin(intended, (SUBSEGMENTS.index("2a"), SUBSEGMENTS.index("2b")))
    lately = clock.start + rng.random(count) * (stop - clock.start - 1)
    joined = np.where(recent, lately, long_ago)
    joined = np.maximum(joined, birth + 10)
    return np.minimum(joined, stop - 1).astype(np.int32)


def _ethnicities(minority: Bools, rng: np.random.Generator) -> Ints:
    """An index into ETHNIC_CODES; some are not stated (Z) or not known (99)."""
    drawn = np.where(minority, categorical(np.array(_MINORITY_WEIGHTS, float), len(minority), rng), 0)
    unknown = rng.random(len(minority)) < _NOT_RECORDED
    return np.where(unknown, np.where(rng.random(len(minority)) < 0.6, 18, 19), drawn)
