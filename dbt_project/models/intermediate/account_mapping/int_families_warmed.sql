with

overlapping as (

    select * from {{ ref('int_overlaps_segmented') }}

),

accounts as (

    select * from {{ ref('int_crm_accounts_current') }}

),

-- Case 12: the parent of an overlapping account and its children are warm, and stay what they are.
relatives as (

    select
        accounts.account_id as related_account_id,
        accounts.parent_account_id as account_id,
        'child ' as relation
    from accounts
    where accounts.parent_account_id is not null

    union all

    select
        accounts.parent_account_id as related_account_id,
        accounts.account_id,
        'parent ' as relation
    from accounts
    where accounts.parent_account_id is not null

),

warm_relatives as (

    select
        relatives.account_id,
        overlapping.partner_id,
        min(relatives.relation || overlapping.account_id) as related_account
    from relatives
    inner join overlapping
        on relatives.related_account_id = overlapping.account_id
    group by relatives.account_id, overlapping.partner_id

),

warmed as (

    select
        warm_relatives.account_id,
        warm_relatives.partner_id,
        warm_relatives.related_account
    from warm_relatives
    where not exists (
            select overlapping.account_id from overlapping
            where overlapping.account_id = warm_relatives.account_id
                and overlapping.partner_id = warm_relatives.partner_id
        )

)

select * from warmed
