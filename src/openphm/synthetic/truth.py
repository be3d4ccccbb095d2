"""The truth: which subsegment each person was in on a day, worked out from what happened to them.

This is a second, independent reading of the rules of `segments/life_course`. It looks at the life only
(conditions, deficits, contacts, prescriptions, measurements), never at the subsegment a person was drawn
for, so a fault in the making shows as a difference from the quota, and a fault in the reading of the
records shows as a difference from this.
"""

from __future__ import annotations

import numpy as np

from openphm.synthetic.activity.medicines import OPIOID_PREFIX, formulary
from openphm.synthetic.activity.social import (
    ACCESS,
    COMMUNITY,
    HEARING,
    LEARNING,
    NURSING,
    PERSONAL_CARE,
    RESIDENTIAL,
    VISUAL,
)
from openphm.synthetic.clock import Days, add_months
from openphm.synthetic.conditions import model
from openphm.synthetic.draws import Bools, Ints
from openphm.synthetic.evidence import CURRENT
from openphm.synthetic.lives import Facts, Life
from openphm.synthetic.population import People

ORDER = ("5a", "5b", "4a", "4b", "4c", "3a", "3b", "3c", "3d", "3e", "3f", "2a", "2b", "1a", "1b", "1c")
"""The rules in the order in which they are tried."""
_BIG_SIX = ("diabetes", "chd", "stroke", "heart_failure", "copd", "cancer")
_DISABILITIES = ("learning_disability", "physical_disability", "cerebral_palsy", "sensory_blind")
_MENTAL = (
    "anxiety", "depression", "smi", "eating_disorder", "personality_disorder",
    "alcohol_misuse", "substance_misuse", "adhd",
)  # fmt: skip
_MENTAL_FLAG = _MENTAL[:5]
_MUSCULOSKELETAL = (
    "osteoarthritis", "rheumatoid_arthritis", "connective_tissue", "osteoporosis", "back_neck_pain", "gout",
)  # fmt: skip
_MEDICINES_FOR_POLYPHARMACY = 5
_DEFICITS_IN_INDEX = 36


class Reading:
    """What is true of every person on a day, one day a person."""

    def __init__(self, life: Life, day: Days, excluded_bnf: tuple[str, ...]) -> None:
        self.life, self.day = life, day
        self.has = life.present(day)
        self.age = whole_years(life.people, day)
        self._excluded = excluded_bnf

    def any_of(self, *conditions: str) -> Bools:
        return self.has[:, model().indices(*conditions)].any(axis=1)

    def counted(self) -> Ints:
        """Counted conditions; cancer and its spread are one."""
        m = model()
        spread, cancer = m.index("metastatic_cancer"), m.index("cancer")
        number = self.has[:, m.counted].sum(axis=1)
        return number + (self.has[:, spread] & ~self.has[:, cancer])

    def happened(self, kind: str, months: int, mask: Bools | None = None) -> Ints:
        """How often something happened in the months up to the day."""
        facts = self.life.facts[kind]
        who, when = facts["person"], facts["date"]
        after = add_months(self.day, -months)
        inside = (when > after[who]) & (when <= self.day[who])
        inside = inside if mask is None else inside & mask
        return np.bincount(who[inside], minlength=self.life.count)

    def latest(self, kind: str, column: str, months: int, otherwise: float) -> np.ndarray:
        """The value of the last entry in the months up to the day."""
        facts = self.life.facts[kind]
        who, when = facts["person"], facts["date"]
        inside = (when > add_months(self.day, -months)[who]) & (when <= self.day[who])
        order = np.argsort(when[inside], kind="stable")
        value = np.full(self.life.count, otherwise, dtype=float)
        value[who[inside][order]] = facts[column][inside][order]
        return value

    def polypharmacy(self) -> Bools:
        """Five or more different substances in six months, the excluded sections left out."""
        f = formulary()
        facts = self.life.facts["issue"]
        who, when = facts["person"], facts["date"]
        inside = (when > add_months(self.day, -6)[who]) & (when <= self.day[who])
        inside &= ~f.starts_with(*self._excluded)[facts["medicine"]]
        _, substance = np.unique([code[:9] for code in f.bnf], return_inverse=True)
        pairs = np.unique(who[inside].astype(np.int64) * 1000 + substance[facts["medicine"][inside]])
        return np.bincount(pairs // 1000, minlength=self.life.count) >= _MEDICINES_FOR_POLYPHARMACY

    def frailty(self) -> Ints:
        """0 fit, 1 mild, 2 moderate, 3 severe: the last level written, else the band of the index."""
        m = model()
        ever = self.life.onset <= self.day[:, None]
        deficits = (self.life.deficits <= self.day[:, None]).sum(axis=1) + self.polypharmacy()
        for name in set(m.deficit) - {""}:
            deficits = deficits + ever[:, m.deficit == name].any(axis=1)
        index = deficits / _DEFICITS_IN_INDEX
        band = (index >= 0.12).astype(int) + (index >= 0.24) + (index >= 0.36)
        written = self.latest("frailty_level", "level", 12 * 120, -1)
        return np.where(written >= 0, written, band).astype(int)

    def mental_health_flag(self) -> Bools:
        """A current illness, a contact or stay in two years, or a medicine in a year."""
        facts = self.life.facts
        seen = self.happened("mental_contact", 24, facts["mental_contact"]["attended"]) > 0
        seen |= self.happened("talking", 24, facts["talking"]["attended"]) > 0
        seen |= self.happened("mental_spell", 24) > 0
        medicines = formulary().mental[facts["issue"]["medicine"]]
        return self.any_of(*_MENTAL_FLAG) | seen | (self.happened("issue", 12, medicines) > 0)

    def disability_support(self) -> Bools:
        """Long-term support of the council for a physical, sensory or learning reason, on the day."""
        facts: Facts = self.life.facts["service"]
        who = facts["person"]
        long_term = np.isin(facts["kind"], (NURSING, RESIDENTIAL, COMMUNITY))
        reason = np.isin(facts["reason"], (ACCESS, PERSONAL_CARE, VISUAL, HEARING, LEARNING))
        open_ = (facts["date"] <= self.day[who]) & (self.day[who] < facts["until"])
        return np.bincount(who[long_term & reason & open_], minlength=self.life.count) > 0

    def at_risk(self) -> Bools:
        facts = self.life.facts
        opioids = np.array([code.startswith(OPIOID_PREFIX) for code in formulary().bnf])[
            facts["issue"]["medicine"]
        ]
        risk = self.latest("bmi", "value", 60, 0) >= 30
        risk &= self.age >= 18
        risk |= self.mental_health_flag()
        risk |= (self.happened("fit_note", 12) > 0) & (self.age >= 16) & (self.age <= 66)
        risk |= self.happened("issue", 12, opioids) > 0
        risk |= self.life.deficits[:, 1] <= self.day
        risk |= self.latest("smoking", "status", 60, -1) == CURRENT
        entries = facts["risk_entry"]["risk"]
        risk |= (self.happened("risk_entry", 12 * 120, entries == 0) > 0) & (self.age >= 18)
        risk |= self.happened("risk_entry", 12 * 120, entries == 1) > 0
        risk |= self.happened("risk_entry", 60, entries == 2) > 0
        return risk | self.polypharmacy()


def subsegments(life: Life, day: Days, excluded_bnf: tuple[str, ...]) -> Ints:
    """Index into ORDER of the first rule that holds for each person on their day."""
    r = Reading(life, day, excluded_bnf)
    old, frailty = r.age >= 65, r.frailty()
    holds = (
        r.any_of("metastatic_cancer"),
        r.any_of("palliative"),
        old & (frailty == 3),
        r.counted() >= 5,
        r.any_of("dementia"),
        old & (frailty == 2),
        r.any_of(*_BIG_SIX),
        r.any_of(*_DISABILITIES) | r.disability_support(),
        r.any_of(*_MENTAL),
        r.any_of(*_MUSCULOSKELETAL),
        r.counted() >= 1,
        r.happened("emergency", 12) >= 1,
        r.happened("ed", 12) >= 5,
        r.at_risk(),
        r.age <= 17,
    )
    answer = np.full(life.count, len(holds))
    for position, rule in reversed(list(enumerate(holds))):
        answer = np.where(rule, position, answer)
    return answer


def whole_years(people: People, day: Days) -> Ints:
    """Age in completed years, from the calendar."""
    born, today = _calendar(people.birth), _calendar(day)
    years = today[0] - born[0]
    return years - (today[1] < born[1])


def _calendar(day: Days) -> tuple[Ints, Ints]:
    """Year, and month and day as one number that grows with the calendar."""
    dates = np.asarray(day, dtype=np.int64).astype("datetime64[D]")
    month = dates.astype("datetime64[M]").astype(np.int64)
    in_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    return month // 12, month % 12 * 31 + in_month
