-- purpose: the people and person-time of the 12 months to the as-at date: the denominator of every rate
-- reads: person.registration, segments.history, build.parameters
-- writes: segments.window
-- grain: one row per person registered on any day of the window
-- key: person_key
-- sort: person_key
-- columns:
--   person_key           INTEGER  the person
--   practice_code        STRING   practice on the as-at date, or on the last registered day
--   subsegment_code      STRING   subsegment on the as-at date, or on the last registered day
--   person_days          INTEGER  days registered and alive in the window
--   is_registered_as_at  BOOLEAN  registered on the as-at date
WITH held AS (
    SELECT
        r.person_key,
        SUM(days_between(
            GREATEST(r.start_date, b.window_start),
            LEAST(COALESCE(r.end_date, DATE '9999-12-31'), add_days(b.as_at, 1))
        )) AS person_days
    FROM person.registration AS r
    CROSS JOIN build.parameters AS b
    WHERE r.start_date <= b.as_at AND (r.end_date IS NULL OR r.end_date > b.window_start)
    GROUP BY r.person_key
),
latest AS (
    SELECT h.person_key, MAX(h.month_end) AS month_end
    FROM segments.history AS h
    CROSS JOIN build.parameters AS b
    WHERE h.month_end BETWEEN b.window_start AND b.as_at
    GROUP BY h.person_key
)
SELECT
    CAST(w.person_key AS INTEGER) AS person_key,
    CAST(h.practice_code AS STRING) AS practice_code,
    CAST(h.subsegment_code AS STRING) AS subsegment_code,
    CAST(w.person_days AS INTEGER) AS person_days,
    CAST(h.month_end = b.as_at AND h.is_registered_at_month_end AS BOOLEAN) AS is_registered_as_at
FROM held AS w
JOIN latest AS l ON l.person_key = w.person_key
JOIN segments.history AS h ON h.person_key = l.person_key AND h.month_end = l.month_end
CROSS JOIN build.parameters AS b
