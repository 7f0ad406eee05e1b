{{ config(materialized='view') }}

with

pairs as (

    select * from {{ ref('int_match_pairs_scored') }}

),

-- Case 11: the registrable domain makes the pair, the hosts say how strong it is; shared domains
-- (case 10) have a level of their own and make none.
matches as (

    select
        crm_record_key,
        partner_record_key,
        'domain' as tier
    from pairs
    where domain_level in ('same_host', 'below_own', 'sibling_hosts')

)

select * from matches
