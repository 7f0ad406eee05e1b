with

matched as (

    select * from {{ ref('int_company_records_matched') }}

),

chained as (

    select * from {{ ref('int_company_groups_chained') }}

),

chains as (

    select * from {{ ref('int_company_chains_checked') }}

),

keys_shared as (

    select * from {{ ref('int_company_keys_shared') }}
    where key_rank = 1

),

decisions as (

    select * from {{ ref('int_match_decisions_in_force') }}
    where decision = 'reject'

),

records as (

    select * from {{ ref('int_company_records_listed') }}

),

groups_told_apart as (

    select matched.group_id
    from matched
    inner join records
        on matched.record_id = records.record_id
    where exists (
            select decisions.crm_account_id from decisions
            where decisions.crm_account_id = records.account_id
        )
        or exists (
            select decisions.partner_id from decisions
            where decisions.partner_id = records.partner_id
                and decisions.partner_account_id = records.partner_account_id
        )
    group by matched.group_id

),

all_groups as (

    select group_id from matched
    group by group_id

),

-- A chain without conflict is followed to its end. Of one with a conflict each group keeps its
-- strongest key alone, so that all who are joined hold the same thing in hand; and a group that a
-- person told apart from another one joins nothing by itself.
ways as (

    select
        all_groups.group_id,
        chained.chain_id,
        chains.conflict,
        case
            when chained.chain_id is null then 'alone'
            when chains.conflict is null then 'chain'
            when groups_told_apart.group_id is not null then 'alone'
            else 'key'
        end as joined_by,
        keys_shared.key_id,
        keys_shared.key_kind,
        keys_shared.key_value
    from all_groups
    left join chained
        on all_groups.group_id = chained.group_id
    left join chains
        on chained.chain_id = chains.chain_id
    left join keys_shared
        on all_groups.group_id = keys_shared.group_id
    left join groups_told_apart
        on all_groups.group_id = groups_told_apart.group_id

),

joined as (

    select
        group_id,
        case
            when joined_by = 'chain' then chain_id
            when joined_by = 'key' then min(group_id) over (partition by joined_by, key_id)
            else group_id
        end as component_id,
        case when joined_by <> 'alone' then key_kind end as key_kind,
        case when joined_by <> 'alone' then key_value end as key_value,
        chain_id,
        conflict
    from ways

)

select * from joined
