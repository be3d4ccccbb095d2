"""The whole report of a study as one long table in parts: nothing is said that its light does not allow.

Columns part, subject, measure, value, lower, upper, unit. The parts: the decision and its checks, the four
numbers of each outcome, contacts before and after (the blueprint's Figure 17), before, during and after
(Figure 15), quarters, groups and reach, money, checks with balance and attempts to refute, and the plan.
On red only what was counted of the people offered it is told, with under 30 of them only counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import isfinite

from openphm.core.results import Result
from openphm.evaluation.answer import Answer
from openphm.evaluation.answer_groups import groups, reach
from openphm.evaluation.answer_phases import change_table, phases
from openphm.evaluation.effects import Effect
from openphm.evaluation.outcome import Outcome
from openphm.evaluation.report_checks import (
    ATTEMPTS,
    BALANCE,
    CHECKS,
    attempts_part,
    balance_part,
    checks_part,
)
from openphm.evaluation.report_rows import COLUMNS, Row, badge
from openphm.evaluation.report_rows import one_figure as _one
from openphm.evaluation.report_rows import with_limits as _row
from openphm.evaluation.report_rows import words as _said

DECISION, PEOPLE, NUMBERS, CHANGE = "decision", "people", "numbers", "change"
PHASES, QUARTERS = "phases", "quarters"
GROUPS, MONEY, PLAN = "groups", "money", "plan"
WARNING = "warning"
"""The measure of words that stand above a table."""
PARTS = {
    DECISION: "Decision sheet",
    PEOPLE: "People, deaths, and the smallest change that would be found",
    NUMBERS: "The four numbers of each outcome",
    CHANGE: "Contacts for each patient and year, before and after: cohort and weighted controls",
    PHASES: "Before, during and after",
    QUARTERS: "Primary outcome by quarter around the index date",
    GROUPS: "Who was reached, and for whom it worked",
    MONEY: "Money, over the same months",
    CHECKS: "Checks",
    BALANCE: "How alike the groups are, in standard deviations",
    ATTEMPTS: "Attempts to refute it: ratios of people offered the service to their controls",
    PLAN: "The plan, and when it was locked",
}
"""What stands above the parts where a claim may be made."""
PARTS_WITHOUT_A_CLAIM = {
    PEOPLE: "People, and the smallest change that would be found",
    NUMBERS: "What was counted of each outcome",
    CHANGE: "Contacts for each patient and year, before and after, of the people offered the service",
    GROUPS: "Who was reached",
}
NO_EFFECT_IN_IT = (
    "This is what was counted. A change from before to after is not the effect of the service: people who "
    "are chosen when they need most need less later with no service at all, and these data cannot say by "
    "how much."
)
ELSEWHERE = "elsewhere: in networks where hardly anybody was offered it"


def report(answer: Answer) -> Result:
    """The report as one answer, for every form."""
    rows = [*_decision(answer), *_people(answer), *_numbers(answer)]
    if not answer.findings.is_counts_only:
        rows += [*_change(answer), *_phases(answer), *_quarters(answer), *_groups(answer)]
    rows += [*_money(answer), *checks_part(answer), *balance_part(answer), *attempts_part(answer)]
    name = answer.plan.id.removeprefix("evaluations/")
    return Result(
        f"evaluate/report/{name}",
        COLUMNS,
        (*rows, *_plan(answer)),
        answer.provenance,
        notes=answer.footnotes,
    )


def titles_of(*, may_claim: bool) -> dict[str, str]:
    """What stands above each part: without a claim nothing that promises one."""
    return PARTS if may_claim else PARTS | PARTS_WITHOUT_A_CLAIM


def offered_between(answer: Answer) -> str:
    """The months of the first and the last offer that is evaluated: "April 2024 to March 2025"."""
    months = answer.rows.index_month[answer.rows.treated]
    if not len(months):
        return "nobody was offered it"
    # Months are counted as twelve times the year and the month.
    first, last = (
        date((int(one) - 1) // 12, (int(one) - 1) % 12 + 1, 1) for one in (months.min(), months.max())
    )
    said = [f"{one:%B %Y}" for one in (first, last)]
    return said[0] if said[0] == said[1] else " to ".join(said)


def _decision(answer: Answer) -> Iterator[Row]:
    choice = answer.decision.choice
    yield _said(DECISION, "Decision", "said", str(choice).capitalize())
    reason = answer.decision.reason
    yield _said(DECISION, "Because", "said", reason[:1].upper() + reason[1:])
    yield badge(DECISION, "Light", "said", answer.light.word)
    yield _said(DECISION, "Why this light", "said", answer.verdict.words)
    yield _said(DECISION, "Next", "said", choice.next_step)


def _people(answer: Answer) -> Iterator[Row]:
    people, behind = answer.findings.panel.n_treated, answer.findings.effect().contributors
    yield _one(PEOPLE, "People offered the service and compared", "value", people, "people", people)
    if isfinite(answer.smallest_detectable):
        subject = "Smallest change that would be found four times in five"
        yield _one(PEOPLE, subject, "value", answer.smallest_detectable, "share", behind.claim)
    weighting = answer.findings.fitted.weighting
    if weighting is not None and not answer.findings.is_counts_only:
        worth = round(
            weighting.effective_number(answer.findings.panel.treated, answer.findings.fitted.clusters)
        )
        yield _one(PEOPLE, "Weighted controls are worth so many people", "value", worth, "people", worth)
    deaths = answer.findings.deaths
    if answer.may_claim and deaths.is_known:
        subject, died = "Deaths, ratio to the controls", answer.findings.people_died
        yield _row(PEOPLE, subject, "value", deaths, "rate_ratio", died)


def _numbers(answer: Answer) -> Iterator[Row]:
    if not answer.may_claim:
        yield _said(NUMBERS, "No effect is told", WARNING, NO_EFFECT_IN_IT)
    for one in answer.findings.effects:
        subject, behind, most = _subject(one), one.contributors, one.top_share
        if not answer.findings.is_counts_only:
            yield _row(NUMBERS, subject, "raw_change", one.change.raw, "share", behind.raw)
        if answer.may_claim:
            yield _row(NUMBERS, subject, "natural_change", one.change.natural, "share", behind.natural)
            yield _row(NUMBERS, subject, "programme", one.rate_ratio.as_change(), "share", behind.claim, most)
            if one.calibrated.is_known:
                calibrated = one.calibrated.as_change()
                yield _row(NUMBERS, subject, "calibrated", calibrated, "share", behind.claim, most)
        yield _one(NUMBERS, subject, "observed", one.observed, _unit(one), behind.cohort_after, most)
        if answer.may_claim:
            yield _one(NUMBERS, subject, "expected", one.expected, _unit(one), behind.claim, most)
            yield _row(NUMBERS, subject, "avoided", one.avoided, _unit(one), behind.claim, most)


def _change(answer: Answer) -> Iterator[Row]:
    weights = answer.findings.fitted.weights
    for one in answer.findings.panel.outcomes:
        found = change_table(answer.findings.panel, one, weights, answer.findings.fitted.clusters)
        unit = _rate_unit(one)
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
            yield _one(PHASES, phase, group, rate, _rate_unit(panel.primary), people)


def _quarters(answer: Answer) -> Iterator[Row]:
    if not answer.may_claim:
        return
    study, unit = answer.findings.event_study(), _rate_unit(answer.findings.panel.primary)
    for place, quarter in enumerate(study.quarter):
        subject = f"Quarter {int(quarter):+d}"
        for group, rates, people in (
            ("cohort", study.treated, study.treated_people),
            ("control", study.control, study.control_people),
        ):
            behind = int(people[place])
            yield _one(QUARTERS, subject, group, float(rates[place]), unit, behind)


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
    if not money.is_same_period:
        yield _said(MONEY, "Warning", WARNING, money.beside)
    yield _row(MONEY, "Saving in the follow-up", "value", money.saving, "gbp", people)
    yield _row(
        MONEY, "Part of it that can leave a budget (cash-releasing)", "value", money.cash, "gbp", people
    )
    yield _row(
        MONEY, "Part of it that frees beds and hours (capacity)", "value", money.capacity, "gbp", people
    )
    if not money.is_same_period:
        given = f"Programme cost as the plan gives it, for {money.cost_months:.3g} months"
        yield _one(MONEY, given, "value", money.cost_as_given, "gbp", people)
    same = f"Programme cost over the same {money.saving_months:.3g} months"
    yield _one(MONEY, same, "value", money.cost, "gbp", people)
    yield _row(MONEY, "Net: saving less cost", "value", money.net, "gbp", people)
    yield _row(MONEY, "Net of the cash-releasing part alone", "value", money.cash_net, "gbp", people)
    yield _row(MONEY, "Saving for each pound", "value", money.ratio, "ratio", people)
    if not money.is_same_period:
        subject = "Saving for each pound if the periods are mixed: do not quote"
        yield _one(MONEY, subject, "value", money.ratio_as_published, "ratio", people)
    yield _one(
        MONEY, "Probability that the net is above nought", "value", money.probability, "probability", people
    )


def _plan(answer: Answer) -> Iterator[Row]:
    lock, file = answer.lock, answer.plan.file
    places = ", ".join(file.control_places)
    for subject, words in (
        ("Plan", f"{file.id} {file.version}".strip()),
        ("SHA-256", lock.sha256),
        ("Locked", f"{lock.locked_at:%-d %B %Y %H:%M} UTC by {lock.locked_by}"),
        ("Build at the lock", lock.build),
        ("Offers made", offered_between(answer)),
        ("History before an offer", f"{file.look_back_months} months"),
        ("Followed after it", f"{file.follow_up_months} months"),
        ("Controls live", ELSEWHERE if places == "elsewhere" else places),
    ):
        yield _said(PLAN, subject, "said", words)


def _subject(one: Effect) -> str:
    return f"{one.title} (the service cannot change it)" if one.role == "negative_control" else one.title


def _unit(one: Effect) -> str:
    return "gbp" if one.kind == "cost" else "events"


def _rate_unit(one: Outcome) -> str:
    return "gbp_per_person_year" if one.kind == "cost" else "per_person_year"
