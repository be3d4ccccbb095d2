"""The parts of a report that say how far it can be trusted: checks, balance, attempts to refute it.

Balance and the placebo attempts are shown on every light; what tells of an effect only where a claim may be
made.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from openphm.evaluation.answer import Answer
from openphm.evaluation.check_titles import TITLES
from openphm.evaluation.refutations import MOST_TIMES, Refutation
from openphm.evaluation.report_rows import Row, badge, one_figure, with_limits, words

CHECKS, BALANCE, ATTEMPTS = "checks", "balance", "attempts"
WITHOUT_A_CLAIM = ("held_out_year", "placebo_date", "negative_controls")
"""Attempts that look where there is nothing to find: they say nothing of the programme."""
A_CLAIM = "calibrated"
TERMS = {
    "age_years": "Age in years",
    "female": "Women",
    "ethnic_minority": "Ethnic minority",
    "imd_decile": "Deprivation decile",
    "conditions": "Long-term conditions",
    "last_year": "Primary outcome, last year",
    "year_before": "Primary outcome, year before that",
    "last_month": "Primary outcome, last month",
    **{f"quarter_{n}": f"Primary outcome, months {3 * n} to {3 * n - 2} before" for n in range(1, 5)},
}
"""What people call the terms that the groups are made alike in; others by the name of the plan."""
LABELS = {
    "spread": "spread of their logarithms",
    "largest drift": "largest from quarter to quarter, a logarithm",
    "breakdown": "so many times as much takes the answer away (at most 100)",
    "estimate": "strength that explains the estimate",
    "limit": "strength that explains the nearer limit",
    "cut": "ratio",
}
"""What people call what an attempt found, where its own word is too short."""
ABBREVIATIONS = {"gp", "ed", "utc", "imd", "qof"}


def checks_part(answer: Answer) -> Iterator[Row]:
    """Every check with its light and its reason, the worst first."""
    for number, one in enumerate(answer.verdict.checks, start=1):
        name = f"{number}. {TITLES.get(one.name) or _spoken(one.name)}"
        yield badge(CHECKS, name, "light", one.light.word)
        yield words(CHECKS, name, "said", one.words)


def balance_part(answer: Answer) -> Iterator[Row]:
    """Standardised differences before and after weighting and in the matched sets; ratios of variances."""
    findings = answer.findings
    if findings.is_counts_only:
        return
    titled = {f"{one.name}, last year": f"{one.words}, last year" for one in findings.panel.outcomes}
    held, terms, treated = findings.balance, findings.fitted.terms, findings.panel.treated
    column = {name: terms.values[treated, place] for place, name in enumerate(terms.names)}
    for place, name in enumerate(held.names):
        subject, people = TERMS.get(name) or titled.get(name) or _spoken(name), _behind(column[name])
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


def _spoken(name: str) -> str:
    said = " ".join(one.upper() if one in ABBREVIATIONS else one for one in name.replace("_", " ").split())
    return said[:1].upper() + said[1:]


def attempts_part(answer: Answer) -> Iterator[Row]:
    """What each attempt to refute the answer found, with limits."""
    if answer.findings.is_counts_only:
        return
    for one in answer.findings.refutations:
        if answer.may_claim or one.name in WITHOUT_A_CLAIM:
            yield from _attempt(one, answer)


def _attempt(one: Refutation, answer: Answer) -> Iterator[Row]:
    behind = answer.findings.effect().contributors
    titles = {each.outcome: each.title for each in answer.findings.effects}
    for label, found in one.estimates.items():
        if not found.is_known or (label == A_CLAIM and not answer.may_claim):
            continue
        people = behind.claim
        if one.name == "negative_controls" and label in titles:
            people = answer.findings.effect(label).contributors.claim
        subject = _subject(one, titles.get(label, label))
        yield with_limits(ATTEMPTS, subject, "found", found, "rate_ratio", people)
    for label, value in one.numbers.items():
        if label not in one.estimates:
            told = min(value, MOST_TIMES) if label == "breakdown" else value
            yield one_figure(ATTEMPTS, _subject(one, label), "found", told, "ratio", behind.claim)


def _subject(one: Refutation, label: str) -> str:
    title, said = TITLES[one.name], LABELS.get(label, label.replace("_", " "))
    return title if said == "ratio" else f"{title}: {said}"
