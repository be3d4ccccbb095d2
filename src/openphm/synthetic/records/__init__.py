"""What was written down: one module for each family of national datasets.

Each function turns a life into the rows of one record, in canonical column names; the names that the
dataset uses come from its extract specification when the rows are delivered.
"""
