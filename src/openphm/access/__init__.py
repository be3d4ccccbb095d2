"""Access: may this user do this, on which rows, how fine, for which purpose?

One function, `authorise`, which denies by default and answers a `Scope`. Nothing about people can
be asked of `population` without a Scope, and a Scope cannot widen: it only narrows.
"""

from openphm.access.authority import authorise
from openphm.access.scope import Granularity, Purpose, Scope
from openphm.access.users import Action, Role, User, local_user

__all__ = ["Action", "Granularity", "Purpose", "Role", "Scope", "User", "authorise", "local_user"]
