-- purpose: everybody any delivered row is about
-- reads: extract.gp_patient, extract.gp_registration, extract.gp_event, extract.gp_encounter,
--      extract.gp_appointment, extract.gp_medication, extract.sus_apc_spell, extract.sus_op_appointment,
--      extract.sus_ecds_attendance, extract.csds_patient, extract.csds_contact, extract.mhsds_patient,
--      extract.mhsds_contact, extract.mhsds_spell, extract.talking_therapies_patient,
--      extract.talking_therapies_contact, extract.social_care_event, extract.waiting_list_pathway,
--      extract.ambulance_incident, extract.nhs111_call, extract.immunisation, extract.cancer_pathway,
--      extract.death, extract.hes_apc_episode, extract.hes_op_appointment, extract.hes_ae_attendance
-- writes: working.person_seen
-- grain: one row per person
-- key: person_id
-- columns:
--   person_id  STRING  the pseudonym
WITH seen AS (
    SELECT person_id FROM extract.gp_patient
    UNION
    SELECT person_id FROM extract.gp_registration
    UNION
    SELECT person_id FROM extract.gp_event
    UNION
    SELECT person_id FROM extract.gp_encounter
    UNION
    SELECT person_id FROM extract.gp_appointment
    UNION
    SELECT person_id FROM extract.gp_medication
    UNION
    SELECT person_id FROM extract.sus_apc_spell
    UNION
    SELECT person_id FROM extract.sus_op_appointment
    UNION
    SELECT person_id FROM extract.sus_ecds_attendance
    UNION
    SELECT person_id FROM extract.csds_patient
    UNION
    SELECT person_id FROM extract.csds_contact
    UNION
    SELECT person_id FROM extract.mhsds_patient
    UNION
    SELECT person_id FROM extract.mhsds_contact
    UNION
    SELECT person_id FROM extract.mhsds_spell
    UNION
    SELECT person_id FROM extract.talking_therapies_patient
    UNION
    SELECT person_id FROM extract.talking_therapies_contact
    UNION
    SELECT person_id FROM extract.social_care_event
    UNION
    SELECT person_id FROM extract.waiting_list_pathway
    UNION
    SELECT person_id FROM extract.ambulance_incident
    UNION
    SELECT person_id FROM extract.nhs111_call
    UNION
    SELECT person_id FROM extract.immunisation
    UNION
    SELECT person_id FROM extract.cancer_pathway
    UNION
    SELECT person_id FROM extract.death
    UNION
    SELECT person_id FROM extract.hes_apc_episode
    UNION
    SELECT person_id FROM extract.hes_op_appointment
    UNION
    SELECT person_id FROM extract.hes_ae_attendance
)
SELECT CAST(person_id AS STRING) AS person_id
FROM seen
WHERE person_id IS NOT NULL
