-- purpose: what became of every delivered file: rows delivered are rows loaded and rows quarantined
-- reads: extract.quality_files
-- writes: quality.file
-- grain: one row per delivered file
-- key: file_id
-- sort: file_id
-- columns:
--   file_id           BIGINT   number of the file in this delivery
--   file_name         STRING   name without folder
--   record            STRING   the kind of row it holds; null when it was not recognised
--   rows_delivered    BIGINT   rows in the file
--   rows_loaded       BIGINT   rows that went in
--   rows_quarantined  BIGINT   rows that were kept back, each with a reason
--   first_date        DATE     first date of its rows
--   last_date         DATE     last date of its rows
--   status            STRING   loaded or rejected
--   reason_code       STRING   why the whole file was rejected
--   is_reconciled     BOOLEAN  delivered equals loaded and quarantined
SELECT
    CAST(file_id AS BIGINT) AS file_id,
    CAST(file_name AS STRING) AS file_name,
    CAST(record AS STRING) AS record,
    CAST(rows_delivered AS BIGINT) AS rows_delivered,
    CAST(rows_loaded AS BIGINT) AS rows_loaded,
    CAST(rows_quarantined AS BIGINT) AS rows_quarantined,
    CAST(first_date AS DATE) AS first_date,
    CAST(last_date AS DATE) AS last_date,
    CAST(status AS STRING) AS status,
    CAST(reason_code AS STRING) AS reason_code,
    CAST(status = 'rejected' OR rows_delivered = rows_loaded + rows_quarantined AS BOOLEAN) AS is_reconciled
FROM extract.quality_files
