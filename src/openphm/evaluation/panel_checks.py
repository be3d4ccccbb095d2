"""What a panel must be, said all at once: shapes, gaps, doubles, groups, follow-up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openphm.core.errors import PlanError, Problem, nearest
from openphm.evaluation.outcome import Rows


def refuse_what_is_wrong(panel: Rows) -> None:
    """Raise PlanError with every problem of the panel. Shapes first: nothing else is true without them."""
    for checks in (_shapes, _contents):
        problems = list(checks(panel))
        if problems:
            raise PlanError.of(problems)


def unknown_outcome(name: str, known: tuple[str, ...]) -> PlanError:
    """The error for an outcome that the panel does not hold."""
    like = nearest(name, known)
    return PlanError(
        "outcome",
        f"there is no outcome '{name}'" + (f"; did you mean '{like}'?" if like else ""),
        f"This panel holds: {', '.join(known)}.",
        "name one of these, or add the outcome to the plan",
    )


def _shapes(panel: Rows) -> Iterator[Problem]:
    rows = len(panel.treated)
    each = "Every array has one entry for each row of the panel."
    for name in ("index_month", "person", "exposure", "area", "ended_by", "was_eligible"):
        given = getattr(panel, name)
        if given is not None and given.shape != (rows,):
            yield Problem(f"panel.{name}", f"its shape is {given.shape}; there are {rows} rows", each)
    wanted = (rows, len(panel.covariate_names))
    if panel.covariates.shape != wanted:
        yield Problem(
            "panel.covariates", f"its shape is {panel.covariates.shape}", f"rows by names is {wanted}"
        )
    if len(set(panel.covariate_names)) != len(panel.covariate_names):
        yield Problem("panel.covariate_names", "a name stands twice", remedy="give each covariate one name")
    for stray in sorted(panel.prognostic - set(panel.covariate_names)):
        yield Problem(
            "panel.prognostic",
            f"'{stray}' is not a covariate",
            remedy=f"did you mean '{nearest(stray, panel.covariate_names)}'?",
        )
    if panel.period_months not in (1, 3):
        yield Problem("panel.period_months", f"it is {panel.period_months}", "months (1) or quarters (3)")
    yield from _outcome_shapes(panel, rows)


def _outcome_shapes(panel: Rows, rows: int) -> Iterator[Problem]:
    names = [one.name for one in panel.outcomes]
    primary = [one.name for one in panel.outcomes if one.role == "primary"]
    if len(primary) != 1:
        yield Problem(
            "panel.outcomes",
            f"{len(primary)} outcomes are primary",
            "One outcome decides; choosing it afterwards would be choosing the result.",
            "mark exactly one outcome as primary",
        )
    if len(set(names)) != len(names):
        yield Problem("panel.outcomes", "a name stands twice", remedy="give each outcome one name")
    for one in panel.outcomes:
        for part in ("before", "after"):
            if len(getattr(one, part)) != rows:
                yield Problem(
                    f"panel.outcomes.{one.name}.{part}", f"{len(getattr(one, part))} rows", f"{rows} rows"
                )
        if one.after.shape[1] == 0:
            yield Problem(
                f"panel.outcomes.{one.name}.after", "no periods", "at least one period of follow-up"
            )


def _contents(panel: Rows) -> Iterator[Problem]:
    yield from _groups(panel)
    yield from _follow_up(panel)
    gaps = ~np.isfinite(panel.covariates)
    for column in np.flatnonzero(gaps.any(axis=0)):
        yield Problem(
            f"panel.covariates.{panel.covariate_names[column]}",
            f"{int(gaps[:, column].sum())} rows have no value",
            "A gap is not a number: dropping these people would choose whom we evaluate.",
            "fill it with a fixed value and add a flag column that says it was missing",
        )
    for one in panel.outcomes:
        for part in ("before", "after"):
            held = getattr(one, part)
            if not np.isfinite(held).all():
                yield Problem(
                    f"panel.outcomes.{one.name}.{part}",
                    "an amount is missing",
                    "A gap in a feed is not a zero.",
                    "leave out the months or people that the feed does not cover",
                )
            elif (held < 0).any():
                yield Problem(f"panel.outcomes.{one.name}.{part}", "an amount is below zero", "0 or more")


def _groups(panel: Rows) -> Iterator[Problem]:
    if not panel.treated.any():
        yield Problem(
            "panel.treated",
            "nobody was offered the service",
            "At least one person has an index date and met the rule on it.",
            "compare the enrolments with the eligibility rule: `openphm evaluate plan` shows both",
        )
        return
    if panel.treated.all():
        yield Problem(
            "panel.treated",
            "there is no eligible control",
            "A control met the same rule in the same month, in the control geography, without an offer.",
            "widen the control geography, or allow people of the same place who were offered it later",
        )
        return
    months = np.unique(panel.index_month[panel.treated])
    alone = ~np.isin(months, panel.index_month[~panel.treated])
    if alone.any():
        yield Problem(
            "panel.index_month",
            f"{int(alone.sum())} of {len(months)} index months have treated people and no eligible control",
            "Each treated person is compared with people who met the rule in the same month.",
            "widen the control geography, or leave these months out and say so",
        )
    yield from _doubles(panel)


def _doubles(panel: Rows) -> Iterator[Problem]:
    in_use = panel.person[panel.treated]
    if len(np.unique(in_use)) != len(in_use):
        yield Problem(
            "panel.person",
            "a person was offered the service in two rows",
            "A person has one index date: the first offer.",
            "keep the first",
        )
    span = int(np.ptp(panel.index_month)) + 1
    rows = np.unique(panel.person * span + panel.index_month - panel.index_month.min())
    if len(rows) != len(panel.treated):
        yield Problem(
            "panel.person",
            f"{len(panel.treated) - len(rows)} rows repeat a person in an index month",
            "A person stands at most once in an index month.",
            "keep one row",
        )
    order = np.argsort(in_use)
    at = np.searchsorted(in_use[order], panel.person)
    found = at < len(in_use)
    found[found] = in_use[order][at[found]] == panel.person[found]
    own = np.zeros(len(panel.treated), dtype=np.int64)
    own[found] = panel.index_month[panel.treated][order][at[found]]
    late = found & ~panel.treated & (panel.index_month >= own)
    if late.any():
        yield Problem(
            "panel.treated",
            f"{int(late.sum())} control rows are of people who had been offered the service by then",
            "A control is somebody not yet treated.",
            "leave these rows out",
        )


def _follow_up(panel: Rows) -> Iterator[Problem]:
    if not np.isfinite(panel.exposure).all() or (panel.exposure <= 0).any():
        yield Problem(
            "panel.exposure",
            f"{int((~(panel.exposure > 0)).sum())} rows were not followed at all",
            "Every row is followed for more than 0 months.",
            "leave out index dates on or after the last day of the data, of registration or of life",
        )
    elif panel.exposure.max() > panel.follow_up + 1e-6:
        yield Problem(
            "panel.exposure",
            f"up to {panel.exposure.max():.1f} months; {panel.follow_up:g} were planned",
            "Follow-up ends at the planned date for everybody.",
            "cut the follow-up, or change the plan",
        )
    if panel.area is not None and panel.area_names:
        outside = (panel.area < 0) | (panel.area >= len(panel.area_names))
        if outside.any():
            yield Problem("panel.area", f"{int(outside.sum())} rows have no area name")
