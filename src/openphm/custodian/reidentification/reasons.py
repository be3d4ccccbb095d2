"""Why a request is refused: each reason has a code, an HTTP status and a sentence. Never which person.

A request is refused as a whole for one of these. People who fail a check of their own are dropped, and only
their number is told: nobody learns whether a person is unknown, registered elsewhere, dead or opted out.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import yaml

from openphm.core import CustodianRefused


@dataclass(frozen=True)
class Reason:
    """A reason with what is allowed and how to mend it."""

    code: str
    status: int
    found: str
    allowed: str
    remedy: str


def _read() -> dict[str, Reason]:
    text = files("openphm.custodian.reidentification").joinpath("reasons.yaml").read_text("utf-8")
    return {code: Reason(code, **said) for code, said in yaml.safe_load(text).items()}


REASONS = _read()

REFUSALS = {
    "not_needed": "the list is not needed",
    "not_direct_care": "it is not for direct care",
    "wrong_people": "the criteria do not fit the service",
    "too_much": "more people than the service can see",
}
"""What an approver may say no with. A list, so that nobody writes about a patient."""

FLAGS = {
    "few_left": "fewer than 5 people are left",
    "many_failed": "more than a fifth of the people failed a check",
    "near_duplicate": "almost the same people as an earlier request of this recipient",
}
"""What an approver must have seen. Each could be a way to learn about a single person."""


class Refused(CustodianRefused):
    """CustodianRefused (exit code 14) with its reason code."""

    def __init__(self, code: str, where: str = "re-identification", detail: str = "") -> None:
        reason = REASONS[code]
        found = f"{reason.found} [{code}]" + (f" {detail}" if detail else "")
        super().__init__(where, found, reason.allowed, reason.remedy)
        self.code = code

    def __str__(self) -> str:
        """Under the name that the manual has for exit code 14."""
        return super().__str__().replace(type(self).__name__, CustodianRefused.__name__, 1)

    def as_dict(self) -> dict[str, object]:
        """The error for a JSON answer, with its reason code."""
        return {**super().as_dict(), "error": CustodianRefused.__name__, "reason": self.code}

    @property
    def status(self) -> int:
        return REASONS[self.code].status
