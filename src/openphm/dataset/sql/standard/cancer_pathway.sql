-- purpose: a cancer pathway (cancer waiting times)
-- reads: extract.cancer_pathway, person.person, build.parameters
-- writes: standard.cancer_pathway
-- grain: one row per pathway
-- key: row_id
-- sort: person_key, referral_start_date
-- columns:
--   person_key                   INTEGER  the person in this build
--   row_id                       BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code                STRING   who gave the care
--   referral_start_date          DATE     day the clock started
--   priority_type_code           STRING   urgency
--   first_seen_date              DATE     day first seen
--   faster_diagnosis_end_date    DATE     day cancer was diagnosed or ruled out
--   faster_diagnosis_end_reason  STRING   how the faster diagnosis pathway ended
--   diagnosis_code               STRING   ICD-10
--   metastatic_status_code       STRING   M0, M1 or MX
--   treatment_start_date         DATE     day treatment started
--   treatment_modality_code      STRING   surgery, drugs, radiotherapy ...
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.referral_start_date AS DATE) AS referral_start_date,
    CAST(r.priority_type_code AS STRING) AS priority_type_code,
    CAST(r.first_seen_date AS DATE) AS first_seen_date,
    CAST(r.faster_diagnosis_end_date AS DATE) AS faster_diagnosis_end_date,
    CAST(r.faster_diagnosis_end_reason AS STRING) AS faster_diagnosis_end_reason,
    CAST(r.diagnosis_code AS STRING) AS diagnosis_code,
    CAST(r.metastatic_status_code AS STRING) AS metastatic_status_code,
    CAST(r.treatment_start_date AS DATE) AS treatment_start_date,
    CAST(r.treatment_modality_code AS STRING) AS treatment_modality_code
FROM extract.cancer_pathway AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
