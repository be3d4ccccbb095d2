-- purpose: how many rows of each record found their person
-- reads: extract.quality_linkage
-- writes: quality.linkage
-- grain: one row per record
-- key: record
-- sort: record
-- columns:
--   record               STRING  the kind of row
--   n_rows               BIGINT  rows about a person
--   rows_linked          BIGINT  rows that found their person, by a valid NHS number or without one
--   rows_no_number       BIGINT  rows without a number
--   rows_invalid_number  BIGINT  rows with a number of wrong length or check digit
--   linked_share         DOUBLE  rows_linked / n_rows
SELECT
    CAST(record AS STRING) AS record,
    CAST(SUM(rows) AS BIGINT) AS n_rows,
    CAST(SUM(rows_linked) AS BIGINT) AS rows_linked,
    CAST(SUM(rows_no_number) AS BIGINT) AS rows_no_number,
    CAST(SUM(rows_invalid_number) AS BIGINT) AS rows_invalid_number,
    CAST(safe_divide(SUM(rows_linked), SUM(rows)) AS DOUBLE) AS linked_share
FROM extract.quality_linkage
GROUP BY record
