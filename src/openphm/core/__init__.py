"""Core: the nouns every room shares. Standard library only.

NHS numbers and other identifiers, periods, money, the `Result` every answer is, and the family of
errors. Nothing here reads a file, opens a database or knows a rule about patients.
"""

from openphm.core.errors import (
    AccessRefused,
    BuildCheckFailed,
    CustodianRefused,
    DefinitionError,
    ExtractRejected,
    OpenPHMError,
    PlanError,
    Problem,
    StoreError,
    UsageError,
    nearest,
)
from openphm.core.identifiers import LSOACode, NHSNumber, ODSCode, PersonId
from openphm.core.periods import FinancialYear, Month, Window
from openphm.core.results import Cell, DefinitionUsed, Provenance, Result

__all__ = [
    "AccessRefused",
    "BuildCheckFailed",
    "Cell",
    "CustodianRefused",
    "DefinitionError",
    "DefinitionUsed",
    "ExtractRejected",
    "FinancialYear",
    "LSOACode",
    "Month",
    "NHSNumber",
    "ODSCode",
    "OpenPHMError",
    "PersonId",
    "PlanError",
    "Problem",
    "Provenance",
    "Result",
    "StoreError",
    "UsageError",
    "Window",
    "nearest",
]
