"""Which conditions each person has at the end of their registration, given their subsegment.

A number of counted conditions is drawn for everybody; the conditions that Figure 12 names take their
published share of each subsegment; the rest of each person's number is filled from the other
conditions, by age and sex. What the rules imply (one of the Big 6 in 3b, none of them in 3c to 3f)
is built in, because a filler is only drawn where it is allowed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from openphm.synthetic.draws import Bools, Floats, Ints, Streams, choose, gumbel, quota, stratified
from openphm.synthetic.population import MALE, People
from openphm.synthetic.tables import SUBSEGMENTS, by_subsegment, read_columns

NAMED = ("stroke", "diabetes", "learning_disability", "hypertension", "asthma")
_MENTAL_FLAGGED = ("anxiety", "depression", "smi", "eating_disorder", "personality_disorder")


@dataclass(frozen=True)
class Model:
    """The conditions of data/conditions_model.csv, as arrays in one order."""

    ids: tuple[str, ...]
    weight: Floats
    age: Floats
    male: Floats
    youngest: Floats
    years: Floats
    resolves: Floats
    kind: np.ndarray
    icd10: np.ndarray
    deficit: np.ndarray

    def index(self, condition: str) -> int:
        return self.ids.index(condition)

    def indices(self, *conditions: str) -> Ints:
        return np.array([self.ids.index(one) for one in conditions])

    def of_kind(self, *kinds: str) -> Bools:
        return np.isin(self.kind, kinds)

    @property
    def counted(self) -> Bools:
        """Conditions that count in multimorbidity; metastatic cancer counts as cancer, once."""
        return ~self.of_kind("msk", "minor", "end_of_life")


@cache
def model() -> Model:
    """The condition model, read once."""
    columns = read_columns("conditions_model")
    text = {
        key: np.array([value or "" for value in columns[key]], dtype=object) for key in ("icd10", "deficit")
    }
    return Model(
        ids=tuple(columns["condition_id"]),
        kind=columns["kind"],
        **text,
        **{key: columns[key] for key in ("weight", "age", "male", "youngest", "years", "resolves")},
    )


def draw_conditions(people: People, streams: Streams) -> Bools:
    """people × conditions: who has what at the end of their registration."""
    has = np.zeros((people.count, len(model().ids)), dtype=bool)
    rng = streams.of("conditions")
    affinity = _affinity(people) + gumbel(has.shape, rng)
    for s, code in enumerate(SUBSEGMENTS):
        who = np.flatnonzero(people.intended == s)
        if len(who):
            has[who] = _Group(code, s, affinity[who], rng).draw()
    return has


def _affinity(people: People) -> Floats:
    """Log odds of each condition by age and sex; minus infinity below the youngest age."""
    m = model()
    age = people.age_at(people.stop)[:, None]
    score = m.age * np.clip((age - 50) / 10, -4, 5) + m.male * (people.sex == MALE)[:, None]
    return np.where(age > m.youngest + 0.3, score, -np.inf)


class _Group:
    """The people of one subsegment, while conditions are given to them."""

    def __init__(self, code: str, s: int, affinity: Floats, rng: np.random.Generator) -> None:
        self.code, self.rng, self.affinity = code, rng, affinity
        self.count = len(affinity)
        self.profile = {key: column[s] for key, column in by_subsegment("profiles").items()}
        self.figure = {key: column[s] for key, column in by_subsegment("figure12").items()}
        self.has = np.zeros(affinity.shape, dtype=bool)
        self.room = self._numbers()

    def _numbers(self) -> Ints:
        pairs = [pair.split(":") for pair in str(self.profile["counts"]).split(";")]
        chances = np.array([float(chance) for _, chance in pairs])
        return np.array([int(n) for n, _ in pairs])[stratified(chances, self.count, self.rng)]

    def draw(self) -> Bools:
        self._qualify()
        if self.figure["multimorbidity"] > 0 or self.room.any():
            self._mental()
            for condition in NAMED:
                self._named(condition)
            self._fill()
        self._musculoskeletal()
        self._minor()
        return self.has

    def _give(self, who: Ints, condition: int) -> None:
        fresh = who[~self.has[who, condition]]
        self.has[fresh, condition] = True
        if model().counted[condition]:
            self.room[fresh] -= 1

    def _named(self, condition: str) -> None:
        """Give a named condition to its published share, to those with room and the affinity."""
        c = model().index(condition)
        wanted = quota(self.figure[condition], self.count, self.rng) - int(self.has[:, c].sum())
        allowed = (self.room > 0) & ~self.has[:, c] & np.isfinite(self.affinity[:, c])
        self._give(choose(self.affinity[:, c], wanted, allowed), c)

    def _qualify(self) -> None:
        """What makes the rule of the subsegment hold comes first."""
        m = model()
        everyone = np.arange(self.count)
        if self.code == "5a":
            self._give(everyone, m.index("metastatic_cancer"))
            self._give(everyone, m.index("cancer"))
        elif self.code == "5b":
            self._give(everyone, m.index("palliative"))
        elif self.code == "4c":
            self._give(everyone, m.index("dementia"))
        elif self.code == "3b":
            self._named("diabetes")
            self._named("stroke")
            self._one_of("chd", "heart_failure", "copd", "cancer")
        elif self.code == "3c":
            self._named("learning_disability")
            self._one_of("physical_disability", "sensory_blind", "cerebral_palsy")

    def _one_of(self, *conditions: str) -> None:
        """One of these for everybody who has no qualifying condition yet."""
        m = model()
        options = m.indices(*conditions)
        lacking = np.flatnonzero(~self.has.any(axis=1))
        score = self.affinity[np.ix_(lacking, options)] + np.log(m.weight[options])
        self._choose_among(lacking, options, score)

    def _choose_among(self, who: Ints, options: Ints, score: Floats) -> None:
        picked = options[np.argmax(np.where(np.isfinite(score), score, -1e9), axis=1)]
        for condition in np.unique(picked):
            self._give(who[picked == condition], int(condition))

    def _mental(self) -> None:
        """Anxiety and depression at their shares and with their overlap; other illness in 3d."""
        m = model()
        anxiety, depression = m.index("anxiety"), m.index("depression")
        union = self.profile["mh_union"]
        both = self.figure["anxiety"] + self.figure["depression"] - union
        adult = np.isfinite(self.affinity[:, depression])
        overlap = choose(
            self.affinity[:, anxiety], quota(both, self.count, self.rng), (self.room > 1) & adult
        )
        self._give(overlap, anxiety)
        self._give(overlap, depression)
        free = (self.room > 0) & ~self.has[:, anxiety]
        wanted = quota(self.figure["depression"], self.count, self.rng) - len(overlap)
        only = choose(self.affinity[:, depression], wanted, free & adult)
        self._give(only, depression)
        free = (self.room > 0) & ~self.has[:, depression] & ~self.has[:, anxiety]
        free &= np.isfinite(self.affinity[:, anxiety])
        wanted = quota(self.figure["anxiety"], self.count, self.rng) - len(overlap)
        self._give(choose(self.affinity[:, anxiety], wanted, free), anxiety)
        if self.code == "3d":
            self._other_mental_illness()

    def _other_mental_illness(self) -> None:
        """People of 3d without anxiety or depression: some carry the mental health flag, some do not."""
        m = model()
        lacking = np.flatnonzero(~self.has.any(axis=1))
        flagged = quota(self.figure["mental_health_flag"] - self.profile["mh_union"], self.count, self.rng)
        self.rng.shuffle(lacking)
        groups = (
            (lacking[:flagged], _MENTAL_FLAGGED[2:]),
            (lacking[flagged:], ("adhd", "alcohol_misuse", "substance_misuse")),
        )
        for who, names in groups:
            options = m.indices(*names)
            self._choose_among(who, options, self.affinity[np.ix_(who, options)] + np.log(m.weight[options]))

    def _allowed_fillers(self) -> Bools:
        m = model()
        allowed = (m.weight > 0) & m.counted
        if self.code in ("3c", "3d", "3e", "3f"):
            allowed &= ~m.of_kind("big6")
        if self.code.startswith("3"):
            allowed &= ~m.of_kind("dementia")
        if self.code in ("3d", "3e", "3f"):
            allowed &= ~m.of_kind("disability", "autism")
        if self.code in ("3e", "3f"):
            allowed &= ~m.of_kind("mental")
        if self.code not in ("3c", "3d"):
            allowed &= ~m.of_kind("autism")
        return allowed

    def _fill(self) -> None:
        """Fill what room is left with other conditions, each at most once a person."""
        m = model()
        options = np.flatnonzero(self._allowed_fillers())
        who = np.flatnonzero(self.room > 0)
        score = self.affinity[np.ix_(who, options)] + np.log(m.weight[options])
        score = np.where(self.has[np.ix_(who, options)], -np.inf, score)
        order = np.argsort(-score, axis=1)
        for rank in range(min(int(self.room[who].max(initial=0)), len(options))):
            taken = options[order[:, rank]]
            open_ = (self.room[who] > 0) & np.isfinite(score[np.arange(len(who)), order[:, rank]])
            for condition in np.unique(taken[open_]):
                self._give(who[open_ & (taken == condition)], int(condition))

    def _musculoskeletal(self) -> None:
        m = model()
        share = self.profile["msk"]
        if not share:
            return
        names = (
            "back_neck_pain",
            "osteoarthritis",
            "rheumatoid_arthritis",
            "connective_tissue",
            "osteoporosis",
            "gout",
        )
        weights = np.log(np.array([2.4, 1.5, 0.12, 0.06, 0.30, 0.20]))
        options = m.indices(*names)
        who = choose(gumbel(self.count, self.rng), quota(share, self.count, self.rng))
        score = self.affinity[np.ix_(who, options)] + weights
        self._choose_among(who, options, score)
        second = who[self.rng.random(len(who)) < 0.25]
        score = np.where(
            self.has[np.ix_(second, options)], -np.inf, self.affinity[np.ix_(second, options)] + weights
        )
        self._choose_among(
            second[np.isfinite(score).any(axis=1)], options, score[np.isfinite(score).any(axis=1)]
        )

    def _minor(self) -> None:
        """Conditions that decide no rule and are not counted; rarer in the healthy subsegments."""
        m = model()
        rarity = 0.5 if self.code in ("1b", "1c") else 1.0
        for c in np.flatnonzero(m.of_kind("minor")):
            chance = np.clip(m.weight[c] * rarity * np.exp(self.affinity[:, c] - gumbel_mean()), 0, 0.5)
            self._give(np.flatnonzero(self.rng.random(self.count) < chance), int(c))


def gumbel_mean() -> float:
    """The mean of the noise that `_affinity` carries."""
    return 0.5772
