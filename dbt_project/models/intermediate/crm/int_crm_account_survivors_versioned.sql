with

merges as (

    select * from {{ ref('int_crm_account_merges_versioned') }}

),

merge_steps as (

    select valid_from_step as merge_step from merges
    group by valid_from_step

),

links as (

    select
        merge_steps.merge_step,
        merges.account_id,
        merges.merged_into_account_id
    from merge_steps
    inner join merges
        on merge_steps.merge_step >= merges.valid_from_step
        and (
            merges.valid_until_step is null
            or merge_steps.merge_step < merges.valid_until_step
        )
    where merges.merged_into_account_id is not null

),

-- Followed as in int_crm_accounts_merged.
hop_1 as (

    select
        merge_step,
        account_id,
        merged_into_account_id as surviving_account_id
    from links

),

{% for hop in range(2, 17) %}
hop_{{ hop }} as (

    select
        near.merge_step,
        near.account_id,
        coalesce(far.merged_into_account_id, near.surviving_account_id) as surviving_account_id
    from hop_{{ hop - 1 }} as near
    left join links as far
        on near.merge_step = far.merge_step
        and near.surviving_account_id = far.account_id

),

{% endfor %}
-- A cycle has no survivor: its accounts stay themselves.
survivors_at_step as (

    select
        hop_16.merge_step,
        hop_16.account_id,
        case
            when links.account_id is not null then hop_16.account_id
            else hop_16.surviving_account_id
        end as surviving_account_id
    from hop_16
    left join links
        on hop_16.merge_step = links.merge_step
        and hop_16.surviving_account_id = links.account_id

),

losers as (

    select account_id from links
    group by account_id

),

-- Before its first merge, and after it was split off, an account is itself.
timeline as (

    select
        losers.account_id,
        cast(0 as bigint) as valid_from_step,
        losers.account_id as surviving_account_id
    from losers

    union all

    select
        losers.account_id,
        merge_steps.merge_step as valid_from_step,
        coalesce(survivors_at_step.surviving_account_id, losers.account_id) as surviving_account_id
    from losers
    cross join merge_steps
    left join survivors_at_step
        on losers.account_id = survivors_at_step.account_id
        and merge_steps.merge_step = survivors_at_step.merge_step

),

timeline_compared as (

    select
        timeline.*,
        lag(surviving_account_id) over (
            partition by account_id order by valid_from_step nulls last
        ) as previous_surviving_account_id
    from timeline

),

versions as (

    select
        account_id,
        surviving_account_id,
        valid_from_step,
        lead(valid_from_step) over (
            partition by account_id order by valid_from_step nulls last
        ) as valid_until_step
    from timeline_compared
    where surviving_account_id is distinct from previous_surviving_account_id

)

select * from versions
