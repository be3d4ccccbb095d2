"""Measuring: many measures over any groups of people, in one pass over the build.

A measure becomes two expressions over one row a person (`needed`); the rows come from the tables as at any
month end (`frame`) or from the wide snapshot (`wide`); their sums are added up by group (`sums`) and divided
last (`cells`), so that parts always make the whole.
"""
