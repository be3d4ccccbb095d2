"""Answer: apply the disclosure rule, remember what must be remembered, then show or write.

Nothing is shown that has not passed `release`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console

from openphm.access import Action, Purpose, Scope, authorise, local_user, terminal_name
from openphm.audit import AuditLog
from openphm.cli.disclosing import rule_named
from openphm.cli.options import Asked
from openphm.cli.showing import Around, show
from openphm.core.errors import UsageError
from openphm.pages import Layout, Page
from openphm.release import (
    DisclosureRule,
    Fold,
    Overlap,
    Recipient,
    Released,
    ReleasedRows,
    as_text,
    direct_care,
    secondary_use,
    write,
)


def allowed_scope(asked: Asked, action: Action = Action.READ_AGGREGATE) -> Scope:
    """The people this user may ask about. Raises AccessRefused, which the log remembers."""
    return authorise(local_user(asked.store), action, log=AuditLog.beside(asked.store))


def care_scope(asked: Asked) -> Scope:
    """The people whom this user looks after, one row each. Raises AccessRefused, which the log remembers."""
    log = AuditLog.beside(asked.store)
    return authorise(local_user(asked.store), Action.READ_PERSON, purpose=Purpose.DIRECT_CARE, log=log)


@contextmanager
def waiting(asked: Asked, doing: str) -> Iterator[None]:
    """Moving text on a terminal while a question is asked; nothing elsewhere."""
    console = Console(stderr=True)
    if asked.quiet or asked.no_progress or not console.is_terminal:
        yield
        return
    with console.status(doing):
        yield


def answer(
    page: Page, asked: Asked, *, seconds: float, alarm: str = "", overlaps: Sequence[Overlap] = ()
) -> None:
    """Release a page under the asked rule, and show it or write it. Rows about people go out for care alone.

    overlaps: how the group meets those that this user asked about before.
    alarm: why another build answers than the one that should be live.
    """
    if alarm:
        click.echo(f"Warning: {alarm}.", err=True)
    if page.result.grain == "person":
        released: Released = _for_care(page, asked)
    else:
        rule = rule_named(asked.disclosure, asked.overlay)
        _remember(page, asked, rule)
        released = secondary_use(page.result, rule, overlaps=overlaps)
    records = list(released.records())
    summary = page.headline(records)
    fold = fold_of(page.layout)
    if asked.form == "table":
        _table(page, asked, released, summary, fold, seconds)
        return
    drawings = page.charts(records) if asked.form == "html" else ()
    if asked.output is None:
        if asked.form == "xlsx":
            remedy = "name it: --output report.xlsx"
            raise UsageError("--format xlsx", "a workbook needs a file", remedy=remedy)
        said = {"title": page.title, "summary": summary}
        click.echo(as_text(released, asked.form, **said, fold=fold, drawings=drawings), nl=False)
        return
    write(released, asked.output, asked.form, title=page.title, summary=summary, fold=fold, drawings=drawings)
    if not asked.quiet:
        click.echo(summary, err=True)
        click.echo(f"Wrote {asked.output} ({asked.output.stat().st_size / 1e3:,.0f} kB).", err=True)


def _for_care(page: Page, asked: Asked) -> ReleasedRows:
    """Rows about people, for those who look after them. Every one is remembered before it is shown."""
    user = local_user(asked.store)
    place = " ".join(sorted(user.practices | user.pcns))
    AuditLog.beside(asked.store).append(
        "release.direct_care",
        actor=user.name,
        detail={
            "question": page.result.question,
            "rows": len(page.result),
            "place": place,
            "build": page.result.provenance.build,
        },
    )
    roles = ", ".join(sorted(user.roles))
    return direct_care(page.result, Recipient(user.name, f"the role {roles} in the access register", place))


def _remember(page: Page, asked: Asked, rule: DisclosureRule) -> None:
    """Write to the audit log what leaves in full, and what leaves as a file."""
    log = AuditLog.beside(asked.store)
    in_full = rule.method == "none"
    if in_full:
        authorise(local_user(asked.store), Action.RELEASE_IN_FULL, log=log)
    if in_full or asked.output is not None:
        log.append(
            "release.in_full" if in_full else "release.file",
            actor=terminal_name(),
            detail={
                "question": page.result.question,
                "rule": rule.id,
                "place": asked.place or "",
                "format": asked.form,
                "build": page.result.provenance.build,
            },
        )


def fold_of(layout: Layout | None) -> Fold | None:
    """How a page's layout is written and shown."""
    if layout is None:
        return None
    return Fold(
        layout.down,
        layout.across,
        layout.value,
        layout.unit,
        split=layout.split,
        lower=layout.lower,
        upper=layout.upper,
        titles=layout.titles,
        groups=layout.groups,
        limits_within=layout.limits_within,
        lifted=layout.lifted,
        lead=layout.lead,
    )


def _table(
    page: Page, asked: Asked, released: Released, summary: str, fold: Fold | None, seconds: float
) -> None:
    """A table for people, on the screen or in a text file."""
    key = page.layout.key if page.layout else {}
    around = Around(page.title, summary, key, page.next_step, seconds, asked.quiet, asked.verbose)
    if asked.output is None:
        show(released, fold, around, most_lines=page.most_lines)
        return
    try:
        with asked.output.open("w", encoding="utf-8") as file:
            show(released, fold, around, file=file)
    except OSError as error:
        raise UsageError("--output", f"The file was not written: {error.strerror}.") from error
    if not asked.quiet:
        click.echo(f"Wrote {asked.output}.", err=True)
