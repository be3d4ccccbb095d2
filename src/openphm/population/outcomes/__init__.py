"""Outcomes: the framework of objectives and key results, tracked month by month (Figure 11).

Values come from the measures of the build (`population.measuring`); what no extract carries comes from
readings that somebody delivers (`readings`), and is shown as not collected until it is.
"""

from openphm.population.outcomes.framework import Tracked, tracked
from openphm.population.outcomes.grid import COLUMNS, Held, grid, grid_of, held_of
from openphm.population.outcomes.series import SERIES_COLUMNS, series, series_of

__all__ = [
    "COLUMNS",
    "SERIES_COLUMNS",
    "Held",
    "Tracked",
    "grid",
    "grid_of",
    "held_of",
    "series",
    "series_of",
    "tracked",
]
