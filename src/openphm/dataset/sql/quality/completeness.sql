-- purpose: how many rows have a value in each column, and how many values are valid
-- reads: extract.quality_completeness
-- writes: quality.completeness
-- grain: one row per record and column
-- key: record, column_name
-- sort: record, column_name
-- columns:
--   record         STRING  the kind of row
--   column_name    STRING  canonical name of the column
--   n_rows         BIGINT  rows delivered
--   rows_present   BIGINT  rows with a value
--   rows_valid     BIGINT  rows with a value of the declared form
--   rows_mended    BIGINT  rows with a valid code that was written in another form than its standard's
--   present_share  DOUBLE  rows_present / n_rows
--   valid_share    DOUBLE  rows_valid / rows_present
SELECT
    CAST(record AS STRING) AS record,
    CAST(column_name AS STRING) AS column_name,
    CAST(SUM(rows) AS BIGINT) AS n_rows,
    CAST(SUM(rows_present) AS BIGINT) AS rows_present,
    CAST(SUM(rows_valid) AS BIGINT) AS rows_valid,
    CAST(SUM(rows_mended) AS BIGINT) AS rows_mended,
    CAST(safe_divide(SUM(rows_present), SUM(rows)) AS DOUBLE) AS present_share,
    CAST(safe_divide(SUM(rows_valid), SUM(rows_present)) AS DOUBLE) AS valid_share
FROM extract.quality_completeness
GROUP BY record, column_name
