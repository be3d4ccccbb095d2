"""The custodian's own HTTP service: suites send signed requests, approvers decide, practices collect.

It shares nothing with the web suite: another port, another home, other users. It needs the extra
`openphm[serve]`. Pages work without JavaScript; there is none.
"""

from openphm.custodian.reidentification.service.app import make_app
from openphm.custodian.reidentification.service.running import Address, check_address, run

__all__ = ["Address", "check_address", "make_app", "run"]
