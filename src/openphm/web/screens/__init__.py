"""Screens: one file for each group of pages. A file with a `screen` is found by itself."""
