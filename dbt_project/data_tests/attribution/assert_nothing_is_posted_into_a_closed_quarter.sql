-- Rules section 7.8: from its closing step on a quarter takes no postings.
select
    ledger.posting_id,
    ledger.posted_quarter,
    ledger.known_step,
    quarters.closing_step
from {{ ref('fct_attribution_ledger') }} as ledger
inner join {{ ref('int_fiscal_quarters_closed') }} as quarters
    on ledger.posted_quarter = quarters.fiscal_quarter
where quarters.closing_step <= ledger.known_step
