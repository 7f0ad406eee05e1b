-- Rules section 2: absence is only a statement where the partner sends its whole list.
with

segments as (

    select * from {{ ref('fct_account_segments') }}

),

coverage as (

    select * from {{ ref('int_partner_coverage_decided') }}

)

select
    segments.segment_id,
    segments.cell,
    coverage.coverage
from segments
inner join coverage
    on segments.partner_id = coverage.partner_id
where (segments.partner_state = 'absent' and coverage.coverage is distinct from 'full_list')
    or (segments.our_state = 'absent' and coverage.coverage = 'overlap_only')
