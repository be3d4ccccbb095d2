-- purpose: a coded entry in the GP record
-- reads: extract.gp_event, person.person, build.parameters
-- writes: standard.gp_event
-- grain: one row per coded entry
-- key: row_id
-- sort: person_key, event_date
-- encode: code, unit_code
-- columns:
--   person_key     INTEGER        the person in this build
--   row_id         BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code  STRING         the practice that holds the record
--   event_date     DATE           the day the entry is about
--   code           STRING         SNOMED CT concept id
--   value          DECIMAL(18,4)  the measured value, where there is one
--   unit_code      STRING         unit of the value
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.event_date AS DATE) AS event_date,
    CAST(r.code AS STRING) AS code,
    CAST(r.value AS DECIMAL(18,4)) AS value,
    CAST(r.unit_code AS STRING) AS unit_code
FROM extract.gp_event AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
