"""Reports: one kind of question each, as a page: a title, a table, a sentence that says what matters.

A page holds a Result and no figures of its own. What is said in words is computed from the table after
disclosure control, so that a sentence never says more than the table shows.
"""

from openphm.pages.page import Layout, Page
from openphm.population.differencing import overlaps_with_earlier
from openphm.population.opened import opened
from openphm.reports.areas import areas
from openphm.reports.condition_impact import condition_impact
from openphm.reports.fuel_poverty import fuel_poverty
from openphm.reports.headlines import headlines
from openphm.reports.high_intensity_use import high_intensity_use
from openphm.reports.inequalities import inequalities
from openphm.reports.journeys import journeys
from openphm.reports.life_stage_cost import life_stage_cost
from openphm.reports.movement import movement
from openphm.reports.msk_hub import msk_hub
from openphm.reports.outcomes import outcomes
from openphm.reports.quality import data_quality
from openphm.reports.report import Report
from openphm.reports.segments import segments

_ALL = (
    Report("headlines", "How many people, what they cost, how often they come to hospital", headlines),
    Report("segments", "Figure 12: people, use and cost of each subsegment", segments, ("pcn", "practice")),
    Report("condition-impact", "Figure 7: each condition, and use next to similar people", condition_impact),
    Report("life-stage-cost", "Figure 8: cost by life stage and setting", life_stage_cost, ("sex",)),
    Report(
        "inequalities",
        "By deprivation, ethnic group and sex, allowing for age",
        inequalities,
        ("imd_quintile", "ethnic_group", "sex"),
    ),
    Report(
        "areas", "Networks and practices in a funnel, allowing for age and sex", areas, ("pcn", "practice")
    ),
    Report(
        "outcomes",
        "Figure 11: objectives and key results of each segment",
        outcomes,
        ("1", "2", "3", "4", "5", "all"),
    ),
    Report("movement", "Who moved between segments in a year", movement, ("segment", "subsegment")),
    Report(
        "journeys",
        "What happened before and after an event, setting by setting",
        journeys,
        options=("cohort", "event", "months", "person"),
    ),
    Report(
        "high-intensity-use",
        "Case study 1: 7 or more ED attendances in a year",
        high_intensity_use,
        ("practice",),
    ),
    Report(
        "fuel-poverty", "Case study 2: chest disease and frailty in cold homes", fuel_poverty, ("practice",)
    ),
    Report("msk-hub", "Case study 3: whom to invite to the aches and pains hub", msk_hub, ("practice",)),
)

REPORTS = {report.name: report for report in _ALL}
"""Every report by the name that `openphm report NAME` takes."""

__all__ = [
    "REPORTS",
    "Layout",
    "Page",
    "Report",
    "data_quality",
    "opened",
    "overlaps_with_earlier",
    "segments",
]
