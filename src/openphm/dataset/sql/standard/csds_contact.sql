-- purpose: a community care contact
-- reads: extract.csds_contact, person.person, build.parameters
-- writes: standard.csds_contact
-- grain: one row per contact
-- key: row_id
-- sort: person_key, contact_date
-- columns:
--   person_key              INTEGER  the person in this build
--   row_id                  BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code           STRING   who gave the care
--   commissioner_code       STRING   who paid; specialised and out-of-area care is known by it
--   contact_date            DATE     day of the contact
--   attendance_status_code  STRING   5 and 6 are attended
--   mechanism_code          STRING   in person, telephone, video ...
--   subject_code            STRING   01 is the patient
--   duration_minutes        INTEGER  clinical minutes
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.commissioner_code AS STRING) AS commissioner_code,
    CAST(r.contact_date AS DATE) AS contact_date,
    CAST(r.attendance_status_code AS STRING) AS attendance_status_code,
    CAST(r.mechanism_code AS STRING) AS mechanism_code,
    CAST(r.subject_code AS STRING) AS subject_code,
    CAST(r.duration_minutes AS INTEGER) AS duration_minutes
FROM extract.csds_contact AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
