-- purpose: rows that were loaded and are no activity, by what their codes say: nothing disappears unseen
-- reads: definitions.code_map, standard.csds_contact, standard.gp_appointment, standard.hes_ae_attendance,
--      standard.hes_apc_episode, standard.hes_op_appointment, standard.mhsds_contact,
--      standard.social_care_event, standard.sus_apc_spell, standard.sus_ecds_attendance,
--      standard.sus_op_appointment, standard.talking_therapies_contact
-- writes: quality.not_activity
-- grain: one row per record, reason and codes
-- key: none
-- sort: record, reason
-- columns:
--   record       STRING         the kind of row
--   reason       STRING         why it is no activity
--   code         STRING         the code that says so
--   second_code  STRING         a second code that says so
--   n_rows       BIGINT         rows
--   tariff_gbp   DECIMAL(18,2)  pounds that stood on these rows

-- A HES spell is one event, made from its first episode.
WITH attendance_hrg AS (
    SELECT code FROM definitions.code_map WHERE map_id = 'op_attendance_hrg'
),
appointment AS (
    SELECT 'sus_op_appointment' AS record, attended_code, first_attendance_code, hrg_code, tariff_gbp
    FROM standard.sus_op_appointment
    UNION ALL
    SELECT
        'hes_op_appointment' AS record, attended_code, first_attendance_code, hrg_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.hes_op_appointment
),
episode AS (
    SELECT
        admission_date, admission_method_code, patient_classification_code,
        ROW_NUMBER() OVER (
            PARTITION BY person_key, provider_code, admission_date ORDER BY episode_order, row_id
        ) AS position
    FROM standard.hes_apc_episode
),
refused AS (
    SELECT
        'sus_apc_spell' AS record,
        'admission method and class without a meaning' AS reason,
        r.admission_method_code AS code,
        r.patient_classification_code AS second_code,
        r.tariff_gbp AS tariff_gbp
    FROM standard.sus_apc_spell AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'apc_point_of_delivery' AND d.code = r.admission_method_code
        AND (d.second_code = r.patient_classification_code OR d.second_code = '*')
    WHERE d.code IS NULL
    UNION ALL
    SELECT
        'hes_apc_episode' AS record,
        'admission method and class without a meaning' AS reason,
        r.admission_method_code AS code,
        r.patient_classification_code AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM episode AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'apc_point_of_delivery' AND d.code = r.admission_method_code
        AND (d.second_code = r.patient_classification_code OR d.second_code = '*')
    WHERE d.code IS NULL AND r.admission_date IS NOT NULL AND r.position = 1
    UNION ALL
    SELECT
        'hes_apc_episode' AS record,
        'no admission date' AS reason,
        CAST(NULL AS STRING) AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM episode AS r
    WHERE r.admission_date IS NULL
    UNION ALL
    SELECT
        'hes_apc_episode' AS record,
        'later episode of a spell' AS reason,
        CAST(NULL AS STRING) AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM episode AS r
    WHERE r.admission_date IS NOT NULL AND r.position > 1
    UNION ALL
    SELECT
        r.record AS record,
        'not attended' AS reason,
        r.attended_code AS code,
        CAST(NULL AS STRING) AS second_code,
        r.tariff_gbp AS tariff_gbp
    FROM appointment AS r
    LEFT JOIN definitions.code_map AS k ON k.map_id = 'op_attended' AND k.code = r.attended_code
    WHERE k.code IS NULL
    UNION ALL
    SELECT
        r.record AS record,
        'kind of attendance without a meaning' AS reason,
        r.first_attendance_code AS code,
        CAST(NULL AS STRING) AS second_code,
        r.tariff_gbp AS tariff_gbp
    FROM appointment AS r
    JOIN definitions.code_map AS k ON k.map_id = 'op_attended' AND k.code = r.attended_code
    LEFT JOIN attendance_hrg AS h ON h.code = LEFT(r.hrg_code, 2)
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'op_point_of_delivery' AND d.code = r.first_attendance_code
    WHERE d.code IS NULL AND (r.hrg_code IS NULL OR h.code IS NOT NULL)
    UNION ALL
    SELECT
        'sus_ecds_attendance' AS record,
        'planned, or department without a meaning' AS reason,
        r.department_type_code AS code,
        r.attendance_category_code AS second_code,
        r.tariff_gbp AS tariff_gbp
    FROM standard.sus_ecds_attendance AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'ecds_point_of_delivery' AND d.code = r.department_type_code
        AND d.second_code = r.attendance_category_code
    WHERE d.code IS NULL
    UNION ALL
    SELECT
        'hes_ae_attendance' AS record,
        'department without a meaning' AS reason,
        r.department_type_code AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.hes_ae_attendance AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'hes_ae_point_of_delivery' AND d.code = r.department_type_code
    WHERE d.code IS NULL
    UNION ALL
    SELECT
        'gp_appointment' AS record,
        'not attended' AS reason,
        r.status AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.gp_appointment AS r
    LEFT JOIN definitions.code_map AS k ON k.map_id = 'gp_appointment_attended' AND k.code = r.status
    WHERE k.code IS NULL
    UNION ALL
    SELECT
        'csds_contact' AS record,
        'not attended' AS reason,
        r.attendance_status_code AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.csds_contact AS r
    LEFT JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
    WHERE k.code IS NULL
    UNION ALL
    SELECT
        'mhsds_contact' AS record,
        'not attended' AS reason,
        r.attendance_status_code AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.mhsds_contact AS r
    LEFT JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
    WHERE k.code IS NULL
    UNION ALL
    SELECT
        'talking_therapies_contact' AS record,
        'not attended' AS reason,
        r.attendance_status_code AS code,
        CAST(NULL AS STRING) AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.talking_therapies_contact AS r
    LEFT JOIN definitions.code_map AS k
        ON k.map_id = 'care_contact_attended' AND k.code = r.attendance_status_code
    WHERE k.code IS NULL
    UNION ALL
    SELECT
        'social_care_event' AS record,
        'service without a meaning' AS reason,
        r.event_type AS code,
        r.service_type AS second_code,
        CAST(NULL AS DECIMAL(12,2)) AS tariff_gbp
    FROM standard.social_care_event AS r
    LEFT JOIN definitions.code_map AS d
        ON d.map_id = 'social_care_point_of_delivery' AND d.code = r.event_type
        AND (d.second_code = r.service_type OR d.second_code = '*')
    WHERE d.code IS NULL
)
SELECT
    CAST(record AS STRING) AS record,
    CAST(reason AS STRING) AS reason,
    CAST(code AS STRING) AS code,
    CAST(second_code AS STRING) AS second_code,
    CAST(COUNT(*) AS BIGINT) AS n_rows,
    CAST(COALESCE(SUM(tariff_gbp), 0) AS DECIMAL(18,2)) AS tariff_gbp
FROM refused
GROUP BY record, reason, code, second_code
