with

source as (

    select * from {{ landed('policy', 'consequences') }}

),

renamed as (

    select
        -- strings
        policy_version,
        reason,
        tier,

        -- numerics
        cast(tier_rank as bigint) as tier_rank,
        cast(minimum_attainment as decimal(18, 6)) as minimum_attainment,
        cast(minimum_missed_quarters as bigint) as minimum_missed_quarters,

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
