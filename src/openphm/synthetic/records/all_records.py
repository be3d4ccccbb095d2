"""Every record of a chunk, one after the other, so that only one is in memory."""

from __future__ import annotations

from collections.abc import Iterator

from openphm.synthetic.records import attendances, community, council, entries, inpatients, practice
from openphm.synthetic.records.batch import Batch
from openphm.synthetic.records.writer_context import Context


def all_batches(context: Context) -> Iterator[Batch]:
    """The batches of a chunk."""
    yield practice.gp_patient(context)
    yield practice.gp_registration(context)
    yield practice.gp_encounter(context)
    yield practice.gp_appointment(context)
    yield practice.gp_medication(context)
    yield entries.gp_event(context)
    spells = inpatients.Spells(context)
    yield inpatients.sus_apc_spell(spells)
    yield inpatients.sus_apc_episode(spells)
    yield inpatients.sus_apc_diagnosis(spells)
    yield inpatients.sus_apc_procedure(spells)
    yield attendances.sus_op_appointment(context)
    yield attendances.sus_op_diagnosis(context)
    yield attendances.sus_ecds_attendance(context)
    yield attendances.sus_ecds_diagnosis(context)
    for record in community.PATIENTS:
        yield community.patient_index(context, record)
    for record in ("csds_contact", "mhsds_contact", "talking_therapies_contact"):
        yield community.contacts(context, record)
    yield community.mhsds_spell(context)
    yield community.ambulance_incident(context)
    yield community.nhs111_call(context)
    yield council.social_care_event(context)
    yield council.waiting_list_pathway(context)
    yield council.cancer_pathway(context)
    yield council.immunisation(context)
    yield council.death(context)
