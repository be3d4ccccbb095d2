-- purpose: from when to when a person was on a waiting list, or had a day to come in, from the weekly returns
-- reads: standard.waiting_list_pathway, definitions.attribute_parameter, definitions.attribute
-- writes: working.waiting_held
-- grain: one row per person, provider and return with an open pathway
-- key: none
-- columns:
--   person_key    INTEGER  the person
--   attribute_id  STRING   the attribute
--   from_date     DATE     day of the return
--   to_date       DATE     day of the provider's next return, or when the last one is too old to believe, or the day
--      after the person is to come in
WITH listed AS (
    SELECT a.attribute_id, p.parameter, p.value_text, p.value_number
    FROM definitions.attribute AS a
    JOIN definitions.attribute_parameter AS p ON p.attribute_id = a.attribute_id
    WHERE a.method = 'open_pathway'
),
patience AS (
    SELECT attribute_id, CAST(FLOOR(7 * MAX(value_number)) AS INTEGER) AS days
    FROM listed
    WHERE parameter = 'weeks_without_return_to_close'
    GROUP BY attribute_id
),
ahead AS (
    SELECT attribute_id, CAST(FLOOR(MAX(value_number)) AS INTEGER) AS days
    FROM listed
    WHERE parameter = 'to_come_in_within_days'
    GROUP BY attribute_id
),
returned AS (
    SELECT DISTINCT provider_code, week_ending_date FROM standard.waiting_list_pathway
),
followed AS (
    SELECT
        provider_code,
        week_ending_date,
        LEAD(week_ending_date) OVER (PARTITION BY provider_code ORDER BY week_ending_date) AS next_date
    FROM returned
)
SELECT DISTINCT
    CAST(w.person_key AS INTEGER) AS person_key,
    CAST(t.attribute_id AS STRING) AS attribute_id,
    CAST(w.week_ending_date AS DATE) AS from_date,
    CAST(LEAST(
        COALESCE(f.next_date, DATE '9999-12-31'),
        add_days(w.week_ending_date, p.days),
        CASE WHEN a.days IS NULL THEN DATE '9999-12-31' ELSE add_days(w.to_come_in_date, 1) END
    ) AS DATE) AS to_date
FROM standard.waiting_list_pathway AS w
JOIN listed AS t ON t.parameter = 'waiting_list_types' AND t.value_text = w.waiting_list_type
JOIN patience AS p ON p.attribute_id = t.attribute_id
JOIN followed AS f ON f.provider_code = w.provider_code AND f.week_ending_date = w.week_ending_date
LEFT JOIN listed AS s
    ON s.attribute_id = t.attribute_id AND s.parameter = 'closed_statuses' AND s.value_text = w.period_status_code
LEFT JOIN ahead AS a ON a.attribute_id = t.attribute_id
WHERE s.attribute_id IS NULL
    AND (a.days IS NULL OR w.to_come_in_date BETWEEN w.week_ending_date AND add_days(w.week_ending_date, a.days))
