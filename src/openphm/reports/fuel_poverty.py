"""Fuel poverty (case study 2, Figures 18 and 19): chest disease and frailty in cold homes.

The profile stands next to the figures that South Lincoln PCN published: they are data of the cohort's
definition, with their source.
"""

from __future__ import annotations

from datetime import date

from openphm.pages.page import Page
from openphm.population import Population
from openphm.reports.cohort_page import cohort_page

COHORT = "cohorts/fuel_poverty_respiratory"


def fuel_poverty(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """Every network's people, who is new or left, and the profile of Figure 18 beside the published one."""
    return cohort_page(population, COHORT, as_at=as_at, by=by)
