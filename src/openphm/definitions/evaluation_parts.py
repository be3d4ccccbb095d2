"""The parts of a study plan: outcomes, covariates and what the programme cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openphm.definitions.entry import Entry
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.quantities import COST_CATEGORIES, TOTAL

CONTROL_WORDS = ("elsewhere", "anywhere")
ROLES = ("primary", "secondary", "negative_control")
AMOUNTS = ("activity", "cost", "bed_days", "measure")
ATTRIBUTES = ("age_years", "female", "ethnic_minority", "imd_decile", "conditions")


@dataclass(frozen=True)
class OutcomeFile:
    """Something counted or priced before and after each index date.

    word  activity (events), cost (£), bed_days (nights), or measure (the numerator of a measure)
    of    points of delivery; for costs also categories or `total`; for a measure its id
    """

    id: str
    title: str
    role: str
    word: str
    of: tuple[str, ...]


@dataclass(frozen=True)
class CovariateFile:
    """Something known of a person on the day before the index date.

    of            one of ATTRIBUTES, or empty
    criteria      a criterion: 1 where it holds; or None
    activity      points of delivery counted over the 12 months before; or empty
    is_prognostic held to a stricter limit of balance, and given up last
    """

    id: str
    of: str
    criteria: Any
    activity: tuple[str, ...]
    is_prognostic: bool


@dataclass(frozen=True)
class ProgrammeCost:
    """What the programme cost, over which months, and what a saving is worth.

    programme_gbp         everything: staff, set-up, management, voluntary sector
    period_months         the months that this money paid for
    outcome               id of the cost outcome that saves
    cash_releasing_share  the part of a saving that can be taken out of a budget; the rest is capacity
    people                people whom this money served; None for those of the study
    """

    programme_gbp: float
    period_months: float
    outcome: str
    cash_releasing_share: float
    people: int | None = None


def read_outcomes(entry: Entry, names: Names) -> tuple[OutcomeFile, ...]:
    """The outcomes, one of them primary."""
    found = tuple(_outcome(one, names) for one in entry.entries("outcomes"))
    primary = [one for one in found if one.role == "primary"]
    if len(primary) != 1:
        entry.problems.add(
            entry.at("outcomes"),
            f"{len(primary)} outcomes are primary.",
            allowed="exactly one: choosing it afterwards would be choosing the result",
            remedy="give one outcome `role: primary`",
        )
    _once([one.id for one in found], entry, "outcomes")
    return found


def _outcome(entry: Entry, names: Names) -> OutcomeFile:
    words = [word for word in AMOUNTS if entry.has(word)]
    if len(words) != 1:
        entry.problems.add(
            entry.where, f"{len(words)} of {', '.join(AMOUNTS)} stand here.", allowed="exactly one of them"
        )
    word = words[0] if words else AMOUNTS[0]
    of = entry.texts(word)
    if entry.has(word) and not of:
        entry.problems.add(entry.at(word), "nothing is named.", allowed="one name or a list of names")
    known = {str(one) for one in names.points_of_delivery}
    if word == "cost":
        known |= {*COST_CATEGORIES, TOTAL}
    for name in of if word != "measure" else ():
        if name not in known:
            entry.problems.add_unknown(entry.at(word), name, known, thing="point of delivery")
    for other in words[1:]:
        entry.allow(other)
    id_ = entry.text("id")
    found = OutcomeFile(
        id_,
        entry.text("title", "") or str(id_).replace("_", " "),
        entry.choice("role", ROLES, "secondary", thing="role"),
        word,
        of,
    )
    entry.done()
    return found


def read_covariates(entry: Entry, names: Names) -> tuple[CovariateFile, ...]:
    """What the groups are made alike in, beside the history of the outcomes."""
    if not entry.has("covariates"):
        entry.raw("covariates")
        return tuple(CovariateFile(name, name, None, (), False) for name in ATTRIBUTES)
    found = tuple(_covariate(one, names) for one in entry.entries("covariates"))
    _once([one.id for one in found], entry, "covariates")
    return found


def _covariate(entry: Entry, names: Names) -> CovariateFile:
    ways = [way for way in ("of", "criteria", "activity") if entry.has(way)]
    if len(ways) != 1:
        entry.problems.add(
            entry.where, f"{len(ways)} of of, criteria, activity stand here.", allowed="exactly one of them"
        )
    criteria = entry.raw("criteria")
    check_criteria(criteria, entry.at("criteria"), names, entry.problems)
    activity = entry.texts("activity")
    for name in activity:
        if name not in names.points_of_delivery:
            entry.problems.add_unknown(
                entry.at("activity"), name, names.points_of_delivery, thing="point of delivery"
            )
    if entry.has("activity") and not activity:
        entry.problems.add(entry.at("activity"), "nothing is named.", allowed="points of delivery")
    of = entry.choice("of", ATTRIBUTES, "", thing="attribute of a person") or ""
    id_ = entry.text("id", of) if of else entry.text("id")
    found = CovariateFile(str(id_), of, criteria, activity, entry.flag("prognostic", False))
    entry.done()
    return found


def read_cost(entry: Entry) -> ProgrammeCost | None:
    """The cost of the programme with its period; None when it is not evaluated in money."""
    cost = entry.entry("costs")
    if cost is None:
        return None
    share = cost.number("cash_releasing_share", 0.35)
    if share is not None and not 0 <= share <= 1:
        cost.problems.add(cost.at("cash_releasing_share"), f"it is {share:g}.", allowed="a share, 0 to 1")
    months = cost.number("period_months")
    if months is not None and months <= 0:
        cost.problems.add(cost.at("period_months"), f"it is {months:g}.", allowed="months, above 0")
    amount = cost.number("programme_gbp")
    if amount is not None and amount <= 0:
        cost.problems.add(cost.at("programme_gbp"), f"it is {amount:g}.", allowed="pounds, above 0")
    outcome = cost.text("outcome")
    priced = {
        str(one.get("id")) for one in entry.raw("outcomes") or [] if isinstance(one, dict) and "cost" in one
    }
    if outcome is not None and outcome not in priced:
        cost.problems.add_unknown(cost.at("outcome"), outcome, priced, thing="outcome in £")
    people = cost.integer("people", None, minimum=1)
    cost.done()
    return ProgrammeCost(amount or 1.0, months or 1.0, outcome or "", 0.0 if share is None else share, people)


def _once(ids: list[str], entry: Entry, key: str) -> None:
    for one in sorted({id_ for id_ in ids if ids.count(id_) > 1}):
        entry.problems.add(entry.at(key), f"'{one}' is used twice.", remedy="give each its own id")
