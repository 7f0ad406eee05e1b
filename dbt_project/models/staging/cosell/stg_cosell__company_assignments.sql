{{ config(materialized='table') }}

with

source as (

    select * from {{ landed('cosell', 'company_assignments') }}

),

renamed as (

    select
        -- ids
        record_id,
        company_id,
        founder_record_id,
        keeper_record_id,

        -- numerics
        cast(founded_step as bigint) as founded_step,
        cast(refresh_number as bigint) as refresh_number,

        -- dates
        cast(founded_on as date) as founded_on,

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
