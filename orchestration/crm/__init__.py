"""Live CRMs: what changed since the last pull comes into the inbox, to be landed like any file.

`pulling` keeps what survives a kill (the cursor, the pages, the watermarks); `salesforce_org` and
`hubspot_portal` pull from one kind of CRM each, through `salesforce_connection` and
`hubspot_connection`, which deliveries use as well; `credentials` and `sessions` are what both need.
Nothing here lands or reads a landed row, and nothing imports Dagster.
"""

from orchestration.crm.pulling import PulledObject, pull_crm
from orchestration.crm.sessions import Patience

__all__ = ["Patience", "PulledObject", "pull_crm"]
