"""Drawing: small charts as SVG, for an HTML page that fetches nothing and runs nothing.

Each function takes released figures and gives markup with a title and a description for screen readers; the
table beside it holds every figure. None stands for a figure that is hidden or not known: it is written as *
and never drawn as nought. Colours are of the NHS identity, told apart by people who see few of them; shape
and label say the same again. A `Drawing` is that markup, and makes a Vega-Lite specification of the same
figures when it is asked.
"""

from openphm.pages.drawing.area_map import AreaPanel, Placed, Signpost, area_maps
from openphm.pages.drawing.bars import Stack, diverging_bars, stacked_bars
from openphm.pages.drawing.control import ControlPoint, control_chart
from openphm.pages.drawing.drawn import Drawing
from openphm.pages.drawing.funnel import Spot, funnel
from openphm.pages.drawing.impact import Impact, impact_panels
from openphm.pages.drawing.lines import Series, lines
from openphm.pages.drawing.points import Dot, Panel, dot_panels

__all__ = [
    "AreaPanel",
    "ControlPoint",
    "Dot",
    "Drawing",
    "Impact",
    "Panel",
    "Placed",
    "Series",
    "Signpost",
    "Spot",
    "Stack",
    "area_maps",
    "control_chart",
    "diverging_bars",
    "dot_panels",
    "funnel",
    "impact_panels",
    "lines",
    "stacked_bars",
]
