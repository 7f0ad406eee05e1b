{{ config(materialized='view') }}

with

versions as (

    select * from {{ ref('int_partner_names_versioned') }}

),

resolved as (

    select
        partner_name_key,
        partner_id,
        partner_name,
        known_from,
        succeeded_after_on,
        successor_partner_id
    from versions
    where valid_until_step is null

)

select * from resolved
