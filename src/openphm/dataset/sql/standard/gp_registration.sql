-- purpose: a spell of registration at a practice, as delivered
-- reads: extract.gp_registration, person.person, build.parameters
-- writes: standard.gp_registration
-- grain: one row per registration delivered
-- key: row_id
-- sort: person_key, start_date
-- columns:
--   person_key         INTEGER  the person in this build
--   row_id             BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   practice_code      STRING   the practice that holds the record
--   registration_type  STRING   Regular, Temporary or Other
--   start_date         DATE     first day registered
--   end_date           DATE     day the registration ended; null while open
--   source_rule        STRING   the rule that made the row, where the source has no registrations
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.practice_code AS STRING) AS practice_code,
    CAST(r.registration_type AS STRING) AS registration_type,
    CAST(r.start_date AS DATE) AS start_date,
    CAST(r.end_date AS DATE) AS end_date,
    CAST(r.source_rule AS STRING) AS source_rule
FROM extract.gp_registration AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
