"""A second, plain evaluator of criteria: one person at a time, in Python, to compare the SQL with.

It shares no code with the compiler. It is slow and short, so that it can be checked by eye.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence as Sequence_
from datetime import date, timedelta

from openphm.criteria import (
    Activity,
    All,
    Any,
    AtLeast,
    Attribute,
    Codelist,
    Cohort,
    Condition,
    Criterion,
    Everyone,
    Not,
    Place,
    Sequence,
    Step,
)
from openphm.definitions.codelists import Code
from tests.support.builder import Fact, Person, Recorded, Spell
from tests.support.tables import AREAS, ETHNIC_GROUPS, PRACTICES


def matches(criterion: Criterion, person: Person, day: date) -> bool:
    """Is it true of this person on this day?"""
    match criterion:
        case Everyone():
            return True
        case All(of=parts):
            return all(matches(part, person, day) for part in parts)
        case Any(of=parts):
            return any(matches(part, person, day) for part in parts)
        case Not(of=part):
            return not matches(part, person, day)
        case AtLeast(count=count, of=parts):
            return sum(matches(part, person, day) for part in parts) >= count
        case Attribute(name="age"):
            age = age_on(person.birth_month, day)
            return age is not None and number_passes(criterion, age)
        case Attribute(name="sex"):
            return person.sex_code in criterion.any_of
        case Attribute(name="ethnicity"):
            return person.ethnicity_code in criterion.any_of
        case Attribute(name="ethnic_group"):
            return ETHNIC_GROUPS.get(person.ethnicity_code or "") in criterion.any_of
        case Attribute():
            return any(fact_passes(criterion, fact, day) for fact in person.facts)
        case Condition():
            return any(spell_passes(criterion, spell, day) for spell in person.spells)
        case Activity():
            return activity_passes(criterion, person, day)
        case Codelist():
            return codes_pass(criterion, person, day)
        case Sequence():
            return sequence_passes(criterion, person, day)
        case Cohort(of=part):
            return matches(part, person, day)
        case Place():
            return place_of(person, criterion.level) in criterion.any_of
    raise TypeError(type(criterion))


def first_rule(rules: Sequence_[tuple[str, Criterion]], person: Person, day: date) -> tuple[str, int]:
    """The code and position of the first rule that holds."""
    return next((code, n) for n, (code, c) in enumerate(rules, 1) if matches(c, person, day))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def age_on(birth: date | None, day: date) -> int | None:
    if birth is None:
        return None
    had_birthday = (day.month, day.day) >= (birth.month, birth.day)
    return day.year - birth.year - (0 if had_birthday else 1)


def number_passes(test: Attribute, value: float) -> bool:
    return (
        (test.at_least is None or value >= test.at_least)
        and (test.at_most is None or value <= test.at_most)
        and (test.above is None or value > test.above)
        and (test.below is None or value < test.below)
        and (not test.any_of or value in test.any_of)
    )


def fact_passes(test: Attribute, fact: Fact, day: date) -> bool:
    if fact.attribute_id != test.name or fact.start > day:
        return False
    if fact.stop is not None:
        needed = day if test.within_months is None else months_before(day, test.within_months)
        if fact.stop <= needed:
            return False
    if test == Attribute(test.name, within_months=test.within_months):
        return fact.value_text not in ("false", "no") and fact.value_number != 0
    if test.any_of and isinstance(test.any_of[0], str):
        return fact.value_text in test.any_of
    return fact.value_number is not None and number_passes(test, fact.value_number)


def spell_passes(test: Condition, spell: Spell, day: date) -> bool:
    if spell.condition_id not in test.any_of or spell.start > day:
        return False
    if test.onset_within_months is not None:
        return spell.start > months_before(day, test.onset_within_months)
    return test.ever or spell.resolved is None or spell.resolved > day


def activity_passes(test: Activity, person: Person, day: date) -> bool:
    start = months_before(day, test.within_months)
    found = [e for e in person.events if e.point_of_delivery in test.any_of and start < e.day <= day]
    cost = sum(e.cost_gbp for e in found)
    limits = (test.count_at_least, test.count_at_most, test.cost_at_least_gbp, test.cost_at_most_gbp)
    if limits == (None, None, None, None):
        return bool(found)
    begun = sum(event.is_start for event in found)
    least = bool(found) if test.count_at_least == 1 and test.count_at_most is None else begun
    return (
        (test.count_at_least is None or least >= test.count_at_least)
        and (test.count_at_most is None or begun <= test.count_at_most)
        and (test.cost_at_least_gbp is None or cost >= test.cost_at_least_gbp)
        and (test.cost_at_most_gbp is None or cost <= test.cost_at_most_gbp)
    )


SYSTEM_OF = {
    "gp": "snomed",
    "emergency": "snomed",
    "medicine": "bnf",
    "admission": "icd10",
    "outpatient": "icd10",
    "procedure": "opcs4",
}
BEGINNINGS = ("icd10", "bnf", "opcs4")


def is_recorded_as(record: Recorded, code: Code) -> bool:
    """A record answers a code of the list: the same, or beginning with it where lists hold beginnings."""
    if SYSTEM_OF[record.kept_in] != code.system:
        return False
    return record.code.startswith(code.code) if code.system in BEGINNINGS else record.code == code.code


def days_of_codes(person: Person, codes: Sequence_[Code]) -> set[date]:
    return {r.day for r in person.codes for code in codes if is_recorded_as(r, code)}


def codes_pass(test: Codelist, person: Person, day: date) -> bool:
    after = date.min if test.within_months is None else months_before(day, test.within_months)
    days = {d for d in days_of_codes(person, test.codes) if after < d <= day}
    if test.count_at_least is None and test.count_at_most is None:
        return bool(days)
    return (
        (test.count_at_least or 0) <= len(days) <= (99 if test.count_at_most is None else test.count_at_most)
    )


def days_of_step(step: Step, person: Person) -> set[date]:
    if step.word == "activity":
        return {e.day for e in person.events if e.point_of_delivery in step.any_of and e.is_start}
    if step.word == "condition":
        return {s.start for s in person.spells if s.condition_id in step.any_of}
    return days_of_codes(person, step.codes)


def sequence_passes(test: Sequence, person: Person, day: date) -> bool:
    """Try every day of every step, one after the other."""
    after = date.min if test.within_months is None else months_before(day, test.within_months)
    days = [sorted(days_of_step(step, person)) for step in test.steps]

    def follows(earlier: date, later: date) -> bool:
        gap = (later - earlier).days
        return (0 if test.same_day else 1) <= gap <= (10**6 if test.within_days is None else test.within_days)

    def goes_on(last: date, place: int) -> bool:
        if place == len(test.steps):
            return True
        later = [d for d in days[place] if follows(last, d)]
        if test.steps[place].absent:
            assert test.within_days is not None
            return not later and last + timedelta(days=test.within_days) <= day
        return any(d <= day and goes_on(d, place + 1) for d in later)

    return any(after < d <= day and goes_on(d, 1) for d in days[0])


def place_of(person: Person, level: str) -> str | None:
    if level == "registered_practice":
        return person.practice_code
    if level == "registered_pcn":
        return next((pcn for code, _, pcn, _ in PRACTICES if code == person.practice_code), None)
    if level == "resident_lsoa21":
        return person.lsoa21_code
    column = {"resident_ward": 1, "resident_ltla": 2}[level]
    return next((area[column] for area in AREAS if area[0] == person.lsoa21_code), None)
