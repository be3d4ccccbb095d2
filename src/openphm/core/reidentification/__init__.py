"""Re-identification, as both zones know it: the request, its signature and the states it goes through.

Zone P writes a request, signs and sends it; the custodian checks, decides and hands over. Nothing here
can turn a pseudonym back: that stands in the custodian's room, which zone P may not open.
"""

from openphm.core.reidentification.drawing import svg
from openphm.core.reidentification.process import (
    MOVES,
    STATES,
    Move,
    NoSuchMove,
    State,
    mermaid,
    next_state,
    state_named,
)
from openphm.core.reidentification.request import (
    KINDS,
    LONGEST_LIFE,
    LONGEST_TEXT,
    MOST_RUNS,
    Request,
    Signer,
    StatusQuestion,
    canonical,
    checksum,
    signed,
    signed_bytes,
)

__all__ = [
    "KINDS",
    "LONGEST_LIFE",
    "LONGEST_TEXT",
    "MOST_RUNS",
    "MOVES",
    "STATES",
    "Move",
    "NoSuchMove",
    "Request",
    "Signer",
    "State",
    "StatusQuestion",
    "canonical",
    "checksum",
    "mermaid",
    "next_state",
    "signed",
    "signed_bytes",
    "state_named",
    "svg",
]
