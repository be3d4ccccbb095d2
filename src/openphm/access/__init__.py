"""Access: may this user do this, on which rows, how fine, for which purpose?

One function, `authorise`, which denies by default and answers a `Scope`. Nothing about people can
be asked of `population` without a Scope, and a Scope cannot widen: it only narrows.
"""

from openphm.access.authority import authorise
from openphm.access.register import AccessRegister
from openphm.access.register_file import Membership, Organisation, Person, SubLicence
from openphm.access.scope import Granularity, Purpose, Scope
from openphm.access.terminal import REGISTER, local_user, terminal_name
from openphm.access.users import Action, Role, User

__all__ = [
    "REGISTER",
    "AccessRegister",
    "Action",
    "Granularity",
    "Membership",
    "Organisation",
    "Person",
    "Purpose",
    "Role",
    "Scope",
    "SubLicence",
    "User",
    "authorise",
    "local_user",
    "terminal_name",
]
