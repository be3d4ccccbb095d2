"""Plan: a study fixed before its follow-up is opened.

    plan = Plan.of("demo_high_intensity", population.definitions, population.known, population.points)
    plan.sha256                  what the lock holds on to

The file says what is meant; here its criteria are parsed, its cohort is written out, and its measures and
cost categories become what the build counts. The hash is over all of that, so that a change of the cohort or
of a measure is a change of the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from openphm.core.errors import DefinitionError, PlanError, Problem, nearest
from openphm.core.records import PlanLock, checksum_of
from openphm.criteria import All, Criterion, Known, Not, parse
from openphm.definitions import Definitions
from openphm.definitions.evaluation_parts import OutcomeFile
from openphm.definitions.evaluations import EvaluationFile, read_plan, read_plan_file
from openphm.definitions.frozen import thaw
from openphm.definitions.quantities import EVERYONE, TOTAL
from openphm.evaluation.outcome import Kind, Role
from openphm.population.panel_amounts import Amount, Word
from openphm.population.panel_covariates import Covariate
from openphm.population.risk_set import Offer

What = str | Path | Mapping[str, Any]
UNPRICED = "none"
WRITTEN_OUT, COUNTED = "eligibility_written_out", "counted"
"""What a lock adds to a plan's own keys."""


@dataclass(frozen=True)
class PlannedOutcome:
    """An outcome as the build counts it."""

    id: str
    title: str
    role: Role
    kind: Kind
    amount: Amount


@dataclass(frozen=True)
class Plan:
    """A study plan, read and parsed.

    rule        eligibility without the exclusions, on the day before the index date
    outcomes    what is counted, in the order of the file
    covariates  what is known before
    """

    file: EvaluationFile
    rule: Criterion
    outcomes: tuple[PlannedOutcome, ...]
    covariates: tuple[Covariate, ...]

    @classmethod
    def of(cls, what: What, definitions: Definitions, known: Known, points: Mapping[str, str]) -> Plan:
        """A plan by its id, by the path of a YAML file, or from plain data.

        points: the points of delivery that the build counts, with the cost category of each.
        Raises PlanError with every problem of it.
        """
        file = _file(what, definitions)
        problems: list[Problem] = []
        criteria = [_parsed(file.eligibility, known, f"{file.label}, eligibility", problems)]
        for number, one in enumerate(file.exclusions):
            criteria.append(_parsed(one, known, f"{file.label}, exclusions[{number}]", problems))
        outcomes = tuple(_outcomes(file, _Reading(definitions, known, file.label), points, problems))
        covariates = []
        for one in file.covariates:
            where = f"{file.label}, covariates.{one.id}"
            criterion = _parsed(one.criteria, known, where, problems) if one.criteria is not None else None
            covariates.append(Covariate(one.id, one.of, criterion, one.activity))
        if problems:
            raise PlanError.of(problems)
        held = [one for one in criteria if one is not None]
        rule = All((held[0], *(Not(one) for one in held[1:]))) if len(held) > 1 else held[0]
        return cls(file, rule, outcomes, tuple(covariates))

    @property
    def id(self) -> str:
        """The id of the plan."""
        return self.file.id

    @property
    def primary(self) -> PlannedOutcome:
        """The outcome the study stands or falls with."""
        return next(one for one in self.outcomes if one.role == "primary")

    @property
    def prognostic(self) -> frozenset[str]:
        """Covariates that are held to a stricter limit."""
        return frozenset(one.id for one in self.file.covariates if one.is_prognostic)

    @property
    def content(self) -> dict[str, Any]:
        """Everything that decides the answer, with cohorts and measures written out."""
        return {
            **self.file.content,
            WRITTEN_OUT: self.rule.plain(),
            COUNTED: {one.id: one.amount.plain() for one in self.outcomes},
        }

    @staticmethod
    def as_written(content: Mapping[str, Any]) -> dict[str, Any]:
        """A plan's file from its content, to be read again: of a lock, for example."""
        return {name: value for name, value in content.items() if name not in (WRITTEN_OUT, COUNTED)}

    @property
    def sha256(self) -> str:
        """Of the content: any change of it, of its cohort or of its measures is another plan."""
        return checksum_of(self.content)

    def lock(self, offers: Sequence[Offer], *, build: str, by: str, at: datetime | None = None) -> PlanLock:
        """The lock to be kept in the register."""
        return PlanLock(
            self.id, self.sha256, self.content, checksum_of_offers(offers), len(offers), build, by,
            at or datetime.now(UTC),
        )  # fmt: skip


@dataclass(frozen=True)
class _Reading:
    """What the outcomes of a plan are read with."""

    definitions: Definitions
    known: Known
    label: str


def checksum_of_offers(offers: Sequence[Offer]) -> str:
    """Who was offered it and when, as one number."""
    listed = sorted((one.person_id, one.offered_on.isoformat()) for one in offers)
    return checksum_of({"offers": listed})


def _file(what: What, definitions: Definitions) -> EvaluationFile:
    names = definitions.contents.names
    if isinstance(what, Mapping):
        return read_plan(what, names)
    if isinstance(what, Path) or what.endswith((".yaml", ".yml")):
        return read_plan_file(Path(what), names)
    held = definitions.contents.evaluations
    wanted = what.removeprefix("evaluations/")
    if wanted in held:
        return held[wanted]
    near = nearest(wanted, held)
    raise PlanError(
        f"plan '{what[:60]}'",
        "there is no such plan.",
        f"Plans: {', '.join(sorted(held)) or 'none'}; or the path of a YAML file.",
        f"did you mean '{near}'?" if near else "",
    )


def _parsed(data: Any, known: Known, where: str, problems: list[Problem]) -> Criterion | None:
    try:
        return parse(data, known, where)
    except DefinitionError as error:
        problems.extend(error.problems)
        return None


def _outcomes(
    file: EvaluationFile, read: _Reading, points: Mapping[str, str], problems: list[Problem]
) -> Iterator[PlannedOutcome]:
    for one in file.outcomes:
        amount = _measured(one, read, points, problems) if one.word == "measure" else _named(one, points)
        kind: Kind = "cost" if amount.word == "cost" else "count"
        yield PlannedOutcome(one.id, one.title, cast("Role", one.role), kind, amount)


def _named(one: OutcomeFile, points: Mapping[str, str]) -> Amount:
    of = _priced(one.of, points) if one.word == "cost" else tuple(one.of)
    return Amount(one.id, cast("Word", one.word), of)


def _priced(of: Sequence[str], points: Mapping[str, str]) -> tuple[str, ...]:
    """Points of delivery of categories; `total` is every one that has a price."""
    return tuple(
        point
        for point, category in points.items()
        if point in of or category in of or (TOTAL in of and category != UNPRICED)
    )


def _measured(one: OutcomeFile, read: _Reading, points: Mapping[str, str], problems: list[Problem]) -> Amount:
    """What a measure's numerator counts, as something that happens in the months of a person."""
    where = f"{read.label}, outcomes.{one.id}"
    held = read.definitions.contents.measures
    id_ = (one.of[0] if one.of else "").removeprefix("measures/")
    if id_ not in held:
        near = nearest(id_, held)
        problems.append(
            Problem(where, f"there is no measure '{id_}'", remedy=f"did you mean '{near}'?" if near else "")
        )
        return Amount(one.id, "activity")
    part, feeds = held[id_].numerator, held[id_].feeds
    match part.word if part is not None else "":
        case "activity" | "cost" as word if part is not None:
            of = _priced(part.of, points) if word == "cost" else tuple(part.of)
            return Amount(one.id, word, of)
        case "bed_days":
            pods = read.definitions.contents.costs.points_of_delivery
            return Amount(one.id, "bed_days", tuple(pod.id for pod in pods if pod.counts_bed_days))
        case "contacts":
            pods = read.definitions.contents.costs.points_of_delivery
            return Amount(one.id, "activity", tuple(pod.id for pod in pods if pod.is_gp_contact))
        case "events" if part is not None:
            tests = tuple(thaw(test) for test in part.where)
            if part.people_with is None:
                return Amount(one.id, "events", (part.of,), tests, part.sum or "", feeds=feeds)
            within = part.within_months or held[id_].window_months
            return Amount(
                one.id, "people", (part.of,), tests, feeds=feeds,
                at_least=part.people_with, within_months=within,
            )  # fmt: skip
        case "people" if part is not None and part.of != EVERYONE:
            criterion = _parsed(thaw(part.of), read.known, where, problems)
            return Amount(one.id, "people", criterion=criterion, feeds=feeds)
    problems.append(
        Problem(
            where,
            f"measure '{id_}' {_WHY_NOT.get(part.word if part is not None else '', _NOTHING)}",
            "A study adds up what happens to a person month by month: activity, pounds, nights, contacts, "
            "events, or the months in which a criterion holds.",
            "name a measure of one of these, or points of delivery with activity:, cost: or bed_days:",
        )
    )
    return Amount(one.id, "activity")


_NOTHING = "has no numerator: its data are in no extract"
_WHY_NOT = {
    "attribute": "is the mean of a value on a date, which does not add up over months",
    "person_years": "counts time, which is what a study divides by",
    "people": "counts everybody",
}
