"""Units: how a figure of each unit is written, for people and for a spreadsheet.

One table for every screen and file, so that a rate looks the same in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """How figures of one unit are written.

    pattern    a Python format, for example "£{:,.0f}"
    in_sheets  the number format of a spreadsheet
    times      what the figure is multiplied by before it is written: 100 for a share
    edge       of a chance: nearer than this to never or certain is said in words, for it is neither
    """

    pattern: str
    in_sheets: str
    times: float = 1
    edge: float = 0

    def text(self, value: float) -> str:
        """The figure as people read it."""
        if self.edge and not self.edge <= value <= 1 - self.edge:
            nearest = self.edge if value < self.edge else 1 - self.edge
            said = "less than" if value < self.edge else "more than"
            return f"{said} {self.pattern.format(self.times * nearest)}"
        written = self.pattern.format(self.times * value)
        if written.startswith("-") and not any(digit in written for digit in "123456789"):
            return written[1:]  # what rounds to nought has no sign
        return f"-{written.replace('-', '', 1)}" if written.startswith("£-") else written


_COUNT = Unit("{:,.0f}", "#,##0")
_ONE_PLACE = Unit("{:,.1f}", "#,##0.0")
_RATIO = Unit("{:,.2f}", "0.00")
_POUNDS = Unit("£{:,.0f}", '"£"#,##0')

UNITS: Mapping[str, Unit] = {
    **dict.fromkeys(
        ("people", "rows", "files", "events", "count", "days", "bed_days", "hours", "registrations"), _COUNT
    ),
    **dict.fromkeys(("share", "proportion"), Unit("{:.1f}%", "0.0%", 100)),
    **dict.fromkeys(("percent", "percentage"), Unit("{:.1f}%", '0.0"%"')),
    **dict.fromkeys(("gbp", "gbp_per_person_year", "gbp_per_person"), _POUNDS),
    **dict.fromkeys(("years", "months"), Unit("{:.0f}", "0")),
    "life_years": Unit("{:.1f}", "0.0"),
    **dict.fromkeys(
        ("beds", "wte", "decile", "conditions", "per_person_year", "per_person", "z_score"), _ONE_PLACE
    ),
    **dict.fromkeys(("per_100", "per_1000", "per_10000", "per_100000"), _ONE_PLACE),
    **dict.fromkeys(("ratio", "rate_ratio", "index", "difference", "standardised_difference"), _RATIO),
    "probability": Unit("{:.0f}%", '[<0.01]"less than 1%";[>0.99]"more than 99%";0%', 100, 0.01),
    "standard_deviations": Unit("{:,.3f}", "0.000"),
    "percentile": Unit("{:.0f}", "0"),
}
"""Every unit of a figure. A unit that is not here is written plainly."""

LIGHT = "light"
"""The unit of a word that is green, amber or red: no figure, and shown as a badge."""

PER: Mapping[str, str] = {f"per_{number}": f"per {number:,}" for number in (100, 1000, 10_000, 100_000)} | {
    "per_person_year": "per person and year",
    "gbp_per_person_year": "per person and year",
}
"""What a rate is of, in words, for where the figure itself does not say so."""

_BY_ENDING = (("_gbp", "gbp"), ("_share", "share"), ("_ratio", "ratio"))


def unit_of_column(name: str) -> str | None:
    """The unit that a column's name says, when no other column does; None when it says none.

    >>> unit_of_column("cost_gbp"), unit_of_column("n_people"), unit_of_column("measure")
    ('gbp', 'people', None)
    """
    if name.startswith("n_") or name in ("people", "remaining", "population"):
        return "people"
    return next((unit for ending, unit in _BY_ENDING if name.endswith(ending)), None)
