"""`openphm evaluate`: did a service change anything, beside what would have happened anyway?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from openphm.access import terminal_name
from openphm.audit import AuditLog
from openphm.cli.answering import allowed_scope, answer, waiting
from openphm.cli.evaluate_panel import plain_answer, read_table
from openphm.cli.evaluate_results import keep_result, plan_named, results_kept, rows_of_report
from openphm.cli.options import Asked, answer_options
from openphm.core.records import PlanLock
from openphm.definitions import load
from openphm.definitions.evaluation_schema import evaluation_schema
from openphm.evaluation.answer import Answer
from openphm.evaluation.pages import list_page, lock_page, plan_page, report_page, run_page
from openphm.evaluation.person_months import Rule
from openphm.evaluation.plain_table import Layout as TableLayout
from openphm.evaluation.plan import Plan
from openphm.evaluation.study import Study, opened
from openphm.evaluation.study_offers import Offer, offers_in_file, offers_recorded
from openphm.evaluation.vega import charts
from openphm.pages import Page
from openphm.recording import Register

PLAN = click.argument("plan", metavar="PLAN")
LOCK = click.option("--lock", "lock_it", is_flag=True, help="Lock the plan first, when it is not locked yet.")


@click.group("evaluate", short_help="Did a service change anything?")
def command() -> None:
    """Evaluate a service: plan, lock, run, report.

    PLAN is an id such as demo_high_intensity, a YAML file, or the beginning of the hash of a locked plan (8
    letters or more). Nothing of the follow-up is opened before the plan is locked. Answers are kept.
    """


@contextmanager
def _study(plan: str, asked: Asked) -> Iterator[Study]:
    """The plan, the live build and the offers. Raises PlanError with every problem of the plan."""
    definitions = load(asked.overlay)
    with opened(asked.store, allowed_scope(asked), asked.place, definitions=definitions) as people:
        read = Plan.of(plan_named(plan, asked.store), definitions, people.known, people.points)
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
            user = terminal_name()
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


def _answered(study: Study, asked: Asked, *, lock_it: bool) -> Answer:
    """Run the study, and keep its answer in the register."""
    found = study.run(_locked(study, asked.store, lock_it=lock_it))
    warning = keep_result(found, study.offers, asked.store, owner=terminal_name())
    if warning:
        click.echo(f"Warning: {warning}.", err=True)
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
    _answer(plan, asked, lambda study: run_page(_answered(study, asked, lock_it=lock_it)))


@command.command("report")
@PLAN
@LOCK
@answer_options
def report_command(plan: str, lock_it: bool, asked: Asked) -> None:
    """Everything that is known: the decision sheet, before and after, groups, money, checks."""
    _answer(plan, asked, lambda study: report_page(_answered(study, asked, lock_it=lock_it)))


@command.command("list")
@answer_options
def list_command(asked: Asked) -> None:
    """Locked plans and what they answered: hash, when and by whom, build, light, decision."""
    begun = time.monotonic()
    with opened(asked.store, allowed_scope(asked)) as people:
        with Register.beside(asked.store) as register:
            locks = register.plans.all()
        page = list_page(locks, results_kept(asked.store), people.provenance())
        answer(page, asked, seconds=time.monotonic() - begun, alarm=people.build.alarm)


@command.command("charts")
@click.argument("report", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def charts_command(report: Path, folder: Path) -> None:
    """The charts of REPORT (of `evaluate report --format json`) as Vega-Lite files in FOLDER.

    The report has passed the disclosure rule already; nothing else is read.
    """
    made = charts(rows_of_report(report))
    folder.mkdir(parents=True, exist_ok=True)
    for name, spec in made.items():
        (folder / f"{name}.vl.json").write_text(
            json.dumps(spec, indent=1, ensure_ascii=False) + "\n", "utf-8"
        )
    click.echo(f"Wrote {', '.join(made) or 'nothing: no part of the report can be drawn'}.")


@command.command("schema")
def schema_command() -> None:
    """The JSON schema of a plan, for editors and programs."""
    click.echo(json.dumps(evaluation_schema(), indent=2, ensure_ascii=False))


@command.command("panel")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--primary", metavar="OUTCOME", default="", help="The outcome that decides.")
@click.option("--negative-controls", metavar="OUTCOMES", default="", help="Several with commas.")
@click.option("--costs", metavar="OUTCOMES", default="", help="Outcomes in pounds; several with commas.")
@click.option("--at-least", type=float, default=0, help="Eligible: so many of the primary outcome ...")
@click.option("--within", type=click.IntRange(1, 60), default=12, help="... in so many months before.")
@click.option("--look-back", type=click.IntRange(1, 60), default=24, help="Months known before an offer.")
@click.option("--follow-up", type=click.IntRange(1, 60), default=12, help="Months from the offer.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def panel_command(
    file: Path, primary: str, negative_controls: str, costs: str, at_least: float, within: int,
    look_back: int, follow_up: int, form: str,
) -> None:  # fmt: skip
    """The same engine on a plain table (CSV or Parquet) of your own: no build, no store, nothing released.

    One row a person: start_month and monthly counts, or treated and an outcome. The file's own rules of
    disclosure are yours to keep.
    """
    rule = Rule(at_least=at_least, within=within, look_back=look_back, follow_up=follow_up)
    layout = TableLayout(primary, _names(negative_controls), _names(costs), rule)
    click.echo(plain_answer(read_table(file), layout, as_json=form == "json"), nl=False)


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())
