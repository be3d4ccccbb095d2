"""Recording: what people tell us. Saved cohorts, what was asked of late, enrolments, jobs of the suite.

One database beside the store (SQLite), or wherever a URL says (PostgreSQL for several servers). It knows
no build and no person: a saved cohort is a question, and an enrolment holds a pseudonym. Values of
`openphm.core.records` go in and come out.

    with Register.beside(store) as register:
        register.cohorts.save("cohorts/mine", definition, owner="somebody")
        register.fingerprints.recent("somebody")
        register.enrolments.of("interventions/link_worker")
        register.plans.of("evaluations/link_worker")
"""

from openphm.recording.cohorts import SavedCohorts
from openphm.recording.enrolments import Enrolments
from openphm.recording.fingerprints import DAYS_KEPT, Fingerprints
from openphm.recording.jobs import Jobs
from openphm.recording.kept import KeptThings
from openphm.recording.plans import PlanLocks
from openphm.recording.register import Register
from openphm.recording.sign_ins import SignIns
from openphm.recording.tokens import Tokens

__all__ = [
    "DAYS_KEPT",
    "Enrolments",
    "Fingerprints",
    "Jobs",
    "KeptThings",
    "PlanLocks",
    "Register",
    "SavedCohorts",
    "SignIns",
    "Tokens",
]
