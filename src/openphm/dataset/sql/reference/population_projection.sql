-- purpose: the published sub-national population projection, for the projections
-- reads: extract.ref_population_projection
-- writes: reference.population_projection
-- grain: one row per area, component, sex, age group and year
-- key: none
-- sort: area_code, year
-- columns:
--   area_code  STRING   local authority or ICB
--   area_name  STRING   its name
--   component  STRING   population, births, deaths or migration
--   sex        STRING   females, males or persons
--   age_group  STRING   single year or band, as published
--   year       INTEGER  mid-year
--   people     DOUBLE   projected people
SELECT
    CAST(p.area_code AS STRING) AS area_code,
    CAST(p.area_name AS STRING) AS area_name,
    CAST(p.component AS STRING) AS component,
    CAST(p.sex AS STRING) AS sex,
    CAST(p.age_group AS STRING) AS age_group,
    CAST(p.year AS INTEGER) AS year,
    CAST(p.people AS DOUBLE) AS people
FROM extract.ref_population_projection AS p
