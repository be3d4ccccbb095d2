-- purpose: a consultant episode (HES)
-- reads: extract.hes_apc_episode, person.person, build.parameters
-- writes: standard.hes_apc_episode
-- grain: one row per episode
-- key: row_id
-- sort: person_key, admission_date
-- columns:
--   person_key                   INTEGER  the person in this build
--   row_id                       BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code                STRING   who gave the care
--   admission_method_code        STRING   how the person was admitted
--   patient_classification_code  STRING   ordinary, day case, regular, mother and baby
--   admission_date               DATE     day of admission
--   discharge_date               DATE     day of discharge
--   episode_start_date           DATE     first day of the episode
--   episode_end_date             DATE     last day of the episode
--   episode_order                INTEGER  order within the spell
--   treatment_function_code      STRING   specialty
--   hrg_code                     STRING   healthcare resource group
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.admission_method_code AS STRING) AS admission_method_code,
    CAST(r.patient_classification_code AS STRING) AS patient_classification_code,
    CAST(r.admission_date AS DATE) AS admission_date,
    CAST(r.discharge_date AS DATE) AS discharge_date,
    CAST(r.episode_start_date AS DATE) AS episode_start_date,
    CAST(r.episode_end_date AS DATE) AS episode_end_date,
    CAST(r.episode_order AS INTEGER) AS episode_order,
    CAST(r.treatment_function_code AS STRING) AS treatment_function_code,
    CAST(r.hrg_code AS STRING) AS hrg_code
FROM extract.hes_apc_episode AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
