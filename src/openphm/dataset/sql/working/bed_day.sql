-- purpose: bed days of each stay, month by month, so that a stay over a month end counts in both
-- reads: activity.event, definitions.point_of_delivery, build.month, build.parameters
-- writes: working.bed_day
-- grain: one row per person and month with an emergency bed day
-- key: person_key, month_end
-- ranges: person_key
-- columns:
--   person_key          INTEGER  the person
--   month_end           DATE     last day of the month
--   emergency_bed_days  INTEGER  nights of emergency stays in the month

-- A stay lasts from admission to discharge, the day of discharge not counted; a stay that has not ended
-- lasts to the as-at date.
WITH stay AS (
    SELECT
        e.person_key,
        e.event_date AS start_date,
        COALESCE(e.end_date, GREATEST(add_days(b.as_at, 1), e.event_date)) AS end_date
    FROM activity.event AS e
    JOIN definitions.point_of_delivery AS d ON d.point_of_delivery = e.point_of_delivery
    CROSS JOIN build.parameters AS b
    WHERE d.counts_bed_days
)
SELECT
    CAST(s.person_key AS INTEGER) AS person_key,
    CAST(m.month_end AS DATE) AS month_end,
    CAST(SUM(days_between(
        GREATEST(s.start_date, m.month_start), LEAST(s.end_date, add_days(m.month_end, 1))
    )) AS INTEGER) AS emergency_bed_days
FROM stay AS s
JOIN build.month AS m ON s.start_date <= m.month_end AND s.end_date > m.month_start
GROUP BY s.person_key, m.month_end
