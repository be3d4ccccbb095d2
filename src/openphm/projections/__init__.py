"""Projections: what happens if nothing changes, what a change would do, and the business case.

Arrays in, immutable figures out. The method with its formulae: docs/explanation/projections.md.
"""

from openphm.population import Population
from openphm.population.baseline import PLACES, measured
from openphm.population.opened import opened
from openphm.population.person_costs import person_costs
from openphm.projections.answers import run_result
from openphm.projections.asking import project_in, source_of, unmitigated
from openphm.projections.mitigation import Cover
from openphm.projections.path import Path, stated_path
from openphm.projections.projection import Projection, project
from openphm.projections.sliding import slid
from openphm.projections.split import split_result

__all__ = [
    "PLACES",
    "Cover",
    "Path",
    "Population",
    "Projection",
    "measured",
    "opened",
    "person_costs",
    "project",
    "project_in",
    "run_result",
    "slid",
    "source_of",
    "split_result",
    "stated_path",
    "unmitigated",
]
