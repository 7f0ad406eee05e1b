-- Case 22: a fair target of zero is not measured; it is neither 0 %, nor 100 %, nor infinite.
select
    ae_quarter_id,
    status,
    attainment
from {{ ref('fct_ae_quarters') }}
where coalesce(fair_target, 0) = 0
    and (attainment is not null or status <> 'not_measured')
