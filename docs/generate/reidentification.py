"""docs/reference/reidentification.md: process map, reasons and limits, from the program itself."""

import yaml

from docs.generate.markdown import GENERATED, code, page, table
from openphm.core.reidentification import MOVES, STATES, mermaid
from openphm.custodian.reidentification import FINDINGS, FLAGS, REASONS, REFUSALS
from openphm.custodian.reidentification.register_file import shipped_limits

INTRODUCTION = """# Re-identification: process map, reasons, limits

{generated}

What it is for and how it is guarded stands in [Re-identification](../governance/reidentification.md); how
it is done, step by step, in [Re-identify a cohort for a practice](../how-to/reidentify.md).

## Process map
The custodian moves a request along this table and no other way: the program reads the same table."""


def reidentification_page() -> str:
    return page(
        INTRODUCTION.format(generated=GENERATED),
        "![Process map: the states of a request and the moves between them](reidentification.svg)",
        f"The same as text (Mermaid):\n\n```mermaid\n{mermaid()}\n```",
        "### States\n\n" + table(("state", "what it means", "who has it"), _states()),
        "### Moves\n\n" + table(("move", "from", "to", "who", "needs"), _moves()),
        "## Reasons: `Q_…`\nA request is refused as a whole for one of these: exit code 14, or the status of "
        "the service. No reason tells which person failed: people who may not be given are dropped and "
        "counted together.",
        table(("code", "status", "what it means", "what is allowed", "to mend"), _reasons()),
        "## Flags\nAn approver names each flag of a request when approving it.",
        table(("flag", "what it means"), [(code(name), text) for name, text in FLAGS.items()]),
        "## Why an approver says no, and what a review finds",
        table(("word", "what it means"), [(code(n), t) for n, t in {**REFUSALS, **FINDINGS}.items()]),
        "## Limits\nA site's register may set any of these under `limits:`.",
        f"```yaml\n{yaml.safe_dump(shipped_limits(), sort_keys=False).rstrip()}\n```",
    )


def _states() -> list[tuple[str, str, str]]:
    over = " Nothing follows."
    return [(code(one.name), one.meaning + (over if one.is_over else ""), one.holder) for one in STATES]


def _moves() -> list[tuple[str, str, str, str, str]]:
    return [
        (
            code(one.name),
            ", ".join(one.before).replace("_", " "),
            one.after.replace("_", " "),
            one.by,
            one.needs,
        )
        for one in MOVES
    ]


def _reasons() -> list[tuple[str, str, str, str, str]]:
    return [(code(one.code), str(one.status), one.found, one.allowed, one.remedy) for one in REASONS.values()]
