"""Words: what the lines of a business case are called, for those who sign it."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[tuple[str, str], str] = {
    ("npv_gbp", "to_date"): "Net present value to date",
    ("benefit_cost_ratio", "to_date"): "Benefit ÷ cost to date",
    ("break_even_share", "to_date"): "Share of the planned effect that breaks even, to date",
    ("probability_of_saving", "to_date"): "Chance of a net saving to date",
    ("net_gbp", "in_year"): "Net saving of the year",
    ("gross_saving_gbp", "in_year"): "Saving of the year before the programme is paid",
    ("programme_cost_gbp", "in_year"): "Programme cost of the year",
    ("cash_releasing_gbp", "in_year"): "Cash released in the year, less the programme",
    ("capacity_value_gbp", "in_year"): "Value of capacity freed in the year",
    ("beds_freed", "in_year"): "Beds freed in the year",
    ("wte", "all"): "Staff needed (whole-time equivalent)",
}
"""The line of each metric and driver of a run that a business case shows."""

METRICS: Mapping[str, tuple[str, str]] = {words: place for place, words in WORDS.items()}


def words_of(driver: str) -> str:
    """A driver or activity as words."""
    return driver.replace("_", " ")
