"""`openphm cohort`: find people by a definition; count, describe, compare and explain them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import yaml

from openphm.access import Scope
from openphm.cli.answering import allowed_scope, answer, care_scope, waiting
from openphm.cli.differencing import overlaps_with_earlier
from openphm.cli.disclosing import rule_named
from openphm.cli.options import Asked, answer_options
from openphm.core.errors import DefinitionError, UsageError
from openphm.definitions import load
from openphm.pages import Page
from openphm.release import secondary_use
from openphm.reports import cohort_answers, opened
from openphm.reports.cohort_page import worklist_page

COHORT = click.argument("cohort", metavar="COHORT")
OTHER = click.argument("other", metavar="OTHER")


@click.group("cohort", short_help="Find people by a definition; count, describe, explain.")
def command() -> None:
    """Find people by a definition: an id such as high_intensity_use, or a YAML file.

    A cohort is a question, never a list of people: each answer is for the people you may ask about.
    """


@contextmanager
def _people(asked: Asked, scope: Scope | None = None) -> Iterator[Any]:
    """The live build, for the people this user may ask about.

    Raises DefinitionError for a place that it does not hold: the place is part of the cohort asked about.
    """
    definitions = load(asked.overlay)
    try:
        population = opened(asked.store, scope or allowed_scope(asked), asked.place, definitions=definitions)
    except UsageError as error:
        raise DefinitionError.of(error.problems) from error
    with population:
        yield population


def _answer(asked: Asked, make: Callable[..., Page], *named: str, scope: Scope | None = None) -> None:
    """Ask one question of the live build, for the people this user may ask about."""
    begun = time.monotonic()
    with _people(asked, scope) as people:
        with waiting(asked, "Asking the build"):
            page = make(people, *named, as_at=asked.as_at)
            overlaps = overlaps_with_earlier(asked, named, people.definitions) if scope is None else []
        seconds = time.monotonic() - begun
        answer(page, asked, seconds=seconds, alarm=people.build.alarm, overlaps=overlaps)


@command.command("count")
@COHORT
@answer_options
def count_command(cohort: str, asked: Asked) -> None:
    """How many people are in it."""
    _answer(asked, cohort_answers.count, cohort)


@command.command("attrition")
@COHORT
@answer_options
def attrition_command(cohort: str, asked: Asked) -> None:
    """How many remain after each step, and what each step alone removes."""
    _answer(asked, cohort_answers.attrition, cohort)


@command.command("profile")
@COHORT
@answer_options
def profile_command(cohort: str, asked: Asked) -> None:
    """Who they are, next to everybody registered."""
    _answer(asked, cohort_answers.profile, cohort)


@command.command("compare")
@COHORT
@OTHER
@answer_options
def compare_command(cohort: str, other: str, asked: Asked) -> None:
    """Two cohorts side by side, with standardised differences."""
    _answer(asked, cohort_answers.compare, cohort, other)


@command.command("near-misses")
@COHORT
@answer_options
def near_misses_command(cohort: str, asked: Asked) -> None:
    """How many people miss one step only, and by how much."""
    _answer(asked, cohort_answers.near_misses, cohort)


@command.command("difference")
@COHORT
@OTHER
@answer_options
def difference_command(cohort: str, other: str, asked: Asked) -> None:
    """From one definition to another: how many people join and leave."""
    _answer(asked, cohort_answers.difference, cohort, other)


@command.command("explain")
@COHORT
@click.option("--person", metavar="PERSON_ID", help="One person, for direct care alone.")
@answer_options
def explain_command(cohort: str, person: str | None, asked: Asked) -> None:
    """Why people are in it or nearly: in numbers, or for one person in direct care."""
    if person is None:
        _answer(asked, cohort_answers.near_misses, cohort)
        return
    _answer(asked, cohort_answers.explain, cohort, person, scope=care_scope(asked))


@command.command("worklist")
@COHORT
@answer_options
def worklist_command(cohort: str, asked: Asked) -> None:
    """Who is new, who continues, who left; why, what changed, what to do next. For direct care alone.

    One row a person, by pseudonym. It needs a clinician or a care coordinator of the access register.
    """
    _answer(asked, worklist_page, cohort, scope=care_scope(asked))


@command.command("freeze")
@COHORT
@answer_options
def freeze_command(cohort: str, asked: Asked) -> None:
    """Write the definition with its checksum, build, date and count, as YAML; no people."""
    with _people(asked) as people:
        frozen, counted = cohort_answers.freeze(people, cohort, as_at=asked.as_at)
    rule = rule_named(asked.disclosure, asked.overlay)
    people_counted = next(secondary_use(counted, rule).records())["value"]
    frozen["frozen"].update(count=people_counted, disclosure=rule.id)
    text = yaml.safe_dump(frozen, sort_keys=False, allow_unicode=True, width=100)
    _write(text, asked.output)


@command.command("list")
@answer_options
def list_command(asked: Asked) -> None:
    """Every cohort that is defined here."""
    _answer(asked, cohort_answers.listing)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError("--output", f"The file was not written: {error.strerror}.") from error
    click.echo(f"Wrote {output}.", err=True)
