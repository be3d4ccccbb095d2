-- purpose: a hospital provider spell
-- reads: extract.sus_apc_spell, person.person, build.parameters
-- writes: standard.sus_apc_spell
-- grain: one row per spell
-- key: row_id
-- sort: person_key, admission_date
-- columns:
--   person_key                   INTEGER        the person in this build
--   row_id                       BIGINT         the delivered row: file_id x build.parameters.row_stride + row_number
--   provider_code                STRING         who gave the care
--   commissioner_code            STRING         who paid; specialised and out-of-area care is known by it
--   specialised_service_code     STRING         prescribed specialised service line
--   spell_key                    STRING         keyed spell id
--   admission_method_code        STRING         how the person was admitted
--   admission_source_code        STRING         where from
--   patient_classification_code  STRING         ordinary, day case, regular, mother and baby
--   admission_date               DATE           day of admission
--   discharge_date               DATE           day of discharge; null while in hospital
--   discharge_destination_code   STRING         where to
--   discharge_method_code        STRING         how the spell ended; 4 is death
--   discharge_ready_date         DATE           day the person was ready to leave
--   hrg_code                     STRING         healthcare resource group of the spell
--   tariff_gbp                   DECIMAL(12,2)  price on the record
--   ethnicity_code               STRING         ethnic category on the record
--   birth_month                  DATE           the 15th of the month of birth on the record
--   sex_code                     STRING         sex on the record
--   lsoa21_code                  STRING         small area on the record
SELECT
    CAST(p.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(r.provider_code AS STRING) AS provider_code,
    CAST(r.commissioner_code AS STRING) AS commissioner_code,
    CAST(r.specialised_service_code AS STRING) AS specialised_service_code,
    CAST(r.spell_key AS STRING) AS spell_key,
    CAST(r.admission_method_code AS STRING) AS admission_method_code,
    CAST(r.admission_source_code AS STRING) AS admission_source_code,
    CAST(r.patient_classification_code AS STRING) AS patient_classification_code,
    CAST(r.admission_date AS DATE) AS admission_date,
    CAST(r.discharge_date AS DATE) AS discharge_date,
    CAST(r.discharge_destination_code AS STRING) AS discharge_destination_code,
    CAST(r.discharge_method_code AS STRING) AS discharge_method_code,
    CAST(r.discharge_ready_date AS DATE) AS discharge_ready_date,
    CAST(r.hrg_code AS STRING) AS hrg_code,
    CAST(r.tariff_gbp AS DECIMAL(12,2)) AS tariff_gbp,
    CAST(r.ethnicity_code AS STRING) AS ethnicity_code,
    CAST(r.birth_month AS DATE) AS birth_month,
    CAST(r.sex_code AS STRING) AS sex_code,
    CAST(r.lsoa21_code AS STRING) AS lsoa21_code
FROM extract.sus_apc_spell AS r
JOIN person.person AS p ON p.person_id = r.person_id
CROSS JOIN build.parameters AS b
