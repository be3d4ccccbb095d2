"""Statistics: intervals for proportions, counts and rates. Arrays in, arrays out.

The methods are those of the Public Health England technical guide (Fingertips), so that our figures agree
with theirs. This room reads no table and no file.
"""

from openphm.statistics.counts import byar, exact_poisson, poisson_interval, rate
from openphm.statistics.interval import Interval
from openphm.statistics.proportions import wilson

__all__ = ["Interval", "byar", "exact_poisson", "poisson_interval", "rate", "wilson"]
