with

crm_keys as (

    select
        record_key,
        block_key
    from {{ ref('int_company_keys_blocked') }}
    where side = 'crm'
    group by record_key, block_key

),

partner_keys as (

    select
        record_key,
        block_key
    from {{ ref('int_company_keys_blocked') }}
    where side = 'partner'

),

by_crm_id as (

    select * from {{ ref('int_matches_by_crm_id') }}

),

decisions as (

    select * from {{ ref('int_match_decisions_in_force') }}

),

-- A key that many of our accounts have finds nothing in particular: the work grows with the
-- lists and not with their product. Beginnings, endings and single words find less than whole
-- names and numbers do.
blocks as (

    select block_key
    from crm_keys
    group by block_key
    having
        count(*)
        <= case when substr(block_key, 1, 1) in ('1', 's', 'e', 'v') then 8 else 30 end

),

usable_keys as (

    select
        crm_keys.record_key,
        crm_keys.block_key
    from crm_keys
    inner join blocks
        on crm_keys.block_key = blocks.block_key

),

pairs_found as (

    select
        usable_keys.record_key as crm_record_key,
        partner_keys.record_key as partner_record_key
    from partner_keys
    inner join usable_keys
        on partner_keys.block_key = usable_keys.block_key

    union all

    select
        'crm|' || crm_account_id as crm_record_key,
        partner_id || '|' || partner_account_id as partner_record_key
    from by_crm_id

    union all

    -- A person may join two records between which no rule sees anything.
    select
        'crm|' || crm_account_id as crm_record_key,
        partner_id || '|' || partner_account_id as partner_record_key
    from decisions

),

pairs as (

    select
        crm_record_key,
        partner_record_key
    from pairs_found
    group by crm_record_key, partner_record_key

)

select * from pairs
