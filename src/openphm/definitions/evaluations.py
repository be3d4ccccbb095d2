"""Evaluations as definitions: the plan of a study, written before its follow-up is opened.

Who may be evaluated (a criterion), when each person was offered the service, where controls may live, what
is counted before and after, and what the programme cost. A plan holds no dates of people and no results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openphm.core.errors import PlanError
from openphm.core.records import checksum_of
from openphm.definitions.definition import Definition
from openphm.definitions.entry import Entry
from openphm.definitions.evaluation_parts import (
    CONTROL_WORDS,
    CovariateFile,
    OutcomeFile,
    ProgrammeCost,
    read_cost,
    read_covariates,
    read_outcomes,
)
from openphm.definitions.frozen import thaw
from openphm.definitions.header import HEADER_KEYS
from openphm.definitions.names import Names, check_criteria
from openphm.definitions.own_file import read_own_file
from openphm.definitions.problems import Problems

LOOK_BACK, FOLLOW_UP = 24, 12
SHORTEST_LOOK_BACK, MOST_MONTHS = 12, 60


@dataclass(frozen=True)
class EvaluationFile:
    """A study plan as it is written.

    eligibility       the criterion that controls meet on the same date as the people offered the service
    exclusions        criteria of people who are left out, on either side
    enrolments        the intervention whose recorded offers are the index dates; empty when a file has them
    index_file        a CSV of person_id, offered_date and, optionally, engaged_date
    control_places    `elsewhere` (networks where nobody was offered it), `anywhere` (also people not yet
                      offered it), or codes of networks or practices
    look_back_months  history that is needed before an index date
    planning_effect   the change that was hoped for, as a share: -0.2 is a fall of 20%; None when not said
    """

    id: str
    version: str
    title: str
    eligibility: Any
    exclusions: tuple[Any, ...]
    enrolments: str
    index_file: str
    control_places: tuple[str, ...]
    look_back_months: int
    follow_up_months: int
    outcomes: tuple[OutcomeFile, ...]
    covariates: tuple[CovariateFile, ...]
    cost: ProgrammeCost | None
    planning_effect: float | None
    content: Mapping[str, Any]
    label: str = "plan"
    folder: Path | None = None

    @property
    def sha256(self) -> str:
        """Of what the plan says, whatever the order of its lines or its comments."""
        return checksum_of(self.content)


def read_evaluations(
    definitions: Iterable[Definition], names: Names, problems: Problems
) -> dict[str, EvaluationFile]:
    """All plans by id without folder; notes every problem."""
    return {
        one.name: _read(thaw(one.body), one.label, problems, names=names, folder=one.path.parent)
        for one in definitions
    }


def read_plan_file(path: Path, names: Names) -> EvaluationFile:
    """One plan from a YAML file of the user. Raises PlanError with every problem."""
    problems = Problems()
    file = read_own_file(path, problems, thing="plan", header="source")
    if file is not None:
        found = _read(file.body, file.label, problems, names=names, folder=path.parent)
    if file is None or len(problems):
        raise PlanError.of(problems)
    return found


def read_plan(body: Mapping[str, Any], names: Names, label: str = "plan") -> EvaluationFile:
    """One plan from plain data. Raises PlanError with every problem."""
    problems = Problems()
    found = _read(thaw(body), label, problems, names=names)
    if len(problems):
        raise PlanError.of(problems)
    return found


def _read(
    body: Any, label: str, problems: Problems, *, names: Names, folder: Path | None = None
) -> EvaluationFile:
    entry = Entry(body, label, problems)
    entry.allow(*HEADER_KEYS, "note", "based_on", "parameters")
    eligibility = entry.raw("eligibility")
    if not isinstance(eligibility, dict):
        entry.problems.add(
            entry.at("eligibility"),
            "nothing stands here." if eligibility is None else "this is no criterion.",
            allowed="a criterion, such as {cohort: high_intensity_use}",
        )
    exclusions = entry.raw("exclusions") or []
    check_criteria(eligibility, entry.at("eligibility"), names, entry.problems)
    check_criteria(exclusions, entry.at("exclusions"), names, entry.problems)
    enrolments, file = _index(entry)
    found = EvaluationFile(
        id=entry.text("id", "evaluations/unnamed"),
        version=entry.text("version", ""),
        title=entry.text("title", "") or entry.text("id", "evaluation"),
        eligibility=eligibility,
        exclusions=tuple(exclusions if isinstance(exclusions, list) else [exclusions]),
        enrolments=enrolments,
        index_file=file,
        control_places=_controls(entry),
        look_back_months=_months(entry, "look_back_months", LOOK_BACK, SHORTEST_LOOK_BACK),
        follow_up_months=_months(entry, "follow_up_months", FOLLOW_UP, 1),
        outcomes=read_outcomes(entry, names),
        covariates=read_covariates(entry, names),
        cost=read_cost(entry),
        planning_effect=_effect(entry),
        content=_content(body),
        label=entry.where,
        folder=folder,
    )
    entry.done()
    return found


def _content(body: Any) -> dict[str, Any]:
    """Everything that decides what the study answers: the header's dates and owner do not."""
    apart: Collection[str] = {*HEADER_KEYS, "note"} - {"id"}
    return {name: value for name, value in dict(body).items() if name not in apart}


def _index(entry: Entry) -> tuple[str, str]:
    dates = entry.entry("index_dates")
    if dates is None:
        entry.problems.add(
            entry.at("index_dates"),
            "nothing stands here.",
            allowed="`enrolments:` with the id of an intervention, or `file:` with a CSV",
        )
        return "", ""
    enrolments, file = dates.text("enrolments", ""), dates.text("file", "")
    if bool(enrolments) == bool(file):
        entry.problems.add(
            entry.at("index_dates"),
            "it names both, or neither, of `enrolments` and `file`.",
            allowed="one of them: everybody offered the service, whether they took it up or not",
        )
    dates.done()
    return enrolments, file


def _controls(entry: Entry) -> tuple[str, ...]:
    places = entry.texts("control_geography") or (CONTROL_WORDS[0],)
    wrong = [one for one in places if one in CONTROL_WORDS] if len(places) > 1 else []
    for one in wrong:
        entry.problems.add(
            entry.at("control_geography"),
            f"'{one}' stands beside codes.",
            allowed=f"{' or '.join(CONTROL_WORDS)}, or a list of codes of networks or practices",
        )
    return places


def _months(entry: Entry, key: str, default: int, least: int) -> int:
    value = entry.integer(key, default, minimum=least)
    if isinstance(value, int) and value > MOST_MONTHS:
        entry.problems.add(entry.at(key), f"it is {value}.", allowed=f"months, {least} to {MOST_MONTHS}")
    return value if isinstance(value, int) else default


def _effect(entry: Entry) -> float | None:
    value: float | None = entry.number("planning_effect", None)
    if value is not None and not -1 < value < 1:
        entry.problems.add(
            entry.at("planning_effect"),
            f"it is {value:g}.",
            allowed="a change as a share, above -1 and below 1: -0.2 is a fall of 20%",
        )
    return value
