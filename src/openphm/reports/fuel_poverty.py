"""Fuel poverty (case study 2, Figures 18 and 19): chest disease and frailty in cold homes.

The profile stands next to the figures that South Lincoln PCN published: they are data of the cohort's
definition, with their source.
"""

from __future__ import annotations

from datetime import date

from openphm.population import Population
from openphm.reports.cohort_page import cohort_page
from openphm.reports.page import Page

COHORT = "cohorts/fuel_poverty_respiratory"


def fuel_poverty(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """Every network's people, who is new or left, and the profile of Figure 18 beside the published one."""
    return cohort_page(population, COHORT, as_at=as_at, by=by)
