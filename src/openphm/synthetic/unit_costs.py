"""What the definitions say a contact costs, and how prices move between years.

The made-up ICS reads them to decide how many contacts a sum of money is where records carry no price.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from openphm.core.periods import FinancialYear
from openphm.definitions import Definitions
from openphm.synthetic.clock import Days, to_day
from openphm.synthetic.draws import Floats


@dataclass(frozen=True)
class UnitCosts:
    """Unit costs in prices of the financial year of the as-at date.

    prices     (point of delivery, currency) -> pounds; currency * for all
    deflators  first year of a financial year -> index
    """

    prices: dict[tuple[str, str], float]
    deflators: dict[int, float]
    price_year: int

    @classmethod
    def load(cls, definitions: Definitions, as_at: date) -> UnitCosts:
        body = definitions.get("costs/deflators").body
        deflators = {
            FinancialYear.parse(row["price_year"]).start: float(row["gdp"]) for row in body["deflators"]
        }
        target = FinancialYear.containing(as_at).start
        prices = {}
        for row in definitions.get("costs/unit_costs").body["unit_costs"]:
            published = FinancialYear.parse(row["price_year"]).start
            moved = _between(deflators, published, target)
            prices[str(row["point_of_delivery"]), str(row["currency"])] = float(row["cost_gbp"]) * moved
        return cls(prices, deflators, target)

    def price(self, point_of_delivery: str, currency: str = "*") -> float:
        """Pounds a unit."""
        return self.prices[point_of_delivery, currency]

    def deflate(self, price: Floats, day: Days) -> Floats:
        """A price of the last year as it was in the financial year of a day."""
        years = range(self.price_year - 12, self.price_year + 2)
        starts = np.array([to_day(date(year, 4, 1)) for year in years])
        factors = np.array([_between(self.deflators, self.price_year, year) for year in years])
        return price * factors[np.searchsorted(starts, day, side="right") - 1]


def _between(deflators: dict[int, float], published: int, target: int) -> float:
    """Index of the target year over that of the published year; 1 where either is unknown."""
    if published not in deflators or target not in deflators:
        return 1.0
    return deflators[target] / deflators[published]
