-- purpose: every row that was kept back: where it is and why; the text of the row stays with the custodian
-- reads: extract.quality_quarantine
-- writes: quality.quarantine
-- grain: one row per delivered row and reason
-- key: none
-- sort: file_id, row_number
-- encode: record, column_name, reason_code
-- columns:
--   file_id      BIGINT  the file
--   record       STRING  the kind of row
--   row_number   BIGINT  the row in the file
--   column_name  STRING  the column that was wrong
--   reason_code  STRING  docs/reference/errors.md explains each
SELECT
    CAST(file_id AS BIGINT) AS file_id,
    CAST(record AS STRING) AS record,
    CAST(row_number AS BIGINT) AS row_number,
    CAST(column_name AS STRING) AS column_name,
    CAST(reason_code AS STRING) AS reason_code
FROM extract.quality_quarantine
