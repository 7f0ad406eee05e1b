"""The rows of one partner, from which its sheet and its channel begin, ranked among its own."""

from __future__ import annotations

from typing import Any

from orchestration.routing.routed_list import RoutedList
from orchestration.routing.slack_digests import segment_words

# The rank is counted within the partner's rows: that in the rep's whole list would tell how many
# rows of others stand before it.
_ROWS = """
with

theirs as (
    -- Several records of a partner may be one account of ours: the first name is as good as any.
    select account_id, min(partner_account_id) as partner_account_id,
        min_by(partner_account_name, partner_account_id) as partner_account_name,
        min_by(partner_state, partner_account_id) as partner_state
    from release_segments
    where account_id is not null and partner_id = $partner_id
    group by account_id
)

select
    route_id,
    partner_id,
    partner_account_id,
    coalesce(partner_account_name, account_name) as account_name,
    website,
    country,
    city,
    industry,
    partner_state as your_status,
    partner_seller_name as your_seller,
    rep_name as our_rep_name,
    rep_email as our_rep_email,
    cell,
    row_number() over (partition by rep_id order by routed.rank, account_id) as rank,
    cast(score as decimal(9, 2)) as score,
    reason,
    suggested_next_step,
    expires_on
from routed
left join theirs using (account_id)
where partner_id = $partner_id
order by our_rep_name, rep_id, rank, account_id
"""


def partner_rows(listed: RoutedList, partner_id: str) -> list[dict[str, Any]]:
    """Every value that the partner could be shown; `PartnerAudience.shown` chooses among them."""
    rows = listed.connection.execute(_ROWS, {"partner_id": partner_id}).to_arrow_table().to_pylist()
    return [{**row, "our_segment": segment_words(row["cell"])} for row in rows]
