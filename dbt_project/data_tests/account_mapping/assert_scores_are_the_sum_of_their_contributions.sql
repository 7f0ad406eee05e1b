-- Every score is explained to the last digit, and stays between 0 and 100.
with

prioritized as (

    select * from {{ ref('fct_prioritized_accounts') }}

)

select
    segment_id,
    score
from prioritized
where score <> coalesce(relationship_depth_points, 0)
    + coalesce(in_market_points, 0)
    + coalesce(icp_fit_points, 0)
    + coalesce(strategic_importance_points, 0)
    or score < 0
    or score > 100
