"""What a request needs to be allowed, and whether policies allow it.

    needs = list(NEEDS[operation](request, caller))
    tables = {name: table for need in needs if (name := need.table_name) and (table := …catalog look-up…)}
    authorize(needs, Access(principal, policies, policy_of, environment), tables)

comes after `validation.check` of the request and before its handler. Nothing here waits: whoever calls looks up the
tables (of the account that a resource's ARN names) and the policies attached to them. `authorize` raises
AccessDeniedException, or tells whether its answer may be kept for the same principal, actions and resources.
"""

from __future__ import annotations

from slipring.operations.access.authorization import Access, Answered, authorize, decided, policy_holder
from slipring.operations.access.needs import Need
from slipring.operations.access.table import NEEDS

__all__ = ["NEEDS", "Access", "Answered", "Need", "authorize", "decided", "policy_holder"]
