{{ config(materialized='view') }}

with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

-- Case 43: names that agree with nothing else are for a person to decide.
matches as (

    select
        crm_record_key,
        partner_record_key,
        'name' as tier
    from pairs
    where name_level not in ('missing', 'different', 'faint')

)

select * from matches
