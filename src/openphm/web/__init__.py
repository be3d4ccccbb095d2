"""Web: the suite in a browser. It asks, releases and presents; it computes nothing and knows no SQL.

A screen gets an `Asking` (who, why, what for) and answers a page. How one is written:
docs/explanation/suite.md. It needs the extra `openphm[web]`.
"""
