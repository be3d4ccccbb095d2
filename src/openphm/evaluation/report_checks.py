"""The parts of a report that say how far it can be trusted: checks, balance, attempts to refute it.

Balance and the placebo attempts are shown on every light; what tells of an effect only where a claim may be
made.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openphm.evaluation.answer import Answer
from openphm.evaluation.refutations import Refutation
from openphm.evaluation.report_rows import Row, one_figure, with_limits, words

CHECKS, BALANCE, ATTEMPTS = "checks", "balance", "attempts"
WITHOUT_A_CLAIM = ("held_out_year", "placebo_date", "negative_controls")
"""Attempts that look where there is nothing to find: they say nothing of the programme."""
A_CLAIM = "calibrated"


def checks_part(answer: Answer) -> Iterator[Row]:
    """Every check with its light and its reason, the worst first."""
    for number, one in enumerate(answer.verdict.checks, start=1):
        name = f"{number}. {one.name.replace('_', ' ')}"
        yield words(CHECKS, name, "light", one.light.word)
        yield words(CHECKS, name, "said", one.words)


def balance_part(answer: Answer) -> Iterator[Row]:
    """Standardised differences before and after weighting and in the matched sets; ratios of variances."""
    findings = answer.findings
    if findings.is_counts_only:
        return
    held, terms, treated = findings.balance, findings.fitted.terms, findings.panel.treated
    column = {name: terms.values[treated, place] for place, name in enumerate(terms.names)}
    for place, name in enumerate(held.names):
        subject, people = name.replace("_", " "), _behind(column[name])
        for measure, values in (
            ("smd_before", held.before),
            ("smd_after", held.after),
            ("smd_matched", held.matched),
            ("variance_ratio", held.variance_ratio),
        ):
            unit = "ratio" if measure == "variance_ratio" else "standard_deviations"
            yield one_figure(BALANCE, subject, measure, round(float(values[place]), 4), unit, people)


def _behind(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """People behind a difference: of a flag, those who have it or those who do not, if fewer."""
    if np.isin(values, (0.0, 1.0)).all():
        having = int(values.sum())
        return min(having, len(values) - having) or len(values)
    return len(values)


def attempts_part(answer: Answer) -> Iterator[Row]:
    """What each attempt to refute the answer found, with limits."""
    if answer.findings.is_counts_only:
        return
    for one in answer.findings.refutations:
        if answer.may_claim or one.name in WITHOUT_A_CLAIM:
            yield from _attempt(one, answer)


def _attempt(one: Refutation, answer: Answer) -> Iterator[Row]:
    name, behind = one.name.replace("_", " "), answer.findings.effect().contributors
    for label, found in one.estimates.items():
        if not found.is_known or (label == A_CLAIM and not answer.may_claim):
            continue
        people = behind.claim
        if one.name == "negative_controls" and label in {each.outcome for each in answer.findings.effects}:
            people = answer.findings.effect(label).contributors.claim
        yield with_limits(
            ATTEMPTS, f"{name}: {label.replace('_', ' ')}", "ratio", found, "rate_ratio", people
        )
    for label, value in one.numbers.items():
        yield one_figure(ATTEMPTS, f"{name}: {label}", "figure", value, "ratio", behind.claim)
