"""Routing: each week's frozen lists are brought to the CRM, Slack, enablement tools and partners.

The way of a row: `routed_list` reads it from the release, `audience` decides who may see what of
it, a target (`crm_fields` with `salesforce_fields` and `hubspot_properties`, `slack_digests`,
`enablement_files`, `partner_sheets`) says what should stand there, the `journal` knows what stands
there already, and `delivering` sends the difference. Plain Python and DuckDB; no Dagster here.
"""

from __future__ import annotations

from orchestration.routing.delivering import Delivery, TargetReport, deliver

__all__ = ["Delivery", "TargetReport", "deliver"]
