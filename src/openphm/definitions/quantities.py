"""Quantities: what the numerator and the denominator of a measure add up over people.

    people: {condition: diabetes}          one for each person registered on the date who meets a criterion
    person_years: true                     time registered and alive in the window, in years
    activity: [ed_attendance]              events of points of delivery that began in the window
    cost: [acute_planned]                  pounds of the window; `total`, categories or points of delivery
    bed_days: emergency                    nights of emergency stays in the window
    contacts: gp                           contacts with general practice in the window
    attribute: imd_decile                  the value of a number on the date
    events: admission                      rows of an event source in the window, with `where:` and `sum:`

`events` counts rows that pass every test of `where`; with `sum: COLUMN` it adds that column up; with
`people_with: N` it is one for each registered person with at least N such rows. `within_months` looks at so
many months to the date, instead of the window of the measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.names import Names, check_criteria

WORDS = (
    "people", "person_years", "activity", "cost", "bed_days", "contacts", "attribute", "events",
)  # fmt: skip
COST_CATEGORIES = (
    "acute_planned", "acute_unplanned", "acute_other", "general_practice", "community_mental_health",
    "social_care",
)  # fmt: skip
TOTAL = "total"
EVERYONE = "everyone"

EVENT_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "admission": ("diagnosis", "external_cause", "bed_days"),
    "discharge": ("days_to_emergency", "discharge_method_code"),
    "attendance": ("department_type_code", "minutes_to_departure"),
    "death": (
        "age", "place_of_death_type", "underlying_cause_code", "emergency_admissions_90_days",
        "bed_days_90_days", "days_from_cancer_treatment",
    ),
    "last_year_of_life": ("cost_category", "cost_gbp"),
    "waiting": ("treatment_function_code", "weeks_waited"),
    "talking_therapies": (
        "n_contacts", "first_phq9", "last_phq9", "first_gad7", "last_gad7", "phq9_fall", "gad7_fall",
    ),
    "mental_health_stay": ("admission_method_code",),
    "immunisation": ("procedure_code", "dose_sequence", "age"),
    "prescription": ("bnf_code",),
    "night_away": ("days",),
}  # fmt: skip
"""The event sources of population, and the columns that `where` and `sum` may name."""

TESTS = ("any_of", "starts_with", "at_least", "at_most", "above", "below")


@dataclass(frozen=True)
class Quantity:
    """One quantity, as it was written.

    of           the criterion, names or source after the word
    where        plain tests of event columns; all must pass
    sum          the column of the events to add up; None counts them
    people_with  one for each person with at least so many events; None adds the events themselves
    within_months  the months to the date in which events are looked for; None for the measure's window
    """

    word: str
    of: Any
    where: tuple[Any, ...] = ()
    sum: str | None = None
    people_with: int | None = None
    within_months: int | None = None

    @property
    def counts_people(self) -> bool:
        """True when it is one or nought for each person registered on the date."""
        return self.word == "people" or self.people_with is not None


def read_quantity(entry: Entry, names: Names) -> Quantity | None:
    """One quantity, or None after noting what is wrong with it."""
    words = [word for word in WORDS if entry.has(word)]
    if len(words) != 1:
        found = f"it says {' and '.join(words)}" if words else "it does not say what is added up"
        entry.problems.add(entry.where, f"{found}.", allowed=f"one of {', '.join(WORDS)}")
        entry.allow(*entry.names())
        return None
    word = words[0]
    of = entry.raw(word)
    check_criteria({word: of} if word != "people" else of, entry.at(word), names, entry.problems)
    if word == "events":
        return _events(entry, of)
    _check_word(entry, word, of, names)
    entry.done()
    return Quantity(word, _listed(of) if word in ("activity", "cost") else of)


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


def _check_word(entry: Entry, word: str, of: Any, names: Names) -> None:
    fixed = {"person_years": True, "bed_days": "emergency", "contacts": "gp"}
    if word in fixed and of != fixed[word]:
        shown = "true" if fixed[word] is True else str(fixed[word])
        entry.problems.add(entry.at(word), f"found '{of}'.", allowed=f"`{word}: {shown}`")
    if word == "cost":
        known = (TOTAL, *COST_CATEGORIES, *names.points_of_delivery)
        for name in _listed(of):
            if name not in known:
                entry.problems.add_unknown(entry.at(word), name, known, thing="cost")
    if word == "people" and of != EVERYONE and not isinstance(of, Mapping):
        entry.problems.add(entry.at(word), f"found '{of}'.", allowed="`everyone`, or a criterion")
    if word == "attribute" and not isinstance(of, str):
        entry.problems.add(entry.at(word), "found more than a name.", allowed="the name of a number")


def _events(entry: Entry, source: Any) -> Quantity | None:
    if source not in EVENT_COLUMNS:
        entry.problems.add_unknown(entry.at("events"), str(source), EVENT_COLUMNS, thing="event source")
        entry.allow(*entry.names())
        return None
    columns = EVENT_COLUMNS[source]
    where = entry.raw("where")
    tests = where if isinstance(where, list | tuple) else [where] if where is not None else []
    for number, test in enumerate(tests):
        check_test(test, columns, f"{entry.at('where')}[{number}]", entry)
    total = entry.text("sum", None)
    if total is not None and total not in columns:
        entry.problems.add_unknown(entry.at("sum"), total, columns, thing=f"column of {source}")
    people_with = entry.integer("people_with", None, minimum=1)
    within = entry.integer("within_months", None, minimum=1)
    if total is not None and people_with is not None:
        entry.problems.add(entry.where, "it says sum and people_with.", allowed="one of them")
    entry.done()
    return Quantity("events", source, tuple(tests), total, people_with, within)


def check_test(test: Any, columns: tuple[str, ...], where: str, entry: Entry) -> None:
    """Note what is wrong with one test: `{column: age, below: 75}`, or `{any: [tests]}`, `{not: test}`."""
    one = Entry(test, where, entry.problems)
    for word in ("any", "all"):
        if one.has(word):
            for number, part in enumerate(one.raw(word) if isinstance(one.raw(word), list) else []):
                check_test(part, columns, f"{where}.{word}[{number}]", entry)
            one.done()
            return
    if one.has("not"):
        check_test(one.raw("not"), columns, f"{where}.not", entry)
        one.done()
        return
    one.choice("column", columns, thing="column")
    given = [name for name in TESTS if one.has(name)]
    if not given:
        entry.problems.add(where, "there is no test.", allowed=f"one of {', '.join(TESTS)}")
    for name in given:
        if name in ("any_of", "starts_with"):
            one.texts(name)
        else:
            one.number(name)
    one.done()
