-- purpose: an ambulance incident (999)
-- reads: extract.ambulance_incident, person.person, build.parameters
-- writes: standard.ambulance_incident
-- grain: one row per incident
-- key: row_id
-- sort: person_key, incident_date
-- columns:
--   person_key            INTEGER  the person in this build
--   row_id                BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code         STRING   who gave the care
--   incident_date         DATE     day of the call
--   category_code         STRING   response category
--   response_class        STRING   hear and treat, see and treat, see and convey
--   chief_complaint_code  STRING   SNOMED CT
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.incident_date AS DATE) AS incident_date,
    CAST(r.category_code AS STRING) AS category_code,
    CAST(r.response_class AS STRING) AS response_class,
    CAST(r.chief_complaint_code AS STRING) AS chief_complaint_code
FROM extract.ambulance_incident AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
