-- purpose: from when to when a referral to an outpatient specialty is recent, from the appointments that followed
-- reads: standard.sus_op_appointment, definitions.attribute_parameter, definitions.attribute
-- writes: working.referral_held
-- grain: one row per person, attribute and appointment
-- key: none
-- ranges: person_key
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     day of the appointment, because a referral is not known before it is reported with one
--   to_date       DATE     so many months after the referral was received
WITH listed AS (
    SELECT a.attribute_id, p.parameter, p.value_text, p.value_number
    FROM definitions.attribute AS a
    JOIN definitions.attribute_parameter AS p ON p.attribute_id = a.attribute_id
    WHERE a.method = 'recent_referral'
),
recent AS (
    SELECT attribute_id, CAST(FLOOR(MAX(value_number)) AS INTEGER) AS months
    FROM listed
    WHERE parameter = 'referred_within_months'
    GROUP BY attribute_id
)
SELECT
    CAST(o.person_key AS INTEGER) AS person_key,
    CAST(t.attribute_id AS STRING) AS attribute_id,
    CAST(o.appointment_date AS DATE) AS from_date,
    CAST(add_months(o.referral_received_date, r.months) AS DATE) AS to_date
FROM standard.sus_op_appointment AS o
JOIN listed AS t ON t.parameter = 'treatment_functions' AND t.value_text = o.treatment_function_code
JOIN recent AS r ON r.attribute_id = t.attribute_id
WHERE add_months(o.referral_received_date, r.months) > o.appointment_date
