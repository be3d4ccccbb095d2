-- purpose: what each delivered row says about who a person is; the practice is believed first
-- reads: extract.gp_patient, extract.csds_patient, extract.mhsds_patient, extract.talking_therapies_patient,
--      extract.sus_apc_spell, extract.sus_op_appointment, extract.sus_ecds_attendance,
--      extract.hes_apc_episode, extract.hes_op_appointment, extract.hes_ae_attendance,
--      extract.social_care_event
-- writes: working.person_said
-- grain: one row per delivered row that describes a person
-- key: none
-- columns:
--   person_id             STRING   the pseudonym
--   preference            INTEGER  1 is believed before 2
--   said_date             DATE     when it was said
--   practice_code         STRING   the practice named on the row
--   sex_code              STRING   1 male, 2 female, 9 or X not stated
--   birth_month           DATE     the 15th of the month of birth
--   lsoa11_code           STRING   small area of residence, 2011
--   lsoa21_code           STRING   small area of residence, 2021
--   household_id          STRING   keyed address
--   household_size        INTEGER  people registered at the address
--   is_care_home_address  BOOLEAN  the address is a registered care home
--   file_id               BIGINT   the delivered file
--   row_number            BIGINT   the row in it
WITH said AS (
    SELECT
        person_id,
        1 AS preference,
        CAST(received_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(household_id AS STRING) AS household_id, CAST(household_size AS INTEGER) AS household_size,
        CAST(is_care_home_address AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.gp_patient
    UNION ALL
    SELECT
        person_id,
        2 AS preference,
        CAST(received_date AS DATE) AS said_date,
        CAST(NULL AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.csds_patient
    UNION ALL
    SELECT
        person_id,
        2 AS preference,
        CAST(received_date AS DATE) AS said_date,
        CAST(NULL AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.mhsds_patient
    UNION ALL
    SELECT
        person_id,
        2 AS preference,
        CAST(received_date AS DATE) AS said_date,
        CAST(NULL AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.talking_therapies_patient
    UNION ALL
    SELECT
        person_id,
        3 AS preference,
        CAST(admission_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.sus_apc_spell
    UNION ALL
    SELECT
        person_id,
        3 AS preference,
        CAST(appointment_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.sus_op_appointment
    UNION ALL
    SELECT
        person_id,
        4 AS preference,
        CAST(arrival_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(NULL AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.sus_ecds_attendance
    UNION ALL
    SELECT
        person_id,
        3 AS preference,
        CAST(admission_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(NULL AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(NULL AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.hes_apc_episode
    UNION ALL
    SELECT
        person_id,
        3 AS preference,
        CAST(appointment_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(NULL AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(NULL AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.hes_op_appointment
    UNION ALL
    SELECT
        person_id,
        4 AS preference,
        CAST(arrival_date AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(sex_code AS STRING) AS sex_code, CAST(NULL AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(NULL AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.hes_ae_attendance
    UNION ALL
    SELECT
        person_id,
        4 AS preference,
        CAST(report_period_end AS DATE) AS said_date,
        CAST(practice_code AS STRING) AS practice_code,
        CAST(NULL AS STRING) AS sex_code, CAST(birth_month AS DATE) AS birth_month,
        CAST(lsoa11_code AS STRING) AS lsoa11_code, CAST(lsoa21_code AS STRING) AS lsoa21_code,
        CAST(NULL AS STRING) AS household_id, CAST(NULL AS INTEGER) AS household_size,
        CAST(NULL AS BOOLEAN) AS is_care_home_address, file_id, row_number
    FROM extract.social_care_event
)
SELECT
    CAST(person_id AS STRING) AS person_id,
    CAST(preference AS INTEGER) AS preference,
    CAST(said_date AS DATE) AS said_date,
    CAST(practice_code AS STRING) AS practice_code,
    CAST(sex_code AS STRING) AS sex_code,
    CAST(birth_month AS DATE) AS birth_month,
    CAST(lsoa11_code AS STRING) AS lsoa11_code,
    CAST(lsoa21_code AS STRING) AS lsoa21_code,
    CAST(household_id AS STRING) AS household_id,
    CAST(household_size AS INTEGER) AS household_size,
    CAST(is_care_home_address AS BOOLEAN) AS is_care_home_address,
    CAST(file_id AS BIGINT) AS file_id,
    CAST(row_number AS BIGINT) AS row_number
FROM said
WHERE person_id IS NOT NULL
