with

accounts as (

    select * from {{ ref('int_crm_accounts_unified') }}

),

merge_versions as (

    select * from {{ ref('int_crm_account_merges_versioned') }}

),

merge_versions_compared as (

    select
        account_id,
        merged_into_account_id,
        valid_until_step,
        min(case when merged_into_account_id is not null then valid_from_step end) over (
            partition by account_id
        ) as merged_known_step
    from merge_versions

),

-- The newest version counts: an account that was split off again is itself (case 9).
merges as (

    select
        account_id,
        merged_into_account_id,
        merged_known_step
    from merge_versions_compared
    where valid_until_step is null
        and merged_into_account_id is not null

),

-- Winners may lose later merges: 16 in a row are followed, and a cycle ends where that leaves it.
-- Every round joins the merges themselves, which are few and read once.
hop_1 as (

    select
        account_id,
        merged_into_account_id as surviving_account_id,
        merged_known_step
    from merges

),

{% for hop in range(2, 17) %}
hop_{{ hop }} as (

    select
        near.account_id,
        coalesce(far.merged_into_account_id, near.surviving_account_id) as surviving_account_id,
        -- The later of two; greatest() passes over NULL.
        greatest(near.merged_known_step, far.merged_known_step) as merged_known_step
    from hop_{{ hop - 1 }} as near
    left join merges as far
        on near.surviving_account_id = far.account_id

),

{% endfor %}
-- A cycle has no survivor: its accounts stay themselves, and a test names them.
losers as (

    select
        hop_16.account_id,
        case when merges.account_id is null then hop_16.surviving_account_id end
            as surviving_account_id,
        case when merges.account_id is null then hop_16.merged_known_step end as merged_known_step,
        merges.account_id is not null as is_in_cycle
    from hop_16
    left join merges
        on hop_16.surviving_account_id = merges.account_id

),

account_ids as (

    select account_id from accounts
    group by account_id

),

survivors as (

    select
        account_ids.account_id,
        coalesce(losers.surviving_account_id, account_ids.account_id) as surviving_account_id,
        cast(coalesce(losers.merged_known_step, 0) as bigint) as merged_known_step,
        coalesce(losers.is_in_cycle, false) as is_in_cycle
    from account_ids
    left join losers
        on account_ids.account_id = losers.account_id

)

select * from survivors
