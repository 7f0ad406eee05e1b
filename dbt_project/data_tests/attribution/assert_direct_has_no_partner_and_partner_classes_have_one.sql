-- Rules section 7.4: a partner class names exactly one partner, direct names none.
select
    posting_id,
    attribution_class,
    partner_id
from {{ ref('fct_attribution_ledger') }}
where (attribution_class = 'direct') <> (partner_id is null)
