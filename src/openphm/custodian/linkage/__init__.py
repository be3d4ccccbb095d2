"""Linkage: find the person of a record that has no valid NHS number.

In this order: what a reviewer decided, what was decided in an earlier run, rows of the same local person that
have a number, exact keys, and a model (Splink). Whoever is not found stays a person of their own.
"""

from openphm.custodian.linkage.counting import load_groups
from openphm.custodian.linkage.finding import Means
from openphm.custodian.linkage.linking import Linking
from openphm.custodian.linkage.registry import Registry
from openphm.custodian.linkage.reporting import Report, keep_report, read_report, take_reviews, write_queue
from openphm.custodian.linkage.settings import LinkageSettings

__all__ = [
    "LinkageSettings",
    "Linking",
    "Means",
    "Registry",
    "Report",
    "keep_report",
    "load_groups",
    "read_report",
    "take_reviews",
    "write_queue",
]
