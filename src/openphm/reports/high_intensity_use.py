"""High-intensity use (case study 1): the monthly report for link workers."""

from __future__ import annotations

from datetime import date

from openphm.pages.page import Page
from openphm.population import Population
from openphm.reports.cohort_page import cohort_page

COHORT = "cohorts/high_intensity_use"


def high_intensity_use(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """People with seven or more ED attendances in 12 months: new, continuing, left, and what to do."""
    return cohort_page(population, COHORT, as_at=as_at, by=by)
