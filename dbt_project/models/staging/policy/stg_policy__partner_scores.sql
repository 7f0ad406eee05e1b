with

source as (

    select * from {{ landed('policy', 'partner_scores') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(minimum_closed_count as bigint) as minimum_closed_count,
        cast(minimum_group_count as bigint) as minimum_group_count,
        cast(win_rate_share as {{ type_share() }}) as win_rate_share,
        cast(deal_size_share as {{ type_share() }}) as deal_size_share,
        cast(cycle_time_share as {{ type_share() }}) as cycle_time_share,
        cast(most_ratio as {{ type_share() }}) as most_ratio,

        -- dates
        cast(effective_from as date) as effective_from_on,

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
