"""Panels: the risk sets of a service with what came before and what followed, as arrays.

    rows = panel(population, PanelQuestion(...))        # rows.treated, rows.before["ed_attendances"] ...

Everything in `before` and `covariates` is dated before the index date of its row; everything in `after` on
it or later, up to the end of the row's person-time. All of it is asked of the people of the scope.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from openphm.core.errors import PlanError
from openphm.population.asking import Asking
from openphm.population.panel_amounts import Amount, monthly_amounts
from openphm.population.panel_covariates import Covariate, covariates, was_eligible
from openphm.population.person_time import TIMED, keep_person_time, person_time
from openphm.population.risk_set import (
    ROWS,
    Funnel,
    RiskSetQuestion,
    check_controls,
    keep_risk_set,
)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PanelQuestion:
    """What a panel is made of.

    last  the last day of follow-up that may be opened; the build's own when not given
    """

    people: RiskSetQuestion
    follow_up: int
    amounts: tuple[Amount, ...]
    covariates: tuple[Covariate, ...] = ()
    last: date | None = None


@dataclass(frozen=True, eq=False)
class PanelRows:
    """Arrays with one entry a row (a person at an index date).

    before, after  by name of the amount: (rows, months), oldest month first
    is_cut         the data end before the planned end of follow-up
    """

    funnel: Funnel
    treated: NDArray[np.bool_]
    engaged: NDArray[np.bool_]
    person: NDArray[np.int64]
    index_month: NDArray[np.int64]
    area: NDArray[np.int64]
    area_names: tuple[str, ...]
    months: NDArray[np.float64]
    ended_by: NDArray[np.int64]
    is_cut: NDArray[np.bool_]
    covariate_names: tuple[str, ...]
    covariates: NDArray[np.float64]
    was_eligible: NDArray[np.bool_]
    before: dict[str, Floats]
    after: dict[str, Floats]
    follow_up: int


def panel(population: Asking, question: PanelQuestion) -> PanelRows:
    """The panel of a study. Raises PlanError when it cannot be made: dates, places, nobody to compare."""
    check_controls(population, question.people.controls)
    funnel = keep_risk_set(population, question.people)
    keep_person_time(population, question.follow_up, last=question.last)
    _keep_followed(population)
    rows = population.ask_kept(
        f"""SELECT person_key, is_treated, is_engaged, pcn_code,
            CAST(year(index_date) * 12 + month(index_date) AS INTEGER) AS index_month
        FROM {ROWS} ORDER BY row_id"""
    )
    treated = rows["is_treated"].to_numpy().astype(np.bool_)
    _refuse_nobody(funnel, treated)
    area_names, area = _areas(rows["pcn_code"].to_pylist())
    time = person_time(population, question.follow_up)
    names, known = covariates(population, question.covariates)
    before, after = monthly_amounts(
        population, question.amounts, rows=len(rows),
        look_back=question.people.look_back, follow_up=question.follow_up,
    )  # fmt: skip
    return PanelRows(
        funnel=funnel,
        treated=treated,
        engaged=rows["is_engaged"].to_numpy().astype(np.bool_),
        person=rows["person_key"].to_numpy().astype(np.int64),
        index_month=rows["index_month"].to_numpy().astype(np.int64),
        area=area,
        area_names=area_names,
        months=time.months,
        ended_by=time.ended_by,
        is_cut=time.is_cut,
        covariate_names=names,
        covariates=known,
        was_eligible=was_eligible(population, question.people.rule),
        before=before,
        after=after,
        follow_up=question.follow_up,
    )


def _keep_followed(population: Asking) -> None:
    """Rows that are followed at all, numbered anew from 0 in both kept tables."""
    population.keep_more(
        "risk_number",
        f"SELECT row_id, CAST(ROW_NUMBER() OVER (ORDER BY row_id) - 1 AS INTEGER) AS number FROM {TIMED}",
    )
    for name, table in (("risk_set", ROWS), ("risk_time", TIMED)):
        population.keep_more(
            name,
            f"SELECT n.number AS row_id, t.* EXCLUDE (row_id) FROM {table} AS t "
            "JOIN memory.main.risk_number AS n ON n.row_id = t.row_id",
        )


def _areas(codes: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    named, place = np.unique(np.array([code or "none" for code in codes], dtype=str), return_inverse=True)
    return tuple(str(one) for one in named), place.reshape(-1).astype(np.int64)


def _refuse_nobody(funnel: Funnel, treated: NDArray[np.bool_]) -> None:
    if not treated.any():
        raise PlanError(
            "eligibility",
            f"none of the {funnel.offered} people offered the service met the rule on the day before",
            "Treated people and controls meet the same rule on their index date.",
            "compare the rule with how people were chosen; `openphm evaluate plan` shows each step",
        )
    if treated.all():
        raise PlanError(
            "control_geography",
            "there is no eligible control",
            "A control met the same rule in the same month, in the control geography, without an offer.",
            "widen the control geography, or allow `anywhere`: people of the same place not yet offered it",
        )
