-- purpose: a diagnosis of an emergency care attendance
-- reads: extract.sus_ecds_diagnosis, standard.sus_ecds_attendance, build.parameters
-- writes: standard.sus_ecds_diagnosis
-- grain: one row per diagnosis
-- key: row_id
-- sort: person_key, event_date
-- columns:
--   person_key  INTEGER  the person in this build
--   row_id      BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date  DATE     the arrival date of the parent row
--   position    INTEGER  order on the record
--   code        STRING   SNOMED CT concept id
--   is_primary  BOOLEAN  the main diagnosis
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(s.arrival_date AS DATE) AS event_date,
    CAST(r.position AS INTEGER) AS position,
    CAST(r.code AS STRING) AS code,
    CAST(r.is_primary AS BOOLEAN) AS is_primary
FROM extract.sus_ecds_diagnosis AS r
JOIN standard.sus_ecds_attendance AS s ON s.attendance_key = r.attendance_key
CROSS JOIN build.parameters AS b
