-- purpose: a finished consultant episode within a spell
-- reads: extract.sus_apc_episode, standard.sus_apc_spell, build.parameters
-- writes: standard.sus_apc_episode
-- grain: one row per episode
-- key: row_id
-- sort: person_key, event_date
-- columns:
--   person_key               INTEGER  the person in this build
--   row_id                   BIGINT   the delivered row: file_id x build.parameters.row_stride + row_number
--   event_date               DATE     the admission date of the parent row
--   episode_key              STRING   keyed episode id
--   episode_number           INTEGER  order within the spell
--   start_date               DATE     first day of the episode
--   end_date                 DATE     last day of the episode
--   treatment_function_code  STRING   specialty
--   main_specialty_code      STRING   consultant's main specialty
--   is_dominant              BOOLEAN  the episode that sets the HRG
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(r.file_id * b.row_stride + r.row_number AS BIGINT) AS row_id,
    CAST(s.admission_date AS DATE) AS event_date,
    CAST(r.episode_key AS STRING) AS episode_key,
    CAST(r.episode_number AS INTEGER) AS episode_number,
    CAST(r.start_date AS DATE) AS start_date,
    CAST(r.end_date AS DATE) AS end_date,
    CAST(r.treatment_function_code AS STRING) AS treatment_function_code,
    CAST(r.main_specialty_code AS STRING) AS main_specialty_code,
    CAST(r.is_dominant AS BOOLEAN) AS is_dominant
FROM extract.sus_apc_episode AS r
JOIN standard.sus_apc_spell AS s ON s.spell_key = r.spell_key
CROSS JOIN build.parameters AS b
