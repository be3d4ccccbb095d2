"""Direct care: ask the custodian who the people of a cohort are, for those who look after them.

A cohort is frozen at one practice or network, its criteria written out in full; the request is signed and
sent. What comes back is where it stands. The list itself goes from the custodian to the practice, never here.
"""

from openphm.direct_care.custodian_service import CustodianService, Standing
from openphm.direct_care.requesting import Wanted, frozen_request
from openphm.population import open_in_scope

__all__ = ["CustodianService", "Standing", "Wanted", "frozen_request", "open_in_scope"]
