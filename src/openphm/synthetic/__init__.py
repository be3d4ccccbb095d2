"""A made-up English ICS in the real national formats, with the truth kept apart.

Lives come first (conditions, crises, moves, deaths: one consistent story over the years), then records
are written from them, then dirt is added. Knows definitions and core only: it must not mark its own
homework.
"""

from openphm.synthetic.settings import Dirt
from openphm.synthetic.synthesise import Summary, synthesise

__all__ = ["Dirt", "Summary", "synthesise"]
