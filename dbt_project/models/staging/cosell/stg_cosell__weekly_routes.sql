{{ config(materialized='table') }}

with

source as (

    select * from {{ landed('cosell', 'weekly_routes') }}

),

renamed as (

    select
        -- ids
        route_id,
        rep_id,
        account_id,
        partner_id,

        -- strings
        cell,
        roll_up,
        reason,
        partner_seller_name,
        suggested_next_step,
        change_reason,

        -- numerics
        cast(rank as bigint) as rank,
        cast(previous_rank as bigint) as previous_rank,
        cast(score as {{ type_score() }}) as score,
        cast(relationship_depth_points as {{ type_score() }}) as relationship_depth_points,
        cast(in_market_points as {{ type_score() }}) as in_market_points,
        cast(icp_fit_points as {{ type_score() }}) as icp_fit_points,
        cast(strategic_importance_points as {{ type_score() }}) as strategic_importance_points,

        -- dates
        cast(week_starts_on as date) as week_starts_on,
        cast(first_listed_on as date) as first_listed_on,
        cast(expires_on as date) as expires_on,

        -- lineage
        _batch_id as batch_id,
        _source_file as source_file,
        _source_sha256 as source_sha256,
        cast(_row_number as bigint) as source_row_number,
        _known_step as known_step,
        cast(_known_on as date) as known_on
    from source

)

select * from renamed
