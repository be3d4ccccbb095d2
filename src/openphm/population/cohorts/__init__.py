"""Cohorts: people chosen by a definition, counted, described, compared and explained.

A cohort is a definition, never a list of people: sharing it shares the question, and everybody gets the
answer that their own scope allows.
"""

from openphm.population.cohorts.chosen import Chosen, choose
from openphm.population.cohorts.cohort import Cohort
from openphm.population.cohorts.describing import profile_rows

__all__ = ["Chosen", "Cohort", "choose", "profile_rows"]
