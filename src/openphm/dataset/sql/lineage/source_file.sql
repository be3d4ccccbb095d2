-- purpose: every file the build was made from; standard.*.row_id / build.parameters.row_stride is its file_id
-- reads: extract.quality_files
-- writes: lineage.source_file
-- grain: one row per delivered file
-- key: file_id
-- sort: file_id
-- columns:
--   file_id      BIGINT  number of the file in this delivery
--   file_name    STRING  name without folder
--   record       STRING  the kind of row it holds
--   sha256       STRING  checksum of the file as delivered
--   rows_loaded  BIGINT  rows that went in
SELECT
    CAST(file_id AS BIGINT) AS file_id,
    CAST(file_name AS STRING) AS file_name,
    CAST(record AS STRING) AS record,
    CAST(sha256 AS STRING) AS sha256,
    CAST(rows_loaded AS BIGINT) AS rows_loaded
FROM extract.quality_files
