-- purpose: a diagnosis of an episode
-- reads: extract.sus_apc_diagnosis, standard.sus_apc_spell, build.parameters
-- writes: standard.sus_apc_diagnosis
-- grain: one row per diagnosis
-- key: row_id
-- sort: person_key, event_date
-- columns:
--   person_key            INTEGER  the person in this build
--   row_id                BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date            DATE     the admission date of the parent row
--   position              INTEGER  1 is the primary diagnosis
--   code                  STRING   ICD-10 without dot
--   present_on_admission  BOOLEAN  present when admitted
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(s.admission_date AS DATE) AS event_date,
    CAST(r.position AS INTEGER) AS position,
    CAST(r.code AS STRING) AS code,
    CAST(r.present_on_admission AS BOOLEAN) AS present_on_admission
FROM extract.sus_apc_diagnosis AS r
JOIN standard.sus_apc_spell AS s ON s.spell_key = r.spell_key
CROSS JOIN build.parameters AS b
