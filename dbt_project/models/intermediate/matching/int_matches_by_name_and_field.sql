{{ config(materialized='view') }}

with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

-- The names agree and so does a second field.
matches as (

    select
        crm_record_key,
        partner_record_key,
        'name_and_field' as tier
    from pairs
    where name_level not in ('missing', 'different', 'faint')
        and (
            country_level = 'equal'
            or city_level in ('equal', 'similar')
            or phone_level = 'equal'
            or linkedin_level = 'equal'
            or domain_level in ('same_label', 'name_in_domain')
        )

)

select * from matches
