-- purpose: an emergency care attendance
-- reads: extract.sus_ecds_attendance, person.person, build.parameters
-- writes: standard.sus_ecds_attendance
-- grain: one row per attendance
-- key: row_id
-- sort: person_key, arrival_date
-- columns:
--   person_key                  INTEGER        the person in this build
--   row_id                      BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code               STRING         who gave the care
--   commissioner_code           STRING         who paid; specialised and out-of-area care is known by it
--   attendance_key              STRING         keyed attendance id
--   department_type_code        STRING         01 to 05: emergency department, mono-specialty, other, walk-in, same-day
--   arrival_date                DATE           day of arrival
--   arrival_mode_code           STRING         SNOMED CT: how the person came
--   attendance_category_code    STRING         first, follow-up or planned
--   attendance_source_code      STRING         SNOMED CT: who sent the person
--   chief_complaint_code        STRING         SNOMED CT
--   acuity_code                 STRING         SNOMED CT
--   discharge_destination_code  STRING         SNOMED CT: where to
--   departure_date              DATE           day of leaving
--   minutes_to_departure        INTEGER        minutes from arrival to leaving
--   hrg_code                    STRING         healthcare resource group
--   tariff_gbp                  DECIMAL(12,2)  price on the record
--   ethnicity_code              STRING         ethnic category on the record
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.commissioner_code AS STRING) AS commissioner_code,
    CAST(r.attendance_key AS STRING) AS attendance_key,
    CAST(r.department_type_code AS STRING) AS department_type_code,
    CAST(r.arrival_date AS DATE) AS arrival_date,
    CAST(r.arrival_mode_code AS STRING) AS arrival_mode_code,
    CAST(r.attendance_category_code AS STRING) AS attendance_category_code,
    CAST(r.attendance_source_code AS STRING) AS attendance_source_code,
    CAST(r.chief_complaint_code AS STRING) AS chief_complaint_code,
    CAST(r.acuity_code AS STRING) AS acuity_code,
    CAST(r.discharge_destination_code AS STRING) AS discharge_destination_code,
    CAST(r.departure_date AS DATE) AS departure_date,
    CAST(r.minutes_to_departure AS INTEGER) AS minutes_to_departure,
    CAST(r.hrg_code AS STRING) AS hrg_code,
    CAST(r.tariff_gbp AS DECIMAL(12,2)) AS tariff_gbp,
    CAST(r.ethnicity_code AS STRING) AS ethnicity_code
FROM extract.sus_ecds_attendance AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
