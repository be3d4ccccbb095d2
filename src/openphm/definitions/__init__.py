"""Definitions: what words mean, as versioned data files, and the one clerk who reads and checks them.

Changing a rule is changing a data file, never code. The folders beside this module hold the files;
a site's overlay folder overrides them by id. This room does not compute.
"""

from openphm.definitions.check import Finding, check_definitions
from openphm.definitions.definition import Definition
from openphm.definitions.extract_specs import (
    Coverage,
    Emit,
    FieldSpec,
    Pattern,
    PersonLink,
    RecordSpec,
    Submission,
    comparable_name,
)
from openphm.definitions.listing import list_definitions, show_definition
from openphm.definitions.load import Definitions, load

__all__ = [
    "Coverage",
    "Definition",
    "Definitions",
    "Emit",
    "FieldSpec",
    "Finding",
    "Pattern",
    "PersonLink",
    "RecordSpec",
    "Submission",
    "check_definitions",
    "comparable_name",
    "list_definitions",
    "load",
    "show_definition",
]
