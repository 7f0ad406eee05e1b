-- Rules section 7.9: sourced + influenced + direct = CRM total, per quarter and measure, or the
-- release does not happen.
select
    fiscal_quarter,
    measure,
    currency,
    difference_amount,
    excluded_difference_amount,
    original_difference_amount,
    counted_difference_count,
    unconverted_opportunities_count
from {{ ref('rpt_ledger_reconciliation') }}
where difference_amount <> 0
    or excluded_difference_amount <> 0
    or original_difference_amount <> 0
    or counted_difference_count <> 0
    or unconverted_opportunities_count <> 0
    or counted_opportunities_count + left_out_opportunities_count <> crm_opportunities_count
