{{ config(materialized='view') }}

with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

-- One DUNS number is one establishment.
matches as (

    select
        crm_record_key,
        partner_record_key,
        'duns' as tier
    from pairs
    where duns_level = 'equal'

)

select * from matches
