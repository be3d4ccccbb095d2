"""Pages: how an answer is set out for a reader: a sentence, tables, drawings, the next step.

The tools make pages and the front doors show them. Nothing is computed here and no figure is decided upon:
drawings are made from figures that `release` has let out.
"""

from openphm.pages.page import Layout, Page, Record

__all__ = ["Layout", "Page", "Record"]
