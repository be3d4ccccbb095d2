"""Re-identification: for direct care, within the practice's own list, decided by two people, once.

`Desk` takes signed requests from zone P and the decisions of people; docs/governance/reidentification.md is
the process map. Identities leave on one way only: `Desk.collect`, to the requester, who signed in here.
"""

from openphm.custodian.reidentification.desk import FINDINGS, Answer, Desk, folder_of
from openphm.custodian.reidentification.ledger import Case
from openphm.custodian.reidentification.lists import Handover
from openphm.custodian.reidentification.opt_outs import ObjectionList, OptOuts
from openphm.custodian.reidentification.reasons import FLAGS, REASONS, REFUSALS, Refused
from openphm.custodian.reidentification.register_file import keep_register, open_register
from openphm.custodian.reidentification.registrations import Registrations, load_registrations
from openphm.custodian.reidentification.sealed import open_sealed, seal_list
from openphm.custodian.reidentification.users import Account, Users

__all__ = [
    "FINDINGS",
    "FLAGS",
    "REASONS",
    "REFUSALS",
    "Account",
    "Answer",
    "Case",
    "Desk",
    "Handover",
    "ObjectionList",
    "OptOuts",
    "Refused",
    "Registrations",
    "Users",
    "folder_of",
    "keep_register",
    "load_registrations",
    "open_register",
    "open_sealed",
    "seal_list",
]
