-- purpose: hospital spells, outpatient attendances and emergency attendances
-- reads: standard.sus_apc_spell, standard.sus_op_appointment, standard.sus_ecds_attendance,
--      standard.hes_apc_episode, standard.hes_op_appointment, standard.hes_ae_attendance,
--      definitions.code_map, build.parameters
-- writes: working.hospital_activity
-- grain: one row per event
-- key: event_id
-- columns:
--   event_id           BIGINT         delivered row x build.parameters.event_parts + part
--   person_key         INTEGER        the person
--   event_date         DATE           day of the contact, attendance, admission or item; first day of a period
--   end_date           DATE           first day after a stay or period; null when there is none or it is open
--   point_of_delivery  STRING         definitions.point_of_delivery
--   provider_code      STRING         who gave the care
--   commissioner_code  STRING         who paid
--   currency           STRING         what the price depends on: HRG, staff type, response, service
--   quantity           DOUBLE         how much of the unit that a price is multiplied by
--   bed_days           INTEGER        nights of the whole stay; null when there is no bed or the stay is open
--   is_start           BOOLEAN        first row of a stay or service; true of everything else
--   tariff_gbp         DECIMAL(12,2)  price on the record for this row
--   source_record      STRING         the record it comes from

-- What a code means stands in definitions.code_map; a record whose codes mean nothing there is no activity
-- and is counted in quality.not_activity. HES has episodes, so a spell is what a provider did for a person
-- from one day of admission on.
WITH attendance_hrg AS (
    SELECT code FROM definitions.code_map WHERE map_id = 'op_attendance_hrg'
),
appointment AS (
    SELECT
        row_id, person_key, appointment_date, provider_code, commissioner_code, first_attendance_code,
        attended_code, hrg_code, tariff_gbp, 'sus_op_appointment' AS source_record
    FROM standard.sus_op_appointment
    UNION ALL
    SELECT
        row_id, person_key, appointment_date, provider_code, CAST(NULL AS STRING) AS commissioner_code,
        first_attendance_code, attended_code, hrg_code, CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'hes_op_appointment' AS source_record
    FROM standard.hes_op_appointment
),
seen AS (
    SELECT
        a.row_id, a.person_key, a.appointment_date, a.provider_code, a.commissioner_code, a.hrg_code,
        a.tariff_gbp, a.source_record,
        CASE
            WHEN a.hrg_code IS NOT NULL AND h.code IS NULL THEN 'outpatient_procedure'
            ELSE d.value
        END AS point_of_delivery
    FROM appointment AS a
    JOIN definitions.code_map AS k ON k.map_id = 'op_attended' AND k.code = a.attended_code
    LEFT JOIN attendance_hrg AS h ON h.code = LEFT(a.hrg_code, 2)
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'op_point_of_delivery' AND d.code = a.first_attendance_code
),
episode AS (
    SELECT
        row_id, person_key, provider_code, admission_date, admission_method_code,
        patient_classification_code, hrg_code,
        MAX(discharge_date) OVER (PARTITION BY person_key, provider_code, admission_date) AS discharge_date,
        ROW_NUMBER() OVER (
            PARTITION BY person_key, provider_code, admission_date ORDER BY episode_order, row_id
        ) AS position
    FROM standard.hes_apc_episode
    WHERE admission_date IS NOT NULL
),
spell AS (
    SELECT
        row_id, person_key, provider_code, commissioner_code, admission_date, discharge_date,
        admission_method_code, patient_classification_code, hrg_code, tariff_gbp,
        'sus_apc_spell' AS source_record
    FROM standard.sus_apc_spell
    UNION ALL
    SELECT
        row_id, person_key, provider_code, CAST(NULL AS STRING) AS commissioner_code, admission_date,
        discharge_date, admission_method_code, patient_classification_code, hrg_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp, 'hes_apc_episode' AS source_record
    FROM episode
    WHERE position = 1
),
event AS (
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.admission_date AS event_date,
        CASE WHEN r.discharge_date >= r.admission_date THEN r.discharge_date END AS end_date,
        COALESCE(d.value, e.value) AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        r.hrg_code AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CASE
            WHEN r.discharge_date >= r.admission_date THEN days_between(r.admission_date, r.discharge_date)
        END AS bed_days,
        TRUE AS is_start,
        r.tariff_gbp AS tariff_gbp,
        r.source_record AS source_record
    FROM spell AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'apc_point_of_delivery' AND d.code = r.admission_method_code
        AND d.second_code = r.patient_classification_code
    LEFT JOIN definitions.code_map AS e
        ON e.map_id = 'apc_point_of_delivery' AND e.code = r.admission_method_code AND e.second_code = '*'
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.appointment_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        r.point_of_delivery AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        r.hrg_code AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        r.tariff_gbp AS tariff_gbp,
        r.source_record AS source_record
    FROM seen AS r
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.arrival_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        d.value AS point_of_delivery,
        r.provider_code AS provider_code,
        r.commissioner_code AS commissioner_code,
        r.hrg_code AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        r.tariff_gbp AS tariff_gbp,
        'sus_ecds_attendance' AS source_record
    FROM standard.sus_ecds_attendance AS r
    JOIN definitions.code_map AS d
        ON d.map_id = 'ecds_point_of_delivery' AND d.code = r.department_type_code
        AND d.second_code = r.attendance_category_code
    CROSS JOIN build.parameters AS b
    UNION ALL
    SELECT
        r.row_id * b.event_parts AS event_id,
        r.person_key,
        r.arrival_date AS event_date,
        CAST(NULL AS DATE) AS end_date,
        d.value AS point_of_delivery,
        r.provider_code AS provider_code,
        CAST(NULL AS STRING) AS commissioner_code,
        r.hrg_code AS currency,
        CAST(1 AS DOUBLE) AS quantity,
        CAST(NULL AS INTEGER) AS bed_days,
        TRUE AS is_start,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp,
        'hes_ae_attendance' AS source_record
    FROM standard.hes_ae_attendance AS r
    JOIN definitions.code_map AS d
        ON d.map_id = 'hes_ae_point_of_delivery' AND d.code = r.department_type_code
    CROSS JOIN build.parameters AS b
)
SELECT
    CAST(event_id AS BIGINT) AS event_id,
    CAST(person_key AS INTEGER) AS person_key,
    CAST(event_date AS DATE) AS event_date,
    CAST(end_date AS DATE) AS end_date,
    CAST(point_of_delivery AS STRING) AS point_of_delivery,
    CAST(provider_code AS STRING) AS provider_code,
    CAST(commissioner_code AS STRING) AS commissioner_code,
    CAST(currency AS STRING) AS currency,
    CAST(quantity AS DOUBLE) AS quantity,
    CAST(bed_days AS INTEGER) AS bed_days,
    CAST(is_start AS BOOLEAN) AS is_start,
    CAST(tariff_gbp AS DECIMAL(12,2)) AS tariff_gbp,
    CAST(source_record AS STRING) AS source_record
FROM event
WHERE point_of_delivery IS NOT NULL
