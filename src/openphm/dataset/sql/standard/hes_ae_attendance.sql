-- purpose: an accident and emergency attendance (HES)
-- reads: extract.hes_ae_attendance, person.person, build.parameters
-- writes: standard.hes_ae_attendance
-- grain: one row per attendance
-- key: row_id
-- sort: person_key, arrival_date
-- columns:
--   person_key                INTEGER  the person in this build
--   row_id                    BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code             STRING   who gave the care
--   arrival_date              DATE     day of arrival
--   department_type_code      STRING   01 to 04: emergency department, mono-specialty, other, walk-in
--   attendance_category_code  STRING   first, follow-up or planned
--   attendance_disposal_code  STRING   how the attendance ended
--   hrg_code                  STRING   healthcare resource group
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.arrival_date AS DATE) AS arrival_date,
    CAST(r.department_type_code AS STRING) AS department_type_code,
    CAST(r.attendance_category_code AS STRING) AS attendance_category_code,
    CAST(r.attendance_disposal_code AS STRING) AS attendance_disposal_code,
    CAST(r.hrg_code AS STRING) AS hrg_code
FROM extract.hes_ae_attendance AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
