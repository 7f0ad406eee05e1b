with

source as (

    select * from {{ landed('policy', 'route_limits') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(list_size as bigint) as list_size,
        cast(per_partner_limit as bigint) as per_partner_limit,
        cast(per_account_limit as bigint) as per_account_limit,
        cast(minimum_one_sided_share as {{ type_share() }}) as minimum_one_sided_share,
        cast(cool_down_weeks as bigint) as cool_down_weeks,
        cast(dwell_weeks as bigint) as dwell_weeks,

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
