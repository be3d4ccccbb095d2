"""Person-months: from one row a person, with a count for each month, to the panel of the risk sets.

For each month in which somebody was offered the service: the people followed in that month who met the rule
by what happened *before* it. Those offered the service in that month are treated; the others, if they live in
the control geography and have not been offered it yet, are controls. Follow-up runs to the planned end, the
end of the data, the person's exit, or a control's own offer. This is for data that is not in a build; from a
build, `openphm.population` makes the same panel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from openphm.core.errors import PlanError, Problem
from openphm.evaluation.outcome import End, Flags, Floats, Ints, Kind, Outcome, Role
from openphm.evaluation.panel import Panel

NEVER = 1_000_000


@dataclass(frozen=True)
class Rule:
    """Who could be chosen, and for how long they are followed. All numbers are months but `at_least`.

    at_least, within  the primary outcome was counted at least so often in the months before; 0 lets all in
    look_back         months known before every index date; balance uses 24 when there are 24
    follow_up         months from the index date
    anywhere          not yet treated people of every place are controls, not only of the control geography
    """

    at_least: float = 0
    within: int = 12
    look_back: int = 24
    follow_up: int = 12
    anywhere: bool = False


@dataclass(frozen=True, eq=False)
class People:
    """One row a person, one column a month (numbered from 0).

    start     (people,) month of the offer, `NEVER` for none
    exit      (people,) first month not followed; the number of months for whoever stayed
    died      (people,) bool: the exit was a death
    control   (people,) bool: lives in the control geography
    covariates (people, names), all known before the first index month
    counts    name to (people, months); `primary` names the first
    roles, kinds  of the outcomes by name, where not secondary and count
    """

    start: Ints
    exit: Ints
    died: Flags
    control: Flags
    covariates: Floats
    covariate_names: tuple[str, ...]
    counts: Mapping[str, Floats]
    primary: str
    roles: Mapping[str, Role]
    kinds: Mapping[str, Kind]
    area: Ints | None = None
    area_names: tuple[str, ...] = ()
    excluded: Flags | None = None
    prognostic: frozenset[str] = frozenset()

    @property
    def months(self) -> int:
        """Months of data."""
        return int(self.counts[self.primary].shape[1])


@dataclass(frozen=True, eq=False)
class RiskSet:
    """The panel, and how many offered people are not in it: they did not meet the rule, or fall outside."""

    panel: Panel
    not_eligible: int
    outside_data: int


def risk_set(people: People, rule: Rule) -> RiskSet:
    """The panel of every index month. Raises PlanError when nobody could be evaluated."""
    starts = people.start[people.start < NEVER]
    first, last = max(rule.look_back, rule.within), people.months
    inside = (starts >= first) & (starts < last)
    _refuse_nobody(starts, inside, first=first, last=last)
    counts = people.counts[people.primary]
    # Whoever never has so many in all months together meets the rule in none of them.
    possible = np.flatnonzero(counts.sum(axis=1) >= rule.at_least)
    running = _running(counts[possible])
    parts = [_at(people, rule, possible, running=running, month=int(m)) for m in np.unique(starts[inside])]
    rows, months, was = (np.concatenate(part) for part in zip(*parts, strict=True))
    treated = people.start[rows] == months
    panel = _panel(people, rule, rows, months=months, treated=treated, was=was)
    return RiskSet(panel, int(inside.sum() - treated.sum()), int((~inside).sum()))


def _refuse_nobody(starts: Ints, inside: Flags, *, first: int, last: int) -> None:
    if inside.any():
        return
    found = "nobody has a start month"
    if len(starts):
        found = (
            f"all {len(starts)} start months fall before month {first} or after the data (month {last - 1})"
        )
    raise PlanError(
        "start month",
        found,
        f"A start needs {first} months of look-back before it, and at least one month of data from it on.",
        "shorten the look-back, or bring earlier months",
    )


def _running(counts: Floats) -> Floats:
    """Sums up to, and without, each month: (people, months + 1)."""
    return np.concatenate([np.zeros((len(counts), 1)), np.cumsum(counts, axis=1, dtype=np.float64)], axis=1)


def _meets(rule: Rule, running: Floats, month: int) -> Flags:
    if rule.at_least <= 0:
        return np.ones(len(running), dtype=bool)
    if month < rule.within:
        return np.zeros(len(running), dtype=bool)
    met: Flags = running[:, month] - running[:, month - rule.within] >= rule.at_least
    return met


def _at(
    people: People, rule: Rule, possible: Ints, *, running: Floats, month: int
) -> tuple[Ints, Ints, Flags]:
    """Rows of the people who meet the rule in a month, the month, and whether they did 12 months before."""
    start = people.start[possible]
    eligible = _meets(rule, running, month) & (people.exit[possible] > month)
    if people.excluded is not None:
        eligible &= ~people.excluded[possible]
    eligible &= (start == month) | ((people.control[possible] | rule.anywhere) & (start > month))
    rows = possible[eligible]
    return rows, np.full(len(rows), month), _meets(rule, running[eligible], month - 12)


def _panel(people: People, rule: Rule, rows: Ints, *, months: Ints, treated: Flags, was: Flags) -> Panel:
    own = np.where(treated, NEVER, people.start[rows])
    planned = np.minimum(months + rule.follow_up, people.months)
    stop = np.minimum(np.minimum(planned, people.exit[rows]), own)
    ended = np.full(len(rows), int(End.COMPLETE))
    gone = people.exit[rows] < planned
    ended[gone] = np.where(people.died[rows[gone]], int(End.DIED), int(End.LEFT))
    ended[own < np.minimum(planned, people.exit[rows])] = int(End.TREATED)
    outcomes = tuple(_outcome(people, name, rule, rows, months=months, stop=stop) for name in people.counts)
    return Panel(
        treated=treated,
        index_month=months,
        person=rows,
        exposure=(stop - months).astype(np.float64),
        follow_up=float(rule.follow_up),
        covariates=people.covariates[rows],
        covariate_names=people.covariate_names,
        outcomes=outcomes,
        prognostic=people.prognostic,
        area=None if people.area is None else people.area[rows],
        area_names=people.area_names,
        ended_by=ended,
        was_eligible=was,
    )


def _outcome(people: People, name: str, rule: Rule, rows: Ints, *, months: Ints, stop: Ints) -> Outcome:
    counts = people.counts[name]
    back = months[:, np.newaxis] + np.arange(-rule.look_back, 0)
    on = months[:, np.newaxis] + np.arange(rule.follow_up)
    after = counts[rows[:, np.newaxis], np.minimum(on, people.months - 1)]
    role: Role = "primary" if name == people.primary else people.roles.get(name, "secondary")
    return Outcome(
        name,
        before=counts[rows[:, np.newaxis], back],
        after=np.where(on < stop[:, np.newaxis], after, 0),
        kind=people.kinds.get(name, "count"),
        role=role,
    )


def check_people(people: People) -> None:
    """Raise PlanError for lengths that differ and months that make no sense."""
    problems = [
        Problem(f"counts.{name}", f"its shape is {held.shape}", f"people by months: {wanted}")
        for wanted in [(len(people.start), people.months)]
        for name, held in people.counts.items()
        if held.shape != wanted
    ]
    if (people.exit < 0).any() or (people.exit > people.months).any():
        problems.append(
            Problem("exit month", "a month outside the data", f"0 to {people.months} (stayed to the end)")
        )
    if problems:
        raise PlanError.of(problems)
