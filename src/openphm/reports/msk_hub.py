"""Aches and pains hub (case study 3): whom to invite, and for which reason."""

from __future__ import annotations

from datetime import date

from openphm.pages.page import Page
from openphm.population import Population
from openphm.reports.cohort_page import cohort_page

COHORT = "cohorts/msk_hub"


def msk_hub(population: Population, *, as_at: date | None = None, by: str | None = None) -> Page:
    """People with a musculoskeletal condition who are overdue a check, await surgery or were referred."""
    return cohort_page(population, COHORT, as_at=as_at, by=by)
