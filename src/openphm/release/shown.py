"""How a released figure reads: with its unit, in a column of figures and aloud.

The unit of a figure says how it is written. An unknown unit is written plainly.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from openphm.core.results import Scalar
from openphm.core.units import UNITS
from openphm.release.deciding import Figure

HIDDEN = "*"
NOT_KNOWN = "–"


def shown(item: Figure | Scalar, unit: str | None = None) -> str:
    """A figure or label as text: * where it is hidden, – where it is not known."""
    if isinstance(item, Figure):
        if item.is_suppressed:
            return HIDDEN
        item = item.value
    if item is None:
        return NOT_KNOWN
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, int | float | Decimal):
        known = UNITS.get(unit or "")
        return known.text(float(item)) if known else _plain_number(float(item))
    return item.strftime("%-d %B %Y") if isinstance(item, date) else str(item)


def shown_limits(limits: tuple[Figure | Scalar, Figure | Scalar] | None, unit: str | None = None) -> str:
    """The limits of a figure as text, "-72% to -66%"; empty where they are hidden, not known or not there."""
    if limits is None:
        return ""
    low, high = (shown(one, unit) for one in limits)
    return "" if {low, high} & {HIDDEN, NOT_KNOWN} else f"{low} to {high}"


def spoken(item: Figure | Scalar, unit: str | None = None) -> str:
    """The same for a screen reader, which should not say "asterisk"."""
    text = shown(item, unit)
    return {HIDDEN: "not shown, too few people", NOT_KNOWN: "not known"}.get(text, text)


def _plain_number(value: float) -> str:
    return (
        f"{value:,.0f}" if value == int(value) else f"{value:,.3g}" if abs(value) < 100 else f"{value:,.1f}"
    )
