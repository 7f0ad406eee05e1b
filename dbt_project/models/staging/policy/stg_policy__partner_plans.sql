with

source as (

    select * from {{ landed('policy', 'partner_plans') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,

        -- numerics
        cast(minimum_days as bigint) as minimum_days,
        cast(maximum_days as bigint) as maximum_days,
        cast(review_days as bigint) as review_days,
        cast(grace_days as bigint) as grace_days,
        cast(green_pace as {{ type_share() }}) as green_pace,
        cast(amber_pace as {{ type_share() }}) as amber_pace,

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
