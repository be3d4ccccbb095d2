"""Custodian: the only room that sees identity. It holds the keys; everybody else sees pseudonyms.

`Home.make` makes a home with a key, `Home.open` opens one; `pseudonymise` turns raw extracts into extracts
about pseudonyms. Only the command `openphm custodian` may open this room.
"""

from openphm.custodian.home import Home
from openphm.custodian.pseudonymise import Options, pseudonymise
from openphm.custodian.vault import Vault

__all__ = ["Home", "Options", "Vault", "pseudonymise"]
