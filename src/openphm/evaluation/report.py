"""The whole report of a study as one long table in parts: nothing is said that its light does not allow.

Columns part, subject, measure, value, lower, upper, unit. The parts: the decision and its checks, the four
numbers of each outcome, contacts before and after (the blueprint's Figure 17), before, during and after
(Figure 15), quarters, groups and reach, money, checks with balance and attempts to refute, and the plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from openphm.core.results import Result
from openphm.evaluation.answer import Answer
from openphm.evaluation.answer_groups import groups, reach
from openphm.evaluation.answer_phases import change_table, phases
from openphm.evaluation.effects import Effect
from openphm.evaluation.report_checks import (
    ATTEMPTS,
    BALANCE,
    CHECKS,
    attempts_part,
    balance_part,
    checks_part,
)
from openphm.evaluation.report_rows import COLUMNS, Row
from openphm.evaluation.report_rows import one_figure as _one
from openphm.evaluation.report_rows import with_limits as _row
from openphm.evaluation.report_rows import words as _said

DECISION, PEOPLE, NUMBERS, CHANGE = "decision", "people", "numbers", "change"
PHASES, QUARTERS = "phases", "quarters"
GROUPS, MONEY, PLAN = "groups", "money", "plan"
PARTS = {
    DECISION: "Decision sheet",
    PEOPLE: "People, deaths, and what could be found",
    NUMBERS: "The four numbers of each outcome",
    CHANGE: "Contacts for each patient and year, before and after: cohort and weighted controls",
    PHASES: "Before, during and after",
    QUARTERS: "Primary outcome by quarter around the index date",
    GROUPS: "Who was reached, and for whom it worked",
    MONEY: "Money, over the same months",
    CHECKS: "Checks",
    BALANCE: "How alike the groups are, in standard deviations",
    ATTEMPTS: "Attempts to refute it",
    PLAN: "The plan, and when it was locked",
}


def report(answer: Answer) -> Result:
    """The report as one answer, for every form."""
    rows = [
        *_decision(answer),
        *_numbers(answer),
        *_change(answer),
        *_phases(answer),
        *_quarters(answer),
        *_groups(answer),
        *_money(answer),
        *checks_part(answer),
        *balance_part(answer),
        *attempts_part(answer),
        *_plan(answer),
    ]
    name = answer.plan.id.removeprefix("evaluations/")
    return Result(f"evaluate/report/{name}", COLUMNS, tuple(rows), answer.provenance, notes=answer.notes)


def _decision(answer: Answer) -> Iterator[Row]:
    people, behind = answer.findings.panel.n_treated, answer.findings.effect().contributors
    yield _said(DECISION, "What the figures speak for", "said", str(answer.decision.choice))
    yield _said(DECISION, "Because", "said", answer.decision.words)
    yield _said(DECISION, "Light", "said", answer.light.word)
    yield _one(PEOPLE, "People offered the service and compared", "value", people, "people", people)
    yield _one(
        PEOPLE, "Smallest detectable change", "value", answer.smallest_detectable, "share", behind.claim
    )
    yield _one(PEOPLE, "Controls, worth so many people", "value", *_worth(answer))
    deaths = answer.findings.deaths
    if answer.may_claim and deaths.is_known:
        subject, died = "Deaths, ratio to the controls", answer.findings.people_died
        yield _row(PEOPLE, subject, "value", deaths, "rate_ratio", died)


def _worth(answer: Answer) -> tuple[float, str, int]:
    """The effective number of control persons, its unit, and the people behind it."""
    findings = answer.findings
    weighting = findings.fitted.weighting
    if weighting is None:
        return float("nan"), "people", 0
    number = round(weighting.effective_number(findings.panel.treated, findings.fitted.clusters))
    return float(number), "people", number


def _numbers(answer: Answer) -> Iterator[Row]:
    for one in answer.findings.effects:
        subject, behind, most = _subject(one), one.contributors, one.top_share
        yield _row(NUMBERS, subject, "raw_change", one.change.raw, "share", behind.raw)
        yield _one(NUMBERS, subject, "observed", one.observed, _unit(one), behind.cohort_after, most)
        if not answer.may_claim:
            continue
        yield _row(NUMBERS, subject, "natural_change", one.change.natural, "share", behind.natural)
        yield _row(NUMBERS, subject, "programme", one.rate_ratio.as_change(), "share", behind.claim, most)
        yield _one(NUMBERS, subject, "expected", one.expected, _unit(one), behind.claim, most)
        yield _row(NUMBERS, subject, "avoided", one.avoided, _unit(one), behind.claim, most)
        if one.calibrated.is_known:
            yield _row(
                NUMBERS, subject, "calibrated", one.calibrated.as_change(), "share", behind.claim, most
            )


def _change(answer: Answer) -> Iterator[Row]:
    weights = answer.findings.fitted.weights
    for one in answer.findings.panel.outcomes:
        found = change_table(answer.findings.panel, one, weights, answer.findings.fitted.clusters)
        unit = "gbp_per_person_year" if one.kind == "cost" else "per_person_year"
        behind = answer.findings.effect(one.name).contributors
        yield _one(CHANGE, one.words, "cohort_before", found.cohort_before, unit, behind.cohort_before)
        yield _one(CHANGE, one.words, "cohort_after", found.cohort_after, unit, behind.cohort_after)
        if answer.may_claim:
            yield _one(CHANGE, one.words, "control_before", found.control_before, unit, behind.control_before)
            yield _one(CHANGE, one.words, "control_after", found.control_after, unit, behind.control_after)
            yield _row(CHANGE, one.words, "difference_in_change", found.difference, unit, behind.all)


def _phases(answer: Answer) -> Iterator[Row]:
    panel, weights = answer.findings.panel, answer.findings.fitted.weights
    for phase, group, rate, people in phases(panel, panel.primary, weights):
        if group == "cohort" or answer.may_claim:
            yield _one(PHASES, phase, group, rate, "per_person_year", people)


def _quarters(answer: Answer) -> Iterator[Row]:
    if not answer.may_claim:
        return
    study = answer.findings.event_study()
    for place, quarter in enumerate(study.quarter):
        subject = f"Quarter {int(quarter):+d}"
        for group, rates, people in (
            ("cohort", study.treated, study.treated_people),
            ("control", study.control, study.control_people),
        ):
            behind = int(people[place])
            yield _one(QUARTERS, subject, group, float(rates[place]), "per_person_year", behind)


def _groups(answer: Answer) -> Iterator[Row]:
    findings = answer.findings
    for name, share, of_eligible, people in reach(findings.panel):
        yield _one(GROUPS, name, "share_of_offered", share, "share", people)
        yield _one(GROUPS, name, "share_of_eligible", of_eligible, "share", people)
    if answer.may_claim:
        for name, people, ratio in groups(findings.panel, findings.fitted.weights, findings.fitted.clusters):
            yield _row(GROUPS, name, "programme", ratio.as_change(), "share", people)


def _money(answer: Answer) -> Iterator[Row]:
    money, cost = answer.money, answer.plan.file.cost
    if money is None or cost is None:
        return
    people = answer.findings.effect(cost.outcome).contributors.claim
    yield _row(MONEY, "Saving in the follow-up", "value", money.saving, "gbp", people)
    yield _row(MONEY, "of it cash-releasing", "value", money.cash, "gbp", people)
    yield _row(MONEY, "of it capacity", "value", money.capacity, "gbp", people)
    yield _one(MONEY, "Programme cost over the same months", "value", money.cost, "gbp", people)
    yield _row(MONEY, "Net", "value", money.net, "gbp", people)
    yield _row(MONEY, "Net of the cash-releasing part", "value", money.cash_net, "gbp", people)
    yield _row(MONEY, "Saving for each pound", "value", money.ratio, "ratio", people)
    yield _one(MONEY, "Probability that the net is above nought", "value", money.probability, "share", people)
    if not money.is_same_period:
        subject = "Saving for each pound if the periods were mixed: do not use"
        yield _one(MONEY, subject, "value", money.ratio_as_published, "ratio", people)


def _plan(answer: Answer) -> Iterator[Row]:
    lock, file = answer.lock, answer.plan.file
    for subject, words in (
        ("Plan", f"{file.id} {file.version}".strip()),
        ("SHA-256", lock.sha256),
        ("Locked", f"{lock.locked_at:%-d %B %Y %H:%M} UTC by {lock.locked_by}"),
        ("Build at the lock", lock.build),
        ("Look-back and follow-up", f"{file.look_back_months} and {file.follow_up_months} months"),
        ("Controls live", ", ".join(file.control_places)),
    ):
        yield _said(PLAN, subject, "said", words)


def _subject(one: Effect) -> str:
    return f"{one.title} (cannot be changed by it)" if one.role == "negative_control" else one.title


def _unit(one: Effect) -> str:
    return "gbp" if one.kind == "cost" else "events"
