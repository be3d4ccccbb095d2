"""`openphm evaluate`: did a service change anything, beside what would have happened anyway?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from openphm.access import local_user
from openphm.audit import AuditLog
from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.evaluate_pages import lock_page, plan_page, report_page, run_page
from openphm.cli.options import Asked, answer_options
from openphm.core.records import PlanLock
from openphm.definitions import load
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study
from openphm.evaluation.study_offers import offers_in_file, offers_recorded
from openphm.population.risk_set import Offer
from openphm.recording import Register
from openphm.reports import Page, opened

PLAN = click.argument("plan", metavar="PLAN")
LOCK = click.option("--lock", "lock_it", is_flag=True, help="Lock the plan first, when it is not locked yet.")


@click.group("evaluate", short_help="Did a service change anything?")
def command() -> None:
    """Evaluate a service: plan, lock, run, report.

    PLAN is an id such as demo_high_intensity, or a YAML file. Nothing of the follow-up is opened before the
    plan is locked.
    """


@contextmanager
def _study(plan: str, asked: Asked) -> Iterator[Study]:
    """The plan, the live build and the offers. Raises PlanError with every problem of the plan."""
    definitions = load(asked.overlay)
    with opened(asked.store, allowed_scope(asked), asked.place, definitions=definitions) as people:
        read = Plan.of(plan, definitions, people.known, people.points)
        yield Study(read, people, _offers(read, asked.store))


def _offers(plan: Plan, store: Path) -> tuple[Offer, ...]:
    if plan.file.index_file:
        return offers_in_file((plan.file.folder or Path()) / plan.file.index_file)
    with Register.beside(store) as register:
        return offers_recorded(register.enrolments.of(plan.file.enrolments))


def _locked(study: Study, store: Path, *, lock_it: bool) -> PlanLock | None:
    """The lock of this very plan; made now when asked for."""
    with Register.beside(store) as register:
        found = register.plans.find(study.plan.id, study.plan.sha256)
        if found is None and lock_it:
            user = local_user().name
            study.planning()  # a plan that does not fit the build is not locked
            found = register.plans.lock(
                study.plan.lock(study.offers, build=study.population.build.id, by=user)
            )
            detail = {"plan": study.plan.id, "sha256": found.sha256, "build": found.build}
            AuditLog.beside(store).append("evaluate.lock", actor=user, detail=detail)
        if found is None:
            earlier = register.plans.of(study.plan.id)
            return earlier[-1] if earlier else None
        return found


def _answer(plan: str, asked: Asked, make: Callable[[Study], Page]) -> None:
    begun = time.monotonic()
    with _study(plan, asked) as study:
        with waiting(asked, "Asking the build"):
            page = make(study)
        answer(page, asked, seconds=time.monotonic() - begun, alarm=study.population.build.alarm)


@command.command("plan")
@PLAN
@answer_options
def plan_command(plan: str, asked: Asked) -> None:
    """What a study could find, before it runs: people, controls, the smallest detectable effect."""
    _answer(plan, asked, plan_page)


@command.command("lock")
@PLAN
@answer_options
def lock_command(plan: str, asked: Asked) -> None:
    """Fix the plan: its hash, the time and who did it are kept in the register."""

    def make(study: Study) -> Page:
        lock = _locked(study, asked.store, lock_it=True)
        assert lock is not None
        return lock_page(study, lock)

    _answer(plan, asked, make)


@command.command("run")
@PLAN
@LOCK
@answer_options
def run_command(plan: str, lock_it: bool, asked: Asked) -> None:
    """Observed, expected, avoided: one row an outcome. Needs a locked plan, or --lock."""
    _answer(plan, asked, lambda study: run_page(study.run(_locked(study, asked.store, lock_it=lock_it))))


@command.command("report")
@PLAN
@LOCK
@answer_options
def report_command(plan: str, lock_it: bool, asked: Asked) -> None:
    """Everything that is known: the decision sheet, before and after, groups, money, checks."""
    _answer(plan, asked, lambda study: report_page(study.run(_locked(study, asked.store, lock_it=lock_it))))
