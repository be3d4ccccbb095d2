"""Results of studies: what a locked plan answered of a build is kept, and found again by the plan's hash.

The same plan, offers and build give the same answer. When they once do not, the new answer is kept as another
version and the difference is said.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from openphm.core.errors import PlanError, UsageError
from openphm.core.records import Kept
from openphm.evaluation.answer import Answer
from openphm.evaluation.plan import Plan, checksum_of_offers
from openphm.evaluation.study_offers import Offer
from openphm.recording import Register

KIND = "evaluation_result"
DIGITS = 8
"""Figures are kept to so many, which is more than they mean and less than two machines differ in."""
_HASH = re.compile(r"[0-9a-f]{8,64}")


def plan_named(plan: str, store: Path) -> str | dict[str, Any]:
    """The plan as it was locked, when `plan` is the beginning of a hash in the register; otherwise its name.

    Raises PlanError when several locked plans begin so.
    """
    if not _HASH.fullmatch(plan):
        return plan
    with Register.beside(store) as register:
        found = register.plans.beginning(plan)
    if len(found) > 1:
        raise PlanError(
            f"plan {plan}",
            f"{len(found)} locked plans begin so",
            "One plan is asked.",
            "write more of the hash",
        )
    return Plan.as_written(found[0].plan) if found else plan


def keep_result(answer: Answer, offers: tuple[Offer, ...], store: Path, *, owner: str) -> str:
    """Keep the answer under its plan, offers and build; answers a warning when it was another one before."""
    body = {
        "plan": answer.plan.id,
        "sha256": answer.lock.sha256,
        "build": answer.provenance.build,
        "offers_sha256": checksum_of_offers(offers),
        "openphm": answer.provenance.openphm,
        "light": answer.light.word,
        "decision": str(answer.decision.choice),
        "columns": list(answer.table().columns),
        "rows": [[_kept(value) for value in row] for row in answer.table().values()],
    }
    id_ = f"{body['sha256'][:16]}/{body['offers_sha256'][:16]}/{body['build']}"
    with Register.beside(store) as register:
        before = register.kept.newest(KIND, id_)
        if before is None or before.body["rows"] != body["rows"]:
            register.kept.keep(KIND, id_, body, owner=owner)
    if before is None or before.body["rows"] == body["rows"]:
        return ""
    version = before.body["openphm"]
    return f"the same plan, offers and build gave another answer before, by OpenPHM {version}; both are kept"


def results_kept(store: Path) -> list[Kept]:
    """The newest answer of each plan, list of offers and build, last kept first."""
    with Register.beside(store) as register:
        return register.kept.all(KIND)


def rows_of_report(report: Path) -> list[dict[str, Any]]:
    """The released rows of a report in JSON. Raises UsageError when the file is something else."""
    try:
        held = json.loads(report.read_text("utf-8"))
        return [dict(zip(held["columns"], row, strict=True)) for row in held["rows"]]
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageError(
            str(report.name),
            "it is not an answer in JSON",
            remedy="write it with `evaluate report --format json`",
        ) from None


def _kept(value: Any) -> Any:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
