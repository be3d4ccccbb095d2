"""Money: pounds with the year whose prices they are in.

A cost without its price year is not a cost: £100 of 2018/19 and £100 of 2025/26 buy different care.
Amounts are exact decimals; a sum of parts equals the total to the penny.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from openphm.core.periods import FinancialYear

PENNY = Decimal("0.01")


@dataclass(frozen=True)
class Pounds:
    """An amount at the prices of one financial year."""

    amount: Decimal
    price_year: FinancialYear

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", Decimal(self.amount).quantize(PENNY, ROUND_HALF_UP))

    def __add__(self, other: Pounds) -> Pounds:
        if other.price_year != self.price_year:
            raise ValueError(
                f"£ of {self.price_year} and £ of {other.price_year} cannot be added; inflate one first"
            )
        return Pounds(self.amount + other.amount, self.price_year)

    def at_prices_of(self, year: FinancialYear, *, factor: Decimal) -> Pounds:
        """The same goods at another year's prices; `factor` is the ratio of the two deflators."""
        return Pounds(self.amount * factor, year)

    def __str__(self) -> str:
        return f"£{self.amount:,.2f} ({self.price_year} prices)"
