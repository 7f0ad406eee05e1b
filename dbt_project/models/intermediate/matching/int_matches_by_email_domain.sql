{{ config(materialized='view') }}

with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

-- Known contacts of our account write from the domain that is the partner's record's own.
matches as (

    select
        crm_record_key,
        partner_record_key,
        'email_domain' as tier
    from pairs
    where email_domain_level = 'equal'

)

select * from matches
