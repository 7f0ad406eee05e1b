with

accounts as (

    select * from {{ ref('int_crm_accounts_unified') }}

),

ranked as (

    select
        account_id,
        case when merged_into_account_id <> account_id then merged_into_account_id end
            as merged_into_account_id,
        known_step,
        row_number() over (
            partition by account_id, known_step
            order by
                modified_at desc nulls last,
                batch_id desc nulls last,
                source_row_number desc nulls last
        ) as rank_in_step
    from accounts

),

compared as (

    select
        account_id,
        merged_into_account_id,
        known_step,
        lag(merged_into_account_id) over (
            partition by account_id order by known_step nulls last
        ) as previous_merged_into_account_id
    from ranked
    where rank_in_step = 1

),

-- Case 8: what each landing says of a loser holds until a later one says otherwise. Case 9: an
-- account that was split off again names no winner any more.
changes as (

    select
        account_id,
        merged_into_account_id,
        known_step as valid_from_step,
        lead(known_step) over (
            partition by account_id order by known_step nulls last
        ) as valid_until_step
    from compared
    where merged_into_account_id is distinct from previous_merged_into_account_id

)

select * from changes
