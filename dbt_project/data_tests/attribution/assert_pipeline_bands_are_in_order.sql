-- Rules section 10: low <= mid <= high <= everything that is open.
select
    partner_id,
    attribution_class,
    close_quarter,
    low_amount,
    mid_amount,
    high_amount,
    open_pipeline_amount
from {{ ref('rpt_partner_pipeline_bands') }}
where low_amount > mid_amount
    or mid_amount > high_amount
    or high_amount > open_pipeline_amount
    or low_amount < 0
