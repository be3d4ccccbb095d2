"""A plain table as a panel: for data that is not in a build, and for whoever wants to check us.

Two forms, told apart by their columns:

    a person and months   start_month (empty: never offered), counts named <outcome>_m<number> with months
                          from 0, and, if known, exit_month (empty: stayed), died, area, and control (0/1:
                          lives where nobody is offered it; without it everybody not yet treated is one)
    a person and outcome  treated (0/1) and the outcome; months (followed), if not the same for everybody

Every other column is a covariate, and must be numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from openphm.core.errors import PlanError, Problem, nearest
from openphm.evaluation.outcome import Flags, Floats, Ints, Outcome
from openphm.evaluation.panel import Panel
from openphm.evaluation.person_months import NEVER, People, RiskSet, Rule, check_people, risk_set

MONTHLY = re.compile(r"^(?P<outcome>.+)_m(?P<month>\d+)$")
ROLES = ("start_month", "exit_month", "died", "control", "area", "treated", "months", "person_id")
Columns = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Layout:
    """Which outcome decides, and which are negative controls or costs.

    primary  may be left out when there is one outcome. rule: for the form with months.
    """

    primary: str = ""
    negative_controls: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    rule: Rule = field(default_factory=Rule)


def panel_of_table(columns: Columns, layout: Layout | None = None) -> RiskSet:
    """The panel of either form. Raises PlanError with every problem of the table."""
    plan = layout or Layout()
    sizes = {len(held) for held in columns.values()}
    if len(sizes) > 1:
        raise PlanError("table", "columns differ in length", "every row has every column")
    if not sizes or sizes == {0}:
        raise PlanError("table", "there are no rows", "one row a person")
    if "start_month" in columns:
        return _with_months(columns, plan)
    if "treated" in columns:
        return RiskSet(_with_outcome(columns, plan), 0, 0)
    raise PlanError(
        "table",
        f"the columns are {', '.join(list(columns)[:8])}",
        "A table has 'start_month' and monthly counts, or 'treated' and an outcome.",
        "name the column that says who was offered the service",
    )


def _with_months(columns: Columns, plan: Layout) -> RiskSet:
    problems: list[Problem] = []
    counts = _monthly(columns, problems)
    primary = _primary(tuple(counts), plan, problems)
    number = len(columns["start_month"])
    names = tuple(name for name in columns if name not in ROLES and not MONTHLY.match(name))
    covariates = _matrix(columns, names, problems)
    start = _months(columns["start_month"], "start_month", NEVER, problems)
    months = max((held.shape[1] for held in counts.values()), default=0)
    left = _months(columns.get("exit_month", [None] * number), "exit_month", months, problems)
    flags = {name: _flags(columns, name, number, problems) for name in ("died", "control")}
    problems.extend(_unknown(plan, tuple(counts)))
    if problems:
        raise PlanError.of(problems)
    areas, area = np.unique([str(one) for one in columns.get("area", [""] * number)], return_inverse=True)
    people = People(
        start=start,
        exit=left,
        died=flags["died"],
        control=flags["control"],
        covariates=covariates,
        covariate_names=names,
        counts=counts,
        primary=primary,
        roles=dict.fromkeys(plan.negative_controls, "negative_control"),
        kinds=dict.fromkeys(plan.costs, "cost"),
        area=area.astype(np.int64) if "area" in columns else None,
        area_names=tuple(str(one) for one in areas) if "area" in columns else (),
    )
    check_people(people)
    return risk_set(people, replace(plan.rule, anywhere=plan.rule.anywhere or "control" not in columns))


def _with_outcome(columns: Columns, plan: Layout) -> Panel:
    problems: list[Problem] = []
    number = len(columns["treated"])
    others = [name for name in columns if name not in ROLES]
    primary = plan.primary or ("outcome" if "outcome" in others else "")
    named = [primary, *plan.negative_controls, *(one for one in plan.costs if one != primary)]
    if not primary:
        problems.append(
            Problem("table", "no column is named as the outcome", remedy="call it 'outcome', or name it")
        )
    problems.extend(_unknown(plan, tuple(others)))
    names = tuple(name for name in others if name not in named)
    covariates = _matrix(columns, names, problems)
    treated = _flags(columns, "treated", number, problems)
    months = _numbers(columns.get("months", [12.0] * number), "months", problems)
    amounts = {name: _numbers(columns[name], name, problems) for name in named if name in columns}
    if problems:
        raise PlanError.of(problems)
    nothing = np.zeros((number, 0))
    return Panel(
        treated=treated,
        index_month=np.zeros(number, dtype=np.int64),
        person=np.arange(number),
        exposure=months,
        follow_up=float(months.max()),
        covariates=covariates,
        covariate_names=names,
        outcomes=tuple(
            Outcome(
                name,
                nothing,
                held.reshape(-1, 1),
                kind="cost" if name in plan.costs else "count",
                role="primary"
                if name == primary
                else "negative_control"
                if name in plan.negative_controls
                else "secondary",
            )
            for name, held in amounts.items()
        ),
    )


def _monthly(columns: Columns, problems: list[Problem]) -> dict[str, Floats]:
    """Counts by outcome, (people, months); each outcome has every month from 0 once."""
    found: dict[str, dict[int, str]] = {}
    for name in columns:
        if match := MONTHLY.match(name):
            found.setdefault(match["outcome"], {})[int(match["month"])] = name
    if not found:
        problems.append(
            Problem("table", "there are no monthly counts", "columns such as ed_m0, ed_m1, ed_m2 …")
        )
    counts = {}
    for outcome, months in found.items():
        if sorted(months) != list(range(len(months))):
            gap = next(one for one in range(len(months)) if one not in months)
            problems.append(
                Problem(
                    f"table.{outcome}",
                    f"month {gap} is missing",
                    "A month without data is not a month without visits: months run from 0 without a gap.",
                    "bring the month, or leave the outcome out",
                )
            )
        columns_ = [_numbers(columns[months[one]], months[one], problems) for one in sorted(months)]
        counts[outcome] = np.column_stack(columns_)
    if len({held.shape[1] for held in counts.values()}) > 1:
        problems.append(Problem("table", "outcomes differ in their months", "the same months for all"))
    return counts


def _primary(names: tuple[str, ...], plan: Layout, problems: list[Problem]) -> str:
    if plan.primary:
        return plan.primary
    rest = [name for name in names if name not in plan.negative_controls]
    if len(rest) == 1:
        return rest[0]
    if names:
        problems.append(
            Problem(
                "primary", f"outcomes are {', '.join(names)}", "One outcome decides.", "name it as primary"
            )
        )
    return ""


def _unknown(plan: Layout, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in (plan.primary, *plan.negative_controls, *plan.costs):
        if name and name not in names:
            like = nearest(name, names)
            yield Problem(
                "table", f"there is no outcome '{name}'", remedy=f"did you mean '{like}'?" if like else ""
            )


def _matrix(columns: Columns, names: tuple[str, ...], problems: list[Problem]) -> Floats:
    held = [_numbers(columns[name], name, problems) for name in names]
    return np.column_stack(held) if held else np.zeros((len(next(iter(columns.values()))), 0))


def _numbers(held: Sequence[Any], name: str, problems: list[Problem]) -> Floats:
    """A column of numbers; text and gaps are problems, told by their number and never by their value."""
    found = np.array([_number(one) for one in held])
    bad = int(np.isnan(found).sum())
    if bad:
        problems.append(
            Problem(
                f"table.{name}",
                f"{bad} rows are empty or not numbers",
                "Every row has a number.",
                "code words as 0/1 columns; fill gaps with a fixed value and add a column that says so",
            )
        )
    return found


def _number(one: Any) -> float:
    try:
        return float(one)
    except (TypeError, ValueError):
        return float("nan")


def _months(held: Sequence[Any], name: str, empty: int, problems: list[Problem]) -> Ints:
    found = np.array([float(empty) if _is_empty(one) else _number(one) for one in held])
    wrong = int((np.isnan(found) | (found != np.floor(found)) | (found < 0)).sum())
    if wrong:
        problems.append(Problem(f"table.{name}", f"{wrong} rows are not month numbers", "0, 1, 2 … or empty"))
    months: Ints = np.nan_to_num(found, nan=0.0).astype(np.int64)
    return months


def _is_empty(one: Any) -> bool:
    return one is None or one == "" or (isinstance(one, float) and np.isnan(one))


def _flags(columns: Columns, name: str, number: int, problems: list[Problem]) -> Flags:
    if name not in columns:
        return np.zeros(number, dtype=bool)
    found = _numbers(columns[name], name, problems)
    if not np.isin(found[~np.isnan(found)], (0.0, 1.0)).all():
        problems.append(Problem(f"table.{name}", "a value is neither 0 nor 1", "0 or 1"))
    said: Flags = found == 1
    return said
