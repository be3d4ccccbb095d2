-- purpose: a contact of NHS Talking Therapies
-- reads: extract.talking_therapies_contact, person.person, build.parameters
-- writes: standard.talking_therapies_contact
-- grain: one row per contact
-- key: row_id
-- sort: person_key, contact_date
-- columns:
--   person_key              INTEGER  the person in this build
--   row_id                  BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code           STRING   who gave the care
--   commissioner_code       STRING   who paid; specialised and out-of-area care is known by it
--   referral_received_date  DATE     day the referral arrived
--   contact_date            DATE     day of the contact
--   attendance_status_code  STRING   5 and 6 are attended
--   phq9_score              INTEGER  PHQ-9 depression score
--   gad7_score              INTEGER  GAD-7 anxiety score
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.commissioner_code AS STRING) AS commissioner_code,
    CAST(r.referral_received_date AS DATE) AS referral_received_date,
    CAST(r.contact_date AS DATE) AS contact_date,
    CAST(r.attendance_status_code AS STRING) AS attendance_status_code,
    CAST(r.phq9_score AS INTEGER) AS phq9_score,
    CAST(r.gad7_score AS INTEGER) AS gad7_score
FROM extract.talking_therapies_contact AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
